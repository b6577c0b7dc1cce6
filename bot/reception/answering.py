"""What follows from a message that was opened: its files are taken in, its commands carried out, and it is answered."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from bot import inbox, intake, notices, telling
from bot.arrival import MAIL, Arrival, Opened, Press
from bot.inbox import Claimed
from bot.ledger.tables import InboxState
from bot.notices import Notice
from bot.preparing import Brought
from bot.reception import advising, carrying_out, proving, rethinking, taking_back, tracing, understanding
from bot.reception.stranger_limit import WHAT, StrangerLimit
from bot.reception.wanting import Shut
from bot.rules.commands import Reading
from bot.rules.somebody import Somebody
from bot.rules.unlinked import unlinked
from bot.telling import Asking, Occasion

COMMENT_CHARACTERS_MAX = 2000
"""It goes with every file of its mail, into everything that is told of any of them."""
PLEAS_MAX = 3
"""The same words about the same files, and mails without a file, are answered so often a day: who repeats them further is a machine, unmarked."""
SETTLED = {"sent", "duplicate", "discarded"}
"""What becomes of a held file at its sender's word."""
OWED_A_DAY = 4
"""So many times what one address may have within an hour, it has within a day before a file that answers a notice of ours
is answered ever later: no person returns a file upon each of our answers."""
QUARANTINED_AN_HOUR_MAX = 3
"""Messages of one machine that the administrators are told of within an hour: it may be their own that answers alerts."""
QUARANTINED = "A message lies in quarantine"
"""What they are alerted to."""
UNDONE = (notices.Frozen, notices.Released)
"""Each undoes the other, so that a circle could live on them."""
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def by_machine(arrival: Arrival, opened: Opened) -> Shut | None:
    """How a message ends that no person sent: never answered, and kept aside if it carries a file (lessons L13, L15)."""
    if arrival.automatic is None or (opened.attachments and not arrival.automatic_sure):
        return None
    if taking_back.is_outlooks(arrival, opened):
        return None
    state = InboxState.QUARANTINED if opened.attachments else InboxState.DONE
    return Shut(state, f"sent by a machine: {arrival.automatic}")


def serve(
    tx: Session, item: Claimed, person: Somebody, opened: Opened, occasion: Occasion, *, receipts: Sequence[Brought]
) -> None:
    """Do what the message asks and answer it: its receipts or its files in one notice, and each command."""
    arrival = item.arrival
    if arrival.change:
        rethinking.answer(tx, arrival, person, occasion)
        return
    answered = tracing.answered(tx, arrival, person)
    asking = Asking(
        settings=occasion.settings, clock=occasion.clock, now=occasion.now, route=occasion.route, person=person,
        channel=arrival.channel, address=arrival.sender, believed=arrival.believed, message=item.id, answered=answered,
        seen=arrival.press.seen if arrival.press else {},
    )  # fmt: skip
    if arrival.oversize:
        limit = asking.settings.email.smtp.message_bytes_max
        telling.reply(tx, notices.TooLarge(subject=arrival.subject, size=arrival.oversize, limit=limit), asking)
    elif arrival.press:
        _pressed(tx, arrival.press, asking)
    else:
        _written(tx, arrival, opened, asking, receipts)


def _pressed(tx: Session, press: Press, asking: Asking) -> None:
    """Carry out what a button asks for, and answer it whatever comes of it (lesson L55)."""
    answers = carrying_out.unseen(tx, press, asking)
    reading = Reading() if answers else understanding.pressed(tx, press, asking)
    answers += carrying_out.carry_out(tx, reading, asking)
    if answers:
        _reply_all(tx, answers, asking, owed=True)
    elif unasked := advising.advice(tx, reading, Opened(), asking):
        telling.reply(tx, unasked, asking)


def _written(tx: Session, arrival: Arrival, opened: Opened, asking: Asking, receipts: Sequence[Brought]) -> None:
    """Take in the files of a message and carry out its commands."""
    if taking_back.is_outlooks(arrival, opened):
        opened = taking_back.without_wrapping(tx, opened, asking)
    reading = understanding.read(tx, arrival.subject, opened, asking, has_receipt=bool(receipts))
    if arrival.vouched:
        reading = understanding.without_acts(reading)
    reading = proving.aimed(reading, receipts, asking)
    answers: list[Notice] = []
    if receipts and proving.is_asked(reading, opened):
        answers.append(proving.verified(tx, receipts, opened.attachments, asking, comment=reading.comment))
        reading = proving.without(reading)
    elif opened.attachments:
        speaks = asking.channel == MAIL and not asking.answered and not reading.commands
        subject = arrival.subject if speaks else ""
        letter = intake.Letter(comment=_cut(reading.comment), tag=reading.tag or "", subject=subject)
        taken = intake.take_in(tx, opened.attachments, letter, asking)
        answers.append(taken.model_copy(update={"missing": advising.missing(opened)}))
    answers += carrying_out.carry_out(tx, reading, asking)
    if answers:
        worth = [answer for answer in answers if tracing.is_worth_saying(answer, arrival, asking)]
        _reply_all(tx, worth, asking, owed=bool(opened.attachments))
        rethinking.ask_to_delete(tx, arrival, _copies(opened), asking)
    elif (unasked := advising.advice(tx, reading, opened, asking)) and tracing.is_worth_saying(
        unasked, arrival, asking
    ):
        _advise(tx, unasked, asking)


def _advise(tx: Session, unasked: Notice, asking: Asking) -> None:
    """Tell what nobody asked for. By mail not for ever: its reader may be a machine, unmarked."""
    if asking.channel != MAIL:  # no machine is heard there, so no loop can begin
        telling.reply(tx, unasked, asking)
    elif isinstance(unasked, notices.Help):
        once_a_day(tx, asking.address, unasked, asking, asking.person)
    elif telling.told_the_same(tx, asking.address, unasked, asking.now - DAY) < PLEAS_MAX:
        _reply_all(tx, [unasked], asking, owed=False)  # it may be a plea, which silence would leave in good faith


def _copies(opened: Opened) -> list[notices.KeptCopy]:
    return [notices.KeptCopy(name=one.name, copy_id=one.copy_id) for one in opened.attachments if one.copy_id]


def _cut(comment: str) -> str:
    return comment if len(comment) <= COMMENT_CHARACTERS_MAX else f"{comment[: COMMENT_CHARACTERS_MAX - 1]}…"


def _reply_all(tx: Session, answers: list[Notice], asking: Asking, *, owed: bool) -> None:
    """Send the answers. Who has had more of them than any person asks for hears only what was done (lesson L18)."""
    limit = asking.settings.email.replies_per_hour
    may_be_silent = asking.channel == MAIL and not owed  # in a chat no machine is heard, so no loop begins
    had = telling.answered_since(tx, asking.address, asking.now - HOUR) if may_be_silent else 0
    silent = may_be_silent and had >= limit
    wait = _pace(tx, asking, limit) if owed and asking.answered and asking.channel == MAIL else timedelta(0)
    for answer in answers:
        if not silent or (_is_done(answer) and not (had >= 2 * limit and isinstance(answer, UNDONE))):
            telling.reply(tx, answer, asking, wait=wait)
    if silent and not all(map(_is_done, answers)):
        _silenced(tx, asking, limit)


def _is_done(answer: Notice) -> bool:
    """Whether something was done that its doer must hear of. No loop lives on it: every act but `UNDONE` is done once."""
    if isinstance(answer, notices.Outcomes):
        return any(outcome.verdict in SETTLED for outcome in answer.outcomes)
    if isinstance(answer, notices.Frozen):
        return len(answer.already) < len(answer.files)
    if isinstance(answer, notices.QuarantineSettled):
        return any(line.verdict == "done" for line in answer.lines)
    return isinstance(answer, notices.Recalled | notices.Decided | notices.Released)


def _pace(tx: Session, asking: Asking, limit: int) -> timedelta:
    """How long an answer waits that is owed to a file sent in answer to us (lesson L18): a circle that nobody may break by
    silence must grow slow."""
    over = telling.answered_since(tx, asking.address, asking.now - DAY) - OWED_A_DAY * limit
    if over < 0:
        return timedelta(0)
    what = f"{asking.address} sends a file upon each of our answers"
    line = (
        f"It had {over + OWED_A_DAY * limit} answers within a day. What it sends is still taken in, and answered later."
    )
    telling.alert_once(tx, what, [line], asking, within=DAY)
    return min(over * MINUTE, HOUR)


def _silenced(tx: Session, asking: Asking, limit: int) -> None:
    what = f"{asking.address} is not answered any more for now"
    line = (
        f"It had {limit} answers within an hour. What it sends or has done is still answered. If it is a "
        "machine, have its automatic replies to us switched off; if a person, ask what they need."
    )
    telling.alert_once(tx, what, [line], asking, within=HOUR)


def once_a_day(tx: Session, to: str, notice: Notice, occasion: Occasion, person: Somebody | None = None) -> None:
    """Tell what nobody asked for, unless this address was told the same kind of thing today (lesson L18)."""
    if not _told_today(tx, to, notice, occasion):
        telling.post(tx, notice, occasion, to=to, person=person, threaded=True)


def turned_away(tx: Session, to: str, notice: Notice, occasion: Occasion, strangers: StrangerLimit) -> None:
    """The same to somebody who is not heard, unless there are too many of them: then the administrators hear of it."""
    if occasion.channel != MAIL or _told_today(tx, to, notice, occasion) or strangers.allows(occasion.now):
        once_a_day(tx, to, notice, occasion)
    else:
        telling.alert_once(tx, WHAT, strangers.lines, occasion, within=DAY)


def _told_today(tx: Session, to: str, notice: Notice, occasion: Occasion) -> bool:
    return occasion.channel == MAIL and telling.told_since(tx, to, occasion.now - DAY, {notice.kind}) > 0


def trouble(tx: Session, item: Claimed, why: str, occasion: Occasion) -> None:
    """Our own fault, or a message only a person can judge: the administrators hear of it, and its sender does if that is
    a person who is proven (lessons L13, L19)."""
    arrival = item.arrival
    if arrival.automatic is None and arrival.unproven is None:
        notice = notices.Trouble(subject=arrival.subject, item=item.id)
        telling.post(tx, notice, occasion, to=arrival.sender, threaded=True)
    lines = [f"{item.id}: from {arrival.sender}, «{unlinked(arrival.subject)}»: {why}"]
    if arrival.automatic and not _is_news(tx, arrival, lines, occasion):
        return
    lines.append(
        "The daily mail about quarantine tells what it brought and who may have sent it, and is answered with a word for each. On the "
        f"server, postroom inbox show {item.id} tells it now, and what each choice would do."
    )
    telling.alert(tx, QUARANTINED, lines, occasion)


def _is_news(tx: Session, arrival: Arrival, lines: list[str], occasion: Occasion) -> bool:
    """Whether a machine's message is told of; says so beside the last that is."""
    count = inbox.quarantined_since(tx, arrival.sender, occasion.now - HOUR)
    if count == QUARANTINED_AN_HOUR_MAX:
        lines.append("What else it sends within this hour is kept as well; of that there is no further alert.")
    return count <= QUARANTINED_AN_HOUR_MAX
