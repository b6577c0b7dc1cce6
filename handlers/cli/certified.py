"""What `postroom verify` says of certificates of destruction, beside what it says of receipts."""

from collections.abc import Mapping
from pathlib import Path

from bot.notices import Verdict
from bot.receipts import Certificate, Certificates, KeyRing, judge_certificates
from handlers.cli import show
from handlers.cli.show import Line

COLUMNS = ("reference", "name", "why", "ordered_by", "destroyed_at", "key_gone", "SHA-256")
NONE = "it holds no certificates that this version of Postroom can read. Name the file that postroom retention certificates --json wrote."

ALTERED = (
    "it names a key of this authority, but that key did not sign what it says. Do not rely on it; have it issued again."
)


class CertifiedLine(Line):
    """What is to be said of certificates, and of a file that was held against them."""

    genuine: bool
    verdict: str
    """One of `Verdict`, or «none»."""
    why: str
    """Why they are not genuine, or not of the file that was named, as a sentence."""
    certificates: Certificates | None
    """What they say; only of genuine ones."""
    sha256: str | None
    """Of the file, where one was named."""
    reference: str | None
    """Which of the destroyed files that is; null: none of them."""


def line_of(
    octets: bytes, ring: KeyRing, not_genuine: Mapping[Verdict, str], file: tuple[Path, str] | None
) -> CertifiedLine:
    """How these octets are judged, and the file of that SHA-256 by them."""
    judged = judge_certificates(octets, ring)
    said = judged.document if judged else None
    why = NONE if judged is None else {**not_genuine, Verdict.ALTERED: ALTERED}.get(judged.verdict, "")
    reference = None
    if said and file:
        reference = next((one.reference for one in said.destroyed if one.sha256 == file[1]), None)
        why = "" if reference else f"Nothing of what they certify had the contents of {file[0]}."
    return CertifiedLine(
        genuine=said is not None, verdict=judged.verdict if judged else "none", why=why, certificates=said,
        sha256=file[1] if file else None, reference=reference,
    )  # fmt: skip


def tell(name: Path, said: Certificates) -> None:
    """What genuine ones say; on standard error, of which files the key was not gone."""
    show.say(f"{name} is genuine: {said.authority.name} issued it on {said.issued_at:%Y-%m-%d at %H:%M UTC}.\n")
    show.table(COLUMNS, [_row(one) for one in said.destroyed])
    show.say("")
    if left := [one.reference for one in said.destroyed if not one.key_gone]:
        show.warn(f"When it was issued, the key was still there of: {', '.join(left)}.")


def _row(one: Certificate) -> tuple[str, ...]:
    gone = "yes" if one.key_gone else "no"
    return one.reference, one.name, one.why, one.ordered_by, f"{one.destroyed_at:%Y-%m-%d %H:%M UTC}", gone, one.sha256
