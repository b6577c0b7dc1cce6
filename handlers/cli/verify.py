"""`postroom verify`: is this receipt genuine, and is this file one of those it proves? Needs nothing but the public key."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from bot.notices import Receipted, Verdict
from bot.receipts import KEY_FILE, RECEIPT_BYTES_MAX, Document, Judged, KeyRing, judge, known
from handlers.cli import configured, show
from handlers.cli.show import Json, Line, Problem

AT = "%Y-%m-%d at %H:%M UTC"
NOT_GENUINE = {
    Verdict.ALTERED: "it names a key of this authority, but that key did not sign what it says. Do not rely on it; ask "
    "for the email that it came with.",
    Verdict.FOREIGN: "it was signed with none of the keys in {key}. If another authority issued it, name that "
    "authority's public key with --key.",
}
NO_RECEIPT = "it is no receipt that this version of Postroom can read. Name the file receipt-….json as it was attached to our email."


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
    receipt: Annotated[Path, typer.Argument(metavar="RECEIPT.json", exists=True, dir_okay=False, readable=True)],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", exists=True, dir_okay=False, readable=True, help="Is it of this file?"),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The authority's public keys.", show_default=f"{KEY_FILE} in the configuration folder"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell whether a receipt is genuine, and of which files; no network, no database. Status 1 where it is not."""
    keys = key or configured.folder(ctx) / KEY_FILE
    line = _line(_judged(receipt, _known(keys)), keys, file)
    if as_json:
        show.document(line.document())
    elif line.receipt:
        _tell(receipt, line.receipt)
    if not line.genuine:
        raise Problem(f"{receipt} is not genuine: {line.why}")
    if file and not as_json:
        show.say(line.why or f"{file} is the file {line.reference}, exactly as it was sent.")
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


def _judged(receipt: Path, keys: KeyRing) -> Judged | None:
    with receipt.open("rb") as source:
        octets = source.read(RECEIPT_BYTES_MAX + 1)
    return judge(octets, keys) if len(octets) <= RECEIPT_BYTES_MAX else None


def _line(judged: Judged | None, keys: Path, file: Path | None) -> VerdictLine:
    files = judged.document.files if judged and judged.document else ()
    sha256 = _sha256(file) if file else None
    reference = next((one.reference for one in files if one.sha256 == sha256), None)
    why = NO_RECEIPT if judged is None else NOT_GENUINE.get(judged.verdict, "").format(key=keys)
    if file and reference is None:
        why = why or f"{file} is none of its files. It is another file, or it was changed after it was sent."
    return VerdictLine(
        genuine=bool(judged and judged.document),
        verdict=judged.verdict if judged else "none",
        why=why,
        receipt=judged.document if judged else None,
        sha256=sha256,
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
