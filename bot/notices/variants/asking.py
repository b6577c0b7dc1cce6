"""Of what is answered to whoever asks or acts."""

from datetime import timedelta

from bot import notices
from bot.notices import (
    CHECKED,
    FILE,
    RECEIVED,
    KeptCopy,
    freezing,
    trying,
)
from bot.notices.examples import CODES, COLD, LINKS, NOON, REVIEW, SEN, YEAR
from bot.notices.facts import Verdict
from bot.notices.variants.values import ASKED, DECLINED_FILE, LIFE, OFFICERS_MAY, OTHER_LINK, OTHERS, REJECTED, RETURN
from bot.notices.variants.variant import Variant

VARIANTS: tuple[Variant, ...] = (
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
