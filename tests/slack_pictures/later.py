"""Messages as they are drawn anew once their files have changed: mail knows none of these."""

from bot.notices import FILE, HELD, RECEIVED, SENT, Advice, NewFiles, Notice, Receipt, Status, Waiting, Which
from bot.notices.examples import COLD, NOON, REVIEW, SEN, WAITS, YEAR
from bot.notices.facts import Candidate, FileFacts
from bot.notices.variants import Variant
from bot.notices.variants.values import OTHERS, REJECTED

RECALLED = FILE.model_copy(
    update={"status": "Recalled", "recalled_by": "Jo Sands", "recalled_at": NOON, "contents": "destroyed"}
)
GONE = REVIEW.model_copy(update={"status": "Rejected", "rejected_by": "Sam Hale", "rejected_at": NOON})
MOVED = FILE.model_copy(
    update={
        "service": "EP", "service_name": "Education Psychology", "moved_from": "SEN", "moved_by": "Sam Hale", "moved_at": NOON,
    }
)  # fmt: skip
FROZEN = FILE.model_copy(update=COLD)
DISCARDED = {"status": "Discarded", "discarded_by": "Jo Sands", "discarded_at": NOON}
DESTROYED = HELD.model_copy(update={"file": RECALLED.model_copy(update=DISCARDED)})


def _receipt(file: FileFacts) -> Notice:
    return Receipt(outcomes=(SENT.model_copy(update={"file": file}),))


def _card(file: FileFacts) -> Notice:
    return NewFiles(files=(file.elsewhere(),), service="SEN", service_name=SEN, place=True)


def _advice(file: FileFacts) -> Notice:
    return Advice(outcomes=(HELD.model_copy(update={"file": file}),))


LATER = (
    Variant("receipt-received", "An officer has received the file.", _receipt(RECEIVED)),
    Variant("receipt-rejected", "An officer has rejected the file.", _receipt(REJECTED)),
    Variant("receipt-recalled", "The school has taken the file back.", _receipt(RECALLED)),
    Variant("receipt-frozen", "The school has frozen the file.", _receipt(FROZEN)),
    Variant("receipt-moved", "An officer has handed the file to another service.", _receipt(MOVED)),
    Variant("advice-sent", "The file was sent under the right name.", _advice(FILE)),
    Variant("advice-destroyed", "The file is not to be sent.", Advice(outcomes=(DESTROYED,))),
    Variant(
        "advice-half-sent", "One of two files was sent.",
        Advice(outcomes=(HELD.model_copy(update={"file": FILE}), HELD)),
    ),
    Variant("new-files-received", "The card of a file in a channel: an officer has received it.", _card(RECEIVED)),
    Variant("new-files-rejected", "The same: an officer has rejected it; the reason is not for the channel.", _card(REJECTED)),
    Variant("new-files-frozen", "The same: the school has frozen it.", _card(FROZEN)),
    Variant("new-files-recalled", "The same: the school has taken it back.", _card(RECALLED)),
    Variant("new-files-away", "The same: an officer has handed it to another service.", _card(MOVED)),
    Variant(
        "waiting-half", "One of two files has been received since.",
        Waiting(files=(RECEIVED, OTHERS), service="SEN", service_name=SEN, hours=24, waits=WAITS),
    ),
    Variant(
        "waiting-none", "The file has been received since.",
        Waiting(files=(RECEIVED,), service="SEN", service_name=SEN, hours=24, waits=WAITS),
    ),
    Variant(
        "which-done", "The file that was meant has been taken back.",
        Which(asked="recall plan", candidates=(Candidate(number=1, file=RECALLED), Candidate(number=2, file=REVIEW))),
    ),
    Variant(
        "status-later", "What waited has been sent, and a file rejected.",
        Status(asked="status", period=YEAR, held=(HELD.model_copy(update={"file": FILE}),), files=(GONE,)),
    ),
)  # fmt: skip
