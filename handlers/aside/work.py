"""What is done aside: mail is opened and its files are sealed; notices are worded and written as mail."""

import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from bot import faults, parcels, receipts
from bot.arrival import MAIL
from bot.parcels import Posted, Undeliverable
from bot.preparing import OPENED_AT_ONCE_MAX, Preparer
from bot.rules.bounce import Returned
from bot.settings import Settings
from bot.tokens import LinkKey
from bot.vault import MasterKey, Signer, Unavailable, Vault, open_vault
from bot.wording import Wording
from handlers.aside import requests
from handlers.aside.requests import Begin, End, Prepare, ReadReturned, Request, Weigh, Write
from handlers.mail.receive import reader_of
from handlers.mail.render import MailRenderer

OPENERS = OPENED_AT_ONCE_MAX
"""Threads that open mail. One writes."""


class Work:
    """All that can be asked, over the same vault as the service's."""

    def __init__(self, settings: Settings, master: MasterKey) -> None:
        """Raises what the vault cannot be opened for."""
        self._settings, self._signer = settings, Signer(master.derive("receipts"))
        self._vault: Vault = open_vault(settings.vault.folder, settings.keys.path, master, settings.keys.mirror)
        keys = receipts.proving(settings.directory, self._signer.public)
        self._preparer = Preparer(self._vault, {MAIL: reader_of(settings)}, keys, {MAIL: _read_returned})
        self._wording = Wording.of(settings, LinkKey(master.derive("links")).token)
        self._renderer = MailRenderer.of(settings)
        self._wording.prepare()
        self._renderer.prepare()

    def do(self, request: Request) -> bytes:
        """Do it, and say what came of it."""
        match request:
            case Prepare(raw):
                return requests.OPENED.dump_json(self._preparer.prepare(raw))
            case Weigh(raw):
                return requests.OPENED.dump_json(self._preparer.weigh(raw))
            case ReadReturned(raw):
                return requests.RETURNED.dump_json(self._preparer.returned(raw))
            case Write(posted):
                return self._written(posted)
            case Begin():
                raise ValueError("it has begun")

    def _written(self, posted: Posted) -> bytes:
        parcel = parcels.parcel_of(posted, self._wording)
        enclosures = parcels.enclosed(parcel, self._settings.authority, self._signer)
        return self._renderer.message(replace(parcel, enclosures=enclosures))


def _read_returned(chunks: Iterator[bytes]) -> Returned:
    from handlers.mail.bounces import read_returned  # noqa: PLC0415 - it brings the libraries of DNS, and is rare

    return read_returned(chunks)


def begin(first: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
    """Be told what is to be known: how that went, as an answer, and what answers every request from then on."""
    begun: list[Work] = []

    def open_all() -> bytes:
        asked = _read(first)
        assert isinstance(asked, Begin)  # noqa: S101 - said first, and once
        begun.append(Work(asked.settings, MasterKey(asked.master)))
        return b""

    outcome = _told(open_all)
    return outcome, lambda octets: _told(partial(_do, begun, octets))


def _do(begun: list[Work], octets: bytes) -> bytes:
    (work,) = begun
    return work.do(_read(octets))


def _read(octets: bytes) -> Request:
    request: Request = pickle.loads(octets)  # noqa: S301 - from the service itself, over a socket that nobody else has
    return request


def _told(work: Callable[[], bytes]) -> bytes:
    """Do it, and say how it ended."""
    try:
        return End.DONE.value + work()
    except Unavailable as fault:
        return End.LATER.value + str(fault).encode("utf-8", "replace")
    except Undeliverable as fault:
        return End.REFUSED.value + str(fault).encode("utf-8", "replace")
    except BaseException as fault:  # noqa: BLE001 - whatever it is, the service must hear of it
        return requests.failed(type(fault).__name__, faults.places(fault.__traceback__))
