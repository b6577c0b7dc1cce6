"""`postroom inbox retry`, `release`, `discard`: the same acts as in a reply to the daily mail about quarantine."""

from typing import Annotated

import typer
from sqlalchemy.orm import Session

from bot import quarantine, roster
from bot.ledger import Later
from bot.quarantine import OPEN, Decider, Result, Wish
from bot.rules.authority import Keeping
from handlers.cli import show
from handlers.cli.destroying import destroy_now
from handlers.cli.files.finding import CHANNEL, asking
from handlers.cli.inbox.listing import Id, item_of
from handlers.cli.opening import rooms
from handlers.cli.show import Problem, spoken
from handlers.rooms import Rooms

By = Annotated[
    str, typer.Option("--by", metavar="EMAIL", help="Which administrator decides; without it, whoever runs the server.")
]
AGAIN = "Message {number} could not be handed in again just now: what an earlier try left is still being destroyed. Try again."


def retry(ctx: typer.Context, number: Id, by: By = "") -> None:
    """Handle it again at once: for what failed and should no longer fail."""
    _decide(ctx, Wish(number, "retry"), by)
    show.say(f"{number} waits to be handled again. postroom serve does it.")


def release(
    ctx: typer.Context,
    number: Id,
    sender: Annotated[
        str,
        typer.Option("--as", metavar="EMAIL", help="Who sent it, if it does not say so itself; they are answered."),
    ] = "",
    by: By = "",
) -> None:
    """Handle it as if a proven person had sent it: only if you have made sure who did."""
    result = _decide(ctx, Wish(number, "release", sender), by)
    show.say(f"{number} is released as {result.sender} and waits to be handled. postroom serve does it.")


def discard(
    ctx: typer.Context,
    number: Id,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; a proven sender reads it.")] = "",
    by: By = "",
) -> None:
    """Do not handle it, and destroy it. A proven sender is told."""
    with rooms(ctx) as opened:
        _done(opened, Wish(number, "discard", reason=reason.strip()), by)
        _sweep(opened)
        destroyed = destroy_now(opened)
    left = "destroyed" if destroyed else "to be destroyed: it could not be yet, postroom serve will"
    show.say(f"{number} is discarded and {left}.")


def _decide(ctx: typer.Context, wish: Wish, by: str) -> Result:
    with rooms(ctx) as opened:
        if not destroy_now(opened):  # else what an earlier try left is destroyed later, when it may be in use again
            raise Problem("The vault cannot be used now, so nothing was changed; try again.")
        return _done(opened, wish, by)


def _done(opened: Rooms, wish: Wish, by: str) -> Result:
    """Carry it out. Raises `Problem` where it was not done."""
    try:
        result = opened.ledger.write_now(lambda tx: _carry_out(tx, opened, wish, by))
    except Later as fault:
        raise Problem(AGAIN.format(number=wish.item)) from fault
    if result.verdict != "done":
        raise Problem(_refusal(result, wish, opened))
    return result


def _carry_out(tx: Session, opened: Rooms, wish: Wish, by: str) -> Result:
    item_of(tx, wish.item)
    person = asking(tx, by, opened).person if by else None
    if person and not roster.may_keep(person, Keeping.QUARANTINE):
        raise Problem(f"{by} is no administrator of all services, who alone may do that. See: postroom people list")
    return quarantine.decide(tx, wish, Decider(CHANNEL, person), opened.occasion(), among=OPEN)


def _refusal(result: Result, wish: Wish, opened: Rooms) -> str:
    number, see = wish.item, f"See: postroom inbox show {wish.item}"
    match result.verdict:
        case "nameless":
            return (
                f"Item {number} names no single sender (“{result.sender}”). If you have made sure who sent it: "
                f"postroom inbox release {number} --as EMAIL"
            )
        case "unlisted":
            return (
                f"{result.sender} is on no school's list, so nothing was released. Name whoever sent it and is on one "
                f"(postroom inbox release {number} --as EMAIL), or add them first: postroom people add"
            )
        case "shared":
            return (
                f"{result.sender} is a shared or private mailbox, which never acts. Name the person: "
                f"postroom inbox release {number} --as EMAIL"
            )
        case "retry":
            return f"Item {number} came through a chat, which proved who sent it. Use: postroom inbox retry {number}"
        case _:
            return f"Item {number} {_stands(result, opened)}: nothing is to be decided any more. {see}"


def _stands(result: Result, opened: Rooms) -> str:
    if result.by and result.at:
        when = spoken(result.at, opened.settings.timezone)
        return f"is {result.state}, for {result.by} decided on it at {when} ({result.act})"
    return f"is {result.state}"


def _sweep(opened: Rooms) -> None:
    """Order what tries that failed had sealed to be destroyed as well."""
    quarantine.sweep_now(opened.ledger, opened.vault, opened.clock.now())
