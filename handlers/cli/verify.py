"""`postroom verify`: is this receipt genuine, or these certificates, and of this file? Needs nothing but the public key."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from bot.notices import Receipted, Verdict
from bot.receipts import KEY_FILE, RECEIPT_BYTES_MAX, Document, KeyRing, is_certified, judge, known
from handlers.cli import certified, configured, show
from handlers.cli.certified import CertifiedLine
from handlers.cli.show import Json, Line, Problem

AT = "%Y-%m-%d at %H:%M UTC"
NOT_GENUINE = {
    Verdict.ALTERED: "it names a key of this authority, but that key did not sign what it says. Do not rely on it; ask "
    "for the email that it came with.",
    Verdict.FOREIGN: "it was signed with none of the keys in {key}. If another authority issued it, name that "
    "authority's public key with --key.",
}
NO_RECEIPT = "it is no receipt that this version of Postroom can read. Name the file receipt-….json as it was attached to our email."
OCTETS_MAX = 1 << 28
"""Certificates of half a million destructions: what is longer is none of ours."""


class VerdictLine(Line):
    """What is to be said of a receipt, and of a file that was held against it."""

    genuine: bool
    verdict: str
    """One of `Verdict`, or «none»."""
    why: str
    """Why it is not genuine, or not of the file that was named, as a sentence."""
    receipt: Document | None
    """What it says; only of a genuine one."""
    sha256: str | None
    """Of the file, where one was named."""
    reference: str | None
    """Which of the receipt's files that is; null: none of them."""


def verify(
    ctx: typer.Context,
    *,
    receipt: Annotated[
        Path,
        typer.Argument(
            metavar="RECEIPT.json", help="The receipt, or the certificates.", exists=True, dir_okay=False, readable=True
        ),
    ],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="Is it of this file?"),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The authority's public keys.", show_default=f"{KEY_FILE} in the configuration folder"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check whether a receipt is genuine, and for which files; no network, no database. Status 1 if it is not.

    The same for certificates of destruction: what postroom retention certificates --json wrote.
    """
    keys = key or configured.folder(ctx) / KEY_FILE
    octets, ring = _read(receipt), _known(keys)
    not_genuine = {verdict: why.format(key=keys) for verdict, why in NOT_GENUINE.items()}
    held = (file, _sha256(file)) if file else None
    if is_certified(octets):
        certificates = certified.line_of(octets, ring, not_genuine, held)
        if certificates.certificates and not as_json:
            certified.tell(receipt, certificates.certificates)
        _end(receipt, file, certificates, "has the contents of {}, which are destroyed here.", as_json=as_json)
    else:
        line = _line(octets, ring, not_genuine, held)
        if line.receipt and not as_json:
            _tell(receipt, line.receipt)
        _end(receipt, file, line, "is the file {}, exactly as it was sent.", as_json=as_json)


def _end(name: Path, file: Path | None, line: VerdictLine | CertifiedLine, is_it: str, *, as_json: bool) -> None:
    """The verdict, and whether it is of that file. Raises `Problem` where it is not genuine, or not of it."""
    if as_json:
        show.document(line.document())
    if not line.genuine:
        raise Problem(f"{name} is not genuine: {line.why}")
    if file and not as_json:
        show.say(line.why or f"{file} {is_it.format(line.reference)}")
    if file and line.reference is None:
        raise Problem(line.why)


def _known(path: Path) -> KeyRing:
    keys = known(path)
    if not keys:
        raise Problem(
            f"There is no public key in {path}. Get {KEY_FILE} from the authority that issued the receipt, and name it "
            "with --key. Where Postroom runs, it is in the configuration folder: postroom migrate writes it."
        )
    return keys


def _read(receipt: Path) -> bytes:
    with receipt.open("rb") as source:
        return source.read(OCTETS_MAX + 1)


def _line(
    octets: bytes, ring: KeyRing, not_genuine: Mapping[Verdict, str], file: tuple[Path, str] | None
) -> VerdictLine:
    judged = judge(octets, ring) if len(octets) <= RECEIPT_BYTES_MAX else None
    files = judged.document.files if judged and judged.document else ()
    reference = next((one.reference for one in files if file and one.sha256 == file[1]), None)
    why = NO_RECEIPT if judged is None else not_genuine.get(judged.verdict, "")
    if file and reference is None:
        why = why or f"{file[0]} is none of its files. It is another file, or it was changed after it was sent."
    return VerdictLine(
        genuine=bool(judged and judged.document),
        verdict=judged.verdict if judged else "none",
        why=why,
        receipt=judged.document if judged else None,
        sha256=file[1] if file else None,
        reference=reference,
    )


def _tell(name: Path, receipt: Document) -> None:
    """What a genuine receipt says."""
    show.say(f"{name} is genuine: {receipt.authority.name} issued it on {receipt.issued_at:{AT}}.\n")
    for file in receipt.files:
        show.table(("", ""), list(_rows(file)), headed=False)
        show.say("")


def _rows(file: Receipted) -> Iterator[tuple[str, str]]:
    yield "reference", file.reference
    yield "name", file.name
    if file.given:
        yield "was named", file.given
    yield "school", f"{file.school} {file.school_name}"
    yield "service", f"{file.service} {file.service_name}"
    yield "size", f"{file.size:,} octets"
    yield "SHA-256", file.sha256
    yield "sent", f"{file.sent_at:{AT}} by {file.sent_by}"


def _sha256(file: Path) -> str:
    """Of a file of any size."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
