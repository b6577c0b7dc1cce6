"""What every part of Postroom stands on: the record, the vault, the keys; and whether they may be opened."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

from bot.canary import CanaryKey
from bot.clock import Clock
from bot.ledger import Ledger, schema
from bot.ledger.checkpoints import SigningKeys
from bot.ledger.sealing import Retired
from bot.measures import Measures
from bot.settings import Settings
from bot.telling import Occasion
from bot.tokens import LinkKey
from bot.vault import MasterKey, Signer, Vault, open_vault
from bot.wording import Wording


class NotReady(Exception):
    """Postroom cannot start: says what is wrong and what to do."""


@dataclass
class Rooms:
    """What every part of Postroom stands on: the record, the vault, the values."""

    settings: Settings
    clock: Clock
    ledger: Ledger
    vault: Vault
    link_key: LinkKey
    signer: Signer
    """Of receipts."""
    signing_keys: SigningKeys
    """Of checkpoints."""
    canary: CanaryKey
    measures: Measures = field(default_factory=Measures)

    def close(self) -> None:
        """Let go of the files."""
        self.ledger.close()
        self.vault.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wording(self, *, chat: bool) -> Wording:
        """How it speaks, with the links that are opened here. `chat`: where there are buttons."""
        return Wording.of(self.settings, self.link_key.token, chat=chat)

    def occasion(self) -> Occasion:
        """Now, outside any message."""
        return Occasion(settings=self.settings, clock=self.clock, now=self.clock.now())


NOT_BUILT: Mapping[str, Callable[[Settings], object]] = {
    "[teams]": lambda settings: settings.teams,
    "[scanner] clamd": lambda settings: settings.scanner.clamd,
}
"""Keys that are read already, whose parts this version does not have. Nobody may rely on what is not there."""


def check_built(settings: Settings) -> None:
    """Refuse a configuration that asks for more than there is. Raises `NotReady`."""
    asked = [key for key, is_asked in NOT_BUILT.items() if is_asked(settings)]
    if asked:
        raise NotReady(
            f"This version of Postroom does not have {', '.join(asked)} yet. Take it out of the configuration."
        )


def open_rooms(settings: Settings, clock: Clock) -> Rooms:
    """The ledger and the vault of these settings. Raises `NotReady`, `BadMasterKey`, `Unavailable`."""
    check_built(settings)
    present, newest = schema.present(settings.ledger.url), schema.newest()
    if present is None:
        raise NotReady(f"There is no database at {settings.ledger.url} yet. Run: postroom migrate")
    if present != newest:
        raise NotReady(f"The database has shape {present}; this Postroom needs {newest}. Run: postroom migrate")
    return rooms_over(settings, clock, settings.ledger.url)


def rooms_over(settings: Settings, clock: Clock, url: str) -> Rooms:
    """The same over a record that lies at `url`, and is known to have the newest shape. Raises as `open_rooms`."""
    master = master_key(settings)
    vault = open_vault(settings.vault.folder, settings.keys.path, master, settings.keys.mirror)
    retired = [Retired(one.secret, one.until) for one in vault.earlier("history")]
    ledger = Ledger(url, master.derive("history"), retired)
    rooms = Rooms(
        settings, clock, ledger, vault, LinkKey(master.derive("links")), signer_of(master),
        signing_keys_of(master, vault), canary_key_of(master),
    )  # fmt: skip
    ledger.on_commit(rooms.measures.committed)
    return rooms


def master_key(settings: Settings) -> MasterKey:
    """The master key: from the environment, or from its file, which the service manager may hand over (systemd.exec(5),
    «Credentials»). Raises `BadMasterKey`."""
    if settings.keys.master_key is not None:
        return MasterKey.from_text(settings.keys.master_key.get_secret_value(), "POSTROOM__KEYS__MASTER_KEY")
    path = settings.keys.master_key_file
    return MasterKey.load(path, handed_over=str(path.parent) == os.environ.get("CREDENTIALS_DIRECTORY"))


def signer_of(master: MasterKey) -> Signer:
    """Who signs the receipts of this post office."""
    return Signer(master.derive("receipts"))


def signing_keys_of(master: MasterKey, vault: Vault) -> SigningKeys:
    """What signs the checkpoints of the record, and verifies them."""
    earlier = {one.master: one.secret for one in vault.earlier("checkpoints")}
    return SigningKeys(master.fingerprint, {**earlier, master.fingerprint: master.derive("checkpoints")})


def canary_key_of(master: MasterKey) -> CanaryKey:
    """What proves mails of ours to ourselves."""
    return CanaryKey(master.derive("canary"))
