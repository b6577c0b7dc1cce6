"""The files, offers and outcomes that several variants are made of."""

from datetime import timedelta

from bot.notices import (
    FILE,
    HELD,
    KINDS,
    RECEIVED,
    SENT,
    Entry,
    FileFacts,
    Finding,
    Offer,
    Outcome,
)
from bot.notices.examples import MODEL, NOON, REVIEW
from bot.notices.facts import Wait

RETURN = FILE.model_copy(update={
    "reference": "PR-14SC-0PJ0", "name": "8302000_INFOeyfsreturn20260901.zip", "service": "INFO",
    "service_name": "EYFS, Phonics", "size": 2_140_000, "comment": "", "tag": "EYFSP",
})  # fmt: skip
OTHERS = FILE.model_copy(update={
    "reference": "PR-96B0-5QAX", "name": "8309002_SENreview20260901.pdf", "school": "8309002",
    "school_name": "Riverbank Infant School", "sent_by": "Mina Okafor", "size": 310_000, "comment": "",
})  # fmt: skip
OTHER_LINK = {OTHERS.reference: "w4n6zr2yq8t5kd3hmb7cxjv9pf"}
OTHER_WAIT = {OTHERS.reference: Wait(since=NOON + timedelta(minutes=20), hours=24)}
WRONG_CHILD = "This plan is for another child. Send the plan for the child named in your email."
REJECTED = FILE.model_copy(update={
    "status": "Rejected", "rejected_by": "Sam Hale", "rejected_at": NOON, "reason": WRONG_CHILD,
})  # fmt: skip
OFFICERS_MAY: dict[str, tuple[str, ...]] = {
    OTHERS.reference: ("receive", "reject", "move"),
    REVIEW.reference: ("copy", "reject", "move"),
}


def received(file: FileFacts) -> FileFacts:
    return file.model_copy(update={"status": "Received", "received_by": "Sam Hale", "received_at": NOON})


def _held(reference: str, given: str, findings: tuple[Finding, ...], *offers: Offer) -> Outcome:
    file = FILE.model_copy(update={"reference": reference, "status": "Held", "name": given})
    return Outcome(verdict="held", given=given, file=file, findings=findings, offers=offers, model=MODEL)


def numbered_from(number: int, outcome: Outcome) -> Outcome:
    """The same where it is not the first of its letter."""
    offers = tuple(offer.model_copy(update={"number": number + at}) for at, offer in enumerate(outcome.offers))
    return outcome.model_copy(update={"offers": offers})


CHOICES = _held(
    "PR-55J6-373K", "8302000_SPSupportplan20260901.docx", (Finding(fault="description-capitals", found="Supportplan"),),
    Offer(number=1, name="8302000_SPsupportplan20260901.docx", sure=False),
    Offer(number=2, name="8302000_SPSSupportplan20260901.docx", sure=False),
)  # fmt: skip
CHOICE = _held(
    "PR-CMP5-Q6HA", "8302000_SENplan202609.docx", (Finding(fault="date-short", found="202609"),),
    Offer(number=1, name="8302000_SENplanV01.docx", sure=False),
)  # fmt: skip
NAMELESS = _held(
    "PR-PZGS-Z3GQ", "Acronyms.doc",
    (Finding(fault="school-missing"), Finding(fault="service-missing"), Finding(fault="date-missing")),
    Offer(number=1, name="", sure=False),
).model_copy(update={"model": MODEL.replace(".docx", ".doc")})  # fmt: skip
SUGGESTED = _held(
    "PR-PZGS-Z3GQ",
    "scan0001.pdf",
    (Finding(fault="school-missing"), Finding(fault="service-missing"), Finding(fault="date-missing")),
    Offer(number=1, name="8302000_SENehcpreview20260901.pdf", sure=False),
    Offer(number=2, name="8302000_SENehcpreviewV01.pdf", sure=False),
).model_copy(update={"from_subject": True})
ASKED = KINDS["prove-identity"].example
DECLINED = HELD.model_copy(update={"verdict": "discarded", "offers": ()})
DECLINED_FILE = FILE.model_copy(update={
    "reference": "PR-SA3H-RZC4", "status": "Discarded", "name": "8302000 SENplan20260901.docx", "contents": "destroyed",
})  # fmt: skip
HERE = Outcome(verdict="duplicate", given=RETURN.name, file=RETURN)
DOUBTFUL = SENT.model_copy(update={
    "file": FILE.model_copy(
        update={"name": "8302000_SENplan20270901.docx", "given": "copy of 8302000_SENplan20270901.docx", "tag": "SEN"}
    ),
    "earlier": RECEIVED.model_copy(
        update={"reference": "PR-X88H-ZR7Q", "name": "8302000_SENplan20270901.docx", "sent_at": NOON - timedelta(days=1)}
    ),
    "advice": (Finding(fault="date-future", found="20270901"),),
})  # fmt: skip


def refused(given: str, fault: str, found: str = "") -> Outcome:
    return Outcome(verdict="refused", given=given, findings=(Finding(fault=fault, found=found),))


def _entry(days: int, by: str, act: str, why: str = "", channel: str = "email") -> Entry:
    return Entry(at=NOON + timedelta(days), by=by, act=act, why=why, channel=channel)


LIFE = (
    _entry(0, "Jo Sands", "sent"),
    _entry(1, "Ian Farrow", "moved", "to SEN"),
    _entry(2, "Sam Hale", "received"),
    _entry(9, "Sam Hale", "rejected", WRONG_CHILD),
    _entry(90, "Postroom", "destroyed", channel=""),
)
