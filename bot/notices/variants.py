"""Notices that look otherwise than the example of their kind: for whoever previews, reads or looks at all messages."""

from dataclasses import dataclass
from datetime import timedelta

from bot import notices
from bot.notices import (
    CHECKED,
    FILE,
    HELD,
    KINDS,
    RECEIVED,
    SENT,
    Entry,
    FileFacts,
    Finding,
    KeptCopy,
    Notice,
    Offer,
    Outcome,
    freezing,
    odd_mail,
    quarantine,
    retention,
    trying,
)
from bot.notices.examples import CODES, COLD, FROM_INFO, LINKS, MODEL, NOON, REVIEW, SEN, WAITS, YEAR
from bot.notices.facts import Verdict, Wait


@dataclass(frozen=True)
class Variant:
    """One notice worth a look of its own."""

    name: str
    """Its kind, and a word for what is different."""
    when: str
    """What is different, as a sentence."""
    notice: Notice


def every() -> list[Variant]:
    """The example of every kind, followed by its variants."""
    return [
        one
        for kind, notice in KINDS.items()
        for one in (Variant(kind, "", notice.example), *(other for other in VARIANTS if other.notice.kind == kind))
    ]


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


def _received(file: FileFacts) -> FileFacts:
    return file.model_copy(update={"status": "Received", "received_by": "Sam Hale", "received_at": NOON})


def _held(reference: str, given: str, findings: tuple[Finding, ...], *offers: Offer) -> Outcome:
    file = FILE.model_copy(update={"reference": reference, "status": "Held", "name": given})
    return Outcome(verdict="held", given=given, file=file, findings=findings, offers=offers, model=MODEL)


def _numbered_from(number: int, outcome: Outcome) -> Outcome:
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


def _refused(given: str, fault: str, found: str = "") -> Outcome:
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

VARIANTS = (
    Variant(
        "receipt-several", "Several files came with one email.",
        notices.Receipt(outcomes=(SENT, SENT.model_copy(update={"given": RETURN.name, "file": RETURN}))),
    ),
    Variant(
        "receipt-doubtful", "There is something to check, and the file was named otherwise before.",
        notices.Receipt(outcomes=(DOUBTFUL,)),
    ),
    Variant(
        "receipt-remaining", "One of two held files was accepted, and the other still waits.",
        notices.Receipt(outcomes=(SENT,), remaining=(CHOICES,)),
    ),
    Variant("advice-choices", "Several names are possible.", notices.Advice(outcomes=(CHOICES,))),
    Variant("advice-choice", "One name is possible, but not sure.", notices.Advice(outcomes=(CHOICE,))),
    Variant(
        "advice-subject", "The file's own name says nothing, but the subject of its email does.",
        notices.Advice(outcomes=(SUGGESTED,)),
    ),
    Variant("advice-nameless", "Nothing can be guessed.", notices.Advice(outcomes=(NAMELESS,))),
    Variant(
        "advice-several", "Several files wait for their names.",
        notices.Advice(outcomes=(HELD, _numbered_from(2, CHOICES), _numbered_from(4, NAMELESS))),
    ),
    Variant("advice-again", "What they replied settled nothing.", notices.Advice(outcomes=(CHOICES,), unused="7")),
    Variant(
        "advice-too-large", "The file is larger than may be sent.",
        notices.Advice(outcomes=(_refused("8302000_SENvideo20260901.zip", "too-large", "180000000"),)),
    ),
    Variant("advice-empty", "The file is empty.", notices.Advice(outcomes=(_refused(FILE.name, "empty"),))),
    Variant(
        "advice-elsewhere", "In Slack a link, a canvas, and files that were not to be had.",
        notices.Advice(outcomes=(
            _refused("Autumn plans", "external"), _refused("Notes", "canvas"), _refused(FILE.name, "gone"),
            _refused(RETURN.name, "unreachable"),
        )),
    ),
    Variant(
        "mixed-all", "One file of each fate.",
        notices.Mixed(outcomes=(SENT, CHOICE, _refused("8302000_SENplan20260901.exe", "extension-forbidden", ".exe"), HERE)),
    ),
    Variant(
        "duplicate-several", "Several files were here already.",
        notices.Duplicate(outcomes=(HERE, Outcome(verdict="duplicate", given=REVIEW.name, file=REVIEW))),
    ),
    Variant(
        "discarded-remaining", "One of two held files was declined, and the other still waits.",
        notices.Discarded(outcomes=(DECLINED,), remaining=(CHOICE,)),
    ),
    Variant(
        "discarded-unanswered", "Nobody answered for held files, so their time ran out.",
        notices.Discarded(outcomes=(DECLINED,), unanswered_days=7),
    ),
    Variant(
        "unreceived-administrators", "To the administrators: one waits for their word, another stays frozen.",
        notices.Unreceived(
            files=(FILE, OTHERS.model_copy(update=COLD)), links=LINKS | OTHER_LINK, overdue=(FILE.reference,), more=12,
            days={FILE.reference: 95, OTHERS.reference: 67}, reader="administrators",
        ),
    ),
    Variant(
        "unreceived-frozen", "To a place: a file that stays frozen.",
        notices.Unreceived(
            files=(RECEIVED.model_copy(update=COLD),), days={RECEIVED.reference: 60}, reader="place",
        ),
    ),
    Variant(
        "nothing-attached-pictures", "Only pictures of the letter itself came.",
        notices.NothingAttached(only_pictures=True, model=MODEL),
    ),
    *(Variant(*example) for example in (*odd_mail.examples(), *notices.decisions.examples())),
    *(Variant(*example) for example in (*quarantine.variants(), *retention.variants())),
    Variant("status-nothing", "Nothing matches.", notices.Status(asked="status rejected", period=YEAR)),
    Variant(
        "status-officer", "An officer asked: files of many schools, and more than are shown.",
        notices.Status(asked="status", period=YEAR, files=(OTHERS, REVIEW, REJECTED), more=12, officer=True, may=OFFICERS_MAY),
    ),
    Variant("history-long", "Much has befallen the file.", notices.History(
        file=REJECTED.model_copy(update={"rejected_at": NOON + timedelta(9), "contents": "destroyed"}), entries=LIFE,
    )),
    Variant(
        "recalled-several", "Several files were taken back at once.",
        notices.Recalled(files=tuple(one.model_copy(update={"status": "Recalled"}) for one in (FILE, RETURN)), by="Jo Sands"),
    ),
    Variant("which-none", "No file is found.", notices.Which(asked="recall plans")),
    Variant(
        "settled-several", "Several files were settled before, otherwise than they now say.",
        notices.Settled(files=(RECEIVED, DECLINED_FILE), said="no"),
    ),
    Variant(
        "too-late-already", "They have taken it back already.",
        notices.TooLate(
            file=FILE.model_copy(update={"status": "Recalled", "recalled_by": "Jo Sands", "recalled_at": NOON}),
            act="recall", already=True,
        ),
    ),
    Variant("too-late-rejected", "An officer rejected it first.", notices.TooLate(file=REJECTED, act="recall")),
    Variant(
        "help-officer", "An officer asked.",
        notices.Help(services=(f"SEN: {SEN}", "EP: Education Psychology"), codes=CODES),
    ),
    Variant(
        "unknown-command-because", "The command is sound but cannot be carried out.",
        notices.UnknownCommand(said="move XX", because="There is no service with the code XX."),
    ),
    Variant(
        "unknown-command-codes", "The command lacks a service's code.",
        notices.UnknownCommand(
            said="move", because="We need to know to which service it belongs.", codes=CODES, files=(FILE,), can=("move",)
        ),
    ),
    Variant(
        "unknown-command-reason", "A rejection lacks its reason.",
        notices.UnknownCommand(
            said="reject", because="A reason is needed, for the sender and the headteacher are told it.", files=(FILE,),
            can=("reject",),
        ),
    ),
    Variant(
        "unknown-command-plea", "Plain words in reply to a receipt.",
        notices.UnknownCommand(said="Please recall this, wrong child.", files=(FILE,), can=("recall",)),
    ),
    Variant(
        "unknown-command-empty", "A reply in which nothing is new: it may stand below what it quotes.",
        notices.UnknownCommand(said="", files=(FILE,), can=("recall",)),
    ),
    Variant(
        "unknown-command-officer", "An officer's plain words in reply to an announcement.",
        notices.UnknownCommand(
            said="Not for us", files=(FILE, OTHERS), can=("receive", "reject", "move")
        ),
    ),
    Variant(
        "not-authorised-act", "Somebody known asked for what they may not do.",
        notices.NotAuthorised(act="recall", named=FILE.reference),
    ),
    Variant(
        "not-authorised-ask", "Somebody pressed what the officers of a service alone may do.",
        notices.NotAuthorised(
            act="reject", named=FILE.reference, ask=("Sam Hale", "Nadia Brook", "Dee Lomas")
        ),
    ),
    Variant(
        "not-authorised-settle", "Somebody answered in a chat what another is asked.",
        notices.NotAuthorised(act="settle", senders_alone=True),
    ),
    Variant(
        "not-authorised-posted", "Somebody sent it on another's behalf.",
        notices.NotAuthorised(on_behalf_of="temp@agency.example"),
    ),
    Variant(
        "shared-mailbox-private", "The mailbox is a private one.",
        notices.SharedMailbox(address="jo.sands@mail.example", personal=True),
    ),
    Variant(
        "received-several", "One act received several files.",
        notices.Received(files=(RECEIVED, _received(OTHERS)), by="Sam Hale"),
    ),
    Variant(
        "rejected-headteacher", "To the headteacher.",
        notices.Rejected(files=(REJECTED,), by="Sam Hale", why=WRONG_CHILD, reader="headteacher"),
    ),
    Variant(
        "rejected-administrators", "To the administrators, because the school has no headteacher on record.",
        notices.Rejected(files=(REJECTED,), by="Sam Hale", why=WRONG_CHILD, reader="administrators"),
    ),
    Variant(
        "new-files-several", "One email brought several files.",
        notices.NewFiles(files=(FILE, OTHERS), links=LINKS | OTHER_LINK, service="SEN", service_name=SEN),
    ),
    Variant(
        "new-files-moved", "An officer of another service moved it here.",
        notices.NewFiles(
            files=(FILE.model_copy(update=FROM_INFO),), links=LINKS, service="SEN", service_name=SEN,
            moved_by="Ian Farrow", why="It is a plan for SEN.",
        ),
    ),
    Variant(
        "new-files-place", "To a place that others may read.",
        notices.NewFiles(files=(FILE.elsewhere(),), service="SEN", service_name=SEN, place=True),
    ),
    Variant(
        "new-files-unattended", "To the administrators, because the service has nobody.",
        notices.NewFiles(
            files=(RETURN,), links={RETURN.reference: LINKS[FILE.reference]}, service="INFO", service_name="EYFS, Phonics",
            unattended=True,
        ),
    ),
    Variant(
        "waiting-several", "Several files wait.",
        notices.Waiting(
            files=(FILE, OTHERS), links=LINKS | OTHER_LINK, service="SEN", service_name=SEN, hours=24, waits=WAITS | OTHER_WAIT,
        ),
    ),
    Variant(
        "waiting-place", "To a place that others may read.",
        notices.Waiting(files=(FILE.elsewhere(),), service="SEN", service_name=SEN, hours=24, waits=WAITS, place=True),
    ),
    Variant(
        "waiting-unattended", "To the administrators, because the service has nobody.",
        notices.Waiting(
            files=(FILE,), links=LINKS, service="SEN", service_name=SEN, hours=24, waits=WAITS, unattended=True,
        ),
    ),
    Variant(
        "waiting-escalated", "To the administrators, because the service was reminded in vain.",
        notices.Waiting(
            files=(FILE, OTHERS), links=LINKS | OTHER_LINK, service="SEN", service_name=SEN, hours=48,
            waits={FILE.reference: Wait(since=NOON, hours=51), OTHERS.reference: Wait(since=NOON, hours=48)},
            escalated=True, officers=((SEN, ("Sam Hale", "Nadia Brook")),),
        ),
    ),
    Variant(
        "decided-own", "To the officer who decided.",
        notices.Decided(files=(RECEIVED,), links=LINKS, act="received", by="Sam Hale", own=True),
    ),
    Variant(
        "decided-moved", "Several files were moved, and why.",
        notices.Decided(
            files=tuple(one.model_copy(update=FROM_INFO) for one in (FILE, OTHERS)), act="moved",
            by="Ian Farrow", why="Both are plans for SEN.",
        ),
    ),
    Variant(
        "copy-officer", "A fresh link for an officer.",
        notices.Copy(files=(RECEIVED,), links=LINKS, officer=True),
    ),
    Variant(
        "copy-several", "All files of one receipt.",
        notices.Copy(files=(FILE, OTHERS), links=LINKS | OTHER_LINK),
    ),
    Variant(
        "verified-compared", "The file beside the receipt is the one that was sent.",
        notices.Verified(receipts=(CHECKED,), compared=(notices.Compared(name="plan.docx", reference=FILE.reference),)),
    ),
    Variant(
        "verified-another", "The file beside the receipt is another one.",
        notices.Verified(receipts=(CHECKED,), compared=(notices.Compared(name="plan.docx"),)),
    ),
    Variant(
        "verified-altered", "Somebody changed the receipt.",
        notices.Verified(receipts=(notices.Checked(name="receipt-PR-7K3Q-M2XW.json", verdict=Verdict.ALTERED),)),
    ),
    Variant(
        "delete-your-copy-several", "They posted several files.",
        notices.DeleteYourCopy(
            copies=(KeptCopy(name=FILE.name, copy_id="F08A2K4Q7ZM"), KeptCopy(name=RETURN.name, copy_id="F08A2K4Q7ZN"))
        ),
    ),
    Variant(
        "unchanged-deleted", "They deleted the message, which had brought several files.",
        notices.Unchanged(files=(RECEIVED, RETURN), how="deleted"),
    ),
    Variant(
        "prove-identity-elsewhere", "The account is in another organisation's workspace.",
        ASKED.model_copy(update={"workspace": "", "name": "jo.sands"}),
    ),
    Variant(
        "lost-race-own", "The officer has received it already.",
        notices.LostRace(file=RECEIVED, act="receive", own=True, links=LINKS),
    ),
    Variant(
        "lost-race-moved", "Another service has it now.",
        notices.LostRace(file=FILE.model_copy(update=FROM_INFO), act="receive"),
    ),
    Variant(
        "lost-race-frozen", "Its school says that it is the wrong file.",
        notices.LostRace(file=FILE.model_copy(update=COLD), act="receive"),
    ),
    Variant(
        "too-late-frozen", "A copy is asked for of a file that is frozen.",
        notices.TooLate(file=FILE.model_copy(update=COLD), act="copy"),
    ),
    Variant(
        "too-late-wanted", "Outlook recalls a file that an officer has had: it was frozen in place of that.",
        notices.TooLate(file=RECEIVED.model_copy(update=COLD | {"recallable": False}), act="recall"),
    ),
    Variant(
        "frozen-had", "An officer has had one of two files.",
        notices.Frozen(
            files=(RECEIVED.model_copy(update=COLD | {"recallable": False}), RETURN.model_copy(update=COLD)), had={RECEIVED.reference: ("Sam Hale",)},
        ),
    ),
    *(Variant(*example) for example in freezing.variants()),
    *(Variant(*example) for example in trying.examples()),
)  # fmt: skip
