"""Where public messages are to be had, and under what licence; they are only fetched to be read, never stored with ours."""

import base64
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from tests.channels.opening import RECORDED, attached, mixed

MESSAGE_BYTES_MAX = 5_000_000
NO_MESSAGES = ("-summary.txt", "-expected.txt", ".cs", ".json")
"""Expected results, which lie beside the messages."""
MAILBOX = re.compile(rb"^From [^\r\n]*[0-9]{4}\r?\n", re.MULTILINE)
"""Between the messages of a mailbox (RFC 4155)."""
GIT = which("git") or "git"


@dataclass(frozen=True)
class Source:
    """A public repository with messages in it."""

    repository: str
    """Its owner and name at GitHub."""
    licence: str
    folder: str
    endings: tuple[str, ...] = (".eml", ".txt", ".msg")


SOURCES = (
    Source("mikel/mail", "MIT", "spec/fixtures/emails"),
    Source("zbateson/mail-mime-parser", "BSD-2-Clause", "tests/_data/emails"),
    Source("stalwartlabs/mail-parser", "Apache-2.0 or MIT", "resources/eml"),
    Source("Webklex/php-imap", "MIT", "tests/messages"),
    Source("jstedfast/MimeKit", "MIT", "UnitTests/TestData"),
    Source("SpamScope/mail-parser", "Apache-2.0", "tests/mails", ("",)),
    Source("koodaamo/tnefparse", "LGPL-3.0", "tests/examples", (".tnef",)),
    Source("mailgun/flanker", "Apache-2.0", "tests/fixtures/messages", (".eml", ".txt", "")),
    Source("mailgun/talon", "Apache-2.0", "tests/fixtures/standard_replies"),
    Source("rspamd/rspamd", "Apache-2.0", "test/functional/messages"),
    Source("php-mime-mail-parser/php-mime-mail-parser", "MIT", "tests/mails", ("",)),
)


def fetched(source: Source, folder: Path) -> Path:
    """The repository, cloned where it is not there yet."""
    place = folder / source.repository.replace("/", "+")
    if not place.exists():
        address = f"https://github.com/{source.repository}.git"
        subprocess.run([GIT, "clone", "--quiet", "--bare", "--depth=1", address, str(place)], check=True)
    return place


def messages(source: Source, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Path and octets of each message."""
    place = fetched(source, folder)
    listing = _git(place, "ls-tree", "-r", "--name-only", "HEAD", source.folder).decode()
    for path in listing.splitlines():
        if path.lower().endswith(source.endings) and not path.endswith(NO_MESSAGES):
            octets = _git(place, "show", f"HEAD:{path}", check=False)  # a copy may lack the largest
            if path.endswith(".tnef"):
                yield path, outlook_mail(octets)
            elif looks_like_a_message(octets):
                yield from _each(path, octets)


def outlook_mail(packed: bytes) -> bytes:
    """A mail that brings one of Outlook's parcels."""
    letters = base64.encodebytes(packed).decode()
    return mixed("Content-Type: text/plain\n\nHello", attached(letters, kind="application/ms-tnef", name="winmail.dat"))


def _each(path: str, octets: bytes) -> Iterator[tuple[str, bytes]]:
    """A message, or those of a whole mailbox."""
    if octets.startswith(b"From "):
        yield from ((f"{path} {number}", one) for number, one in enumerate(MAILBOX.split(octets)[1:], 1))
    else:
        yield path, octets


def at_hand() -> Iterator[tuple[str, bytes]]:
    """Messages that are on this machine already: our own, and those of Python's own tests (PSF-2.0), where installed."""
    folders = [RECORDED]
    if python := find_spec("test.test_email"):
        folders += [Path(place) / "data" for place in python.submodule_search_locations or ()]
    for folder in folders:
        for path in sorted([*folder.glob("*.eml"), *folder.glob("*.txt")]):
            if looks_like_a_message(octets := path.read_bytes()):
                yield path.name, octets


def looks_like_a_message(octets: bytes) -> bool:
    """Lists of expected results lie beside the messages."""
    first = octets.lstrip(b"\r\n").partition(b"\n")[0]
    return len(octets) <= MESSAGE_BYTES_MAX and (b":" in first or first.startswith(b"From "))


def _git(place: Path, *words: str, check: bool = True) -> bytes:
    return subprocess.run([GIT, "-C", str(place), *words], capture_output=True, check=check).stdout
