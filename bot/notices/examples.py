"""The values that the examples of all notices are made of: one school, one file and what became of it."""

from datetime import UTC, date, datetime

from bot.notices.facts import Checked, Entry, FileFacts, Finding, Offer, Outcome, Proven, Receipted, Verdict, Wait

NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
YEAR = "1 September 2026 to 31 August 2027"
SEN = "SEN – (EHCP via EHC Hub)"
MODEL = "8302000_SENdescription20260901.docx"

FILE = FileFacts(
    reference="PR-7K3Q-M2XW", name="8302000_SENplan20260901.docx", given="", status="Sent",
    school="8302000", school_name="Leys Junior School", service="SEN", service_name=SEN,
    size=48_213, sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", sent_at=NOON,
    sent_by="Jo Sands", comment="The autumn plan, as agreed with Sam.", kept_until=date(2026, 11, 30),
)  # fmt: skip
RECEIVED = FILE.model_copy(update={"status": "Received", "received_by": "Sam Hale", "received_at": NOON})
FROM_INFO = {"moved_from": "INFO", "moved_by": "Ian Farrow", "moved_at": NOON}
COLD = {"frozen_by": "Jo Sands", "frozen_at": NOON}
"""Of a file that its school has frozen."""
LINKS = {FILE.reference: "7q2mzk4v6xw3hd5tnbcrj8p9ya"}
WAITS = {FILE.reference: Wait(since=NOON, hours=24)}
REVIEW = RECEIVED.model_copy(update={"reference": "PR-X88H-ZR7Q", "name": "8302000_SENreview20260901.docx"})
MAY = {FILE.reference: ("recall", "copy"), REVIEW.reference: ("copy",)}
"""What their school can do to these."""
SENT = Outcome(verdict="sent", given=FILE.name, file=FILE)
HELD = Outcome(
    verdict="held",
    given="8302000 SENplan20260901.docx",
    file=FILE.model_copy(
        update={"reference": "PR-SA3H-RZC4", "status": "Held", "name": "8302000 SENplan20260901.docx"}
    ),
    findings=(Finding(fault="separator", found="8302000 SENplan"),),
    offers=(Offer(number=1, name=FILE.name, sure=True),),
    model=MODEL,
)

HISTORY = (
    Entry(at=NOON, by="Jo Sands", act="sent", channel="email"),
    Entry(at=NOON, by="Sam Hale", act="received", channel="email"),
)
CHECKED = Checked(
    name="receipt-PR-7K3Q-M2XW.json",
    verdict=Verdict.GENUINE,
    issuer="Derbyshire County Council",
    issued_at=NOON,
    files=(Proven(then=Receipted.of(FILE), now=RECEIVED),),
)
CODES = (("INFO", "EYFS, Phonics"), ("SEN", SEN))
