"""`postroom files receive`, `reject`, `move`, `recall`, `freeze`, `release`, `destroy`: the same acts as by mail and chat, under the same authority."""

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from bot import freezing, notices, officer_desk, school_desk
from bot.ledger.tables import File
from bot.notices import FileFacts, Notice
from bot.retention import by_word
from bot.rules.lifecycle import Status
from bot.telling import Asking
from handlers.cli import show
from handlers.cli.destroying import destroy_now
from handlers.cli.files.finding import By, Reference, asking, file_of
from handlers.cli.opening import rooms
from handlers.cli.show import Problem

Act = Callable[[Session, File, Asking], Sequence[Notice]]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; the school reads it.")]


def receive(ctx: typer.Context, ref: Reference, by: By) -> None:
    """Record that an officer has the contents: the school can no longer recall the file."""
    _act(ctx, ref, by, lambda tx, file, who: officer_desk.receive(tx, [file], who))


def reject(ctx: typer.Context, ref: Reference, by: By, reason: Reason) -> None:
    """Turn a file down as an officer: sender and headteacher are told by whom and why."""
    if not (why := reason.strip()):
        raise typer.BadParameter("Say why: the school reads it.", param_hint="--reason")
    _act(ctx, ref, by, lambda tx, file, who: officer_desk.reject(tx, [file], why, who))


def move(
    ctx: typer.Context,
    ref: Reference,
    by: By,
    service: Annotated[str, typer.Option(metavar="CODE", help="The service that it belongs to.")],
    reason: Reason = "",
) -> None:
    """Move a file, as an officer, to the service that it belongs to."""
    _act(ctx, ref, by, lambda tx, file, who: officer_desk.move(tx, [file], service, who, why=reason.strip()))


def recall(ctx: typer.Context, ref: Reference, by: By) -> None:
    """Take back, for its school, a file that no officer has had: its contents are destroyed at once."""
    _act(ctx, ref, by, lambda tx, file, who: school_desk.recall(tx, [file], f"recall {file.reference}", who))


def freeze(
    ctx: typer.Context,
    ref: Reference,
    by: By,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; everybody who is told reads it.")
    ] = "wrong file",
) -> None:
    """Freeze a wrong file: nobody gets the contents until it is released, and all who must know are told."""
    _act(ctx, ref, by, lambda tx, file, who: freezing.freeze(tx, [file], reason.strip(), who))


def release(ctx: typer.Context, ref: Reference, by: By) -> None:
    """Release a frozen file, so that its contents are available again."""
    _act(ctx, ref, by, lambda tx, file, who: freezing.release(tx, [file], f"release {file.reference}", who))


def destroy(ctx: typer.Context, ref: Reference, by: By, reason: Reason) -> None:
    """Destroy, by an administrator's decision, contents that nobody received in time. They cannot be recovered."""
    if not (why := reason.strip()):
        raise typer.BadParameter("Say why: the school reads it.", param_hint="--reason")
    _act(ctx, ref, by, lambda tx, file, who: by_word.destroy(tx, [file], why, who))


def _act(ctx: typer.Context, ref: str, by: str, act: Act) -> None:
    """Carry it out in one write, say what came of it, and destroy what is to be destroyed."""
    with rooms(ctx) as opened:
        answers = opened.ledger.write_now(lambda tx: act(tx, file_of(tx, ref), asking(tx, by, opened)))
        zone = opened.settings.timezone
        if refused := [sentence for one in answers if (sentence := _refusal(one, by, zone))]:
            raise Problem("\n".join(refused))
        destroyed = destroy_now(opened)
        for one in answers:
            show.say(_done(one, destroyed=destroyed))


def _refusal(notice: Notice, by: str, zone: tzinfo) -> str:
    """Why it was not done; empty where it was."""
    match notice:
        case notices.NotAuthorised():
            return f"{by} may not {notice.act} {notice.named}. See who may: postroom people list"
        case notices.LostRace() | notices.TooLate():
            file = notice.file
            return f"Too late to {notice.act} {file.reference}: {_stands(file, zone)}. See: postroom files history {file.reference}"
        case notices.UnknownCommand():
            return notice.because
        case _:
            return ""


def _done(notice: Notice, *, destroyed: bool) -> str:
    match notice:
        case notices.Decided():
            return f"{_named(notice.files)}: {notice.act}."
        case notices.Frozen():
            return f"{_named(notice.files)}: frozen. Nobody gets the contents until it is released or taken back."
        case notices.Released():
            return f"{_named(notice.files)}: released."
        case notices.Recalled():
            return f"{_named(notice.files)}: taken back{_gone(destroyed=destroyed)}"
        case notices.Destroyed():
            return f"{_named(notice.files)}: the sender is told{_gone(destroyed=destroyed)}"
        case _:
            return f"Done ({notice.kind})."


def _gone(*, destroyed: bool) -> str:
    if destroyed:
        return ", and the contents are destroyed."
    return ". The contents could not be destroyed yet; postroom serve will."


def _named(files: Sequence[FileFacts]) -> str:
    return ", ".join(f"{file.reference} {file.name}" for file in files)


def _stands(file: FileFacts, zone: tzinfo) -> str:
    """Where a file stands, and who brought it there when."""
    by, at = {
        Status.RECEIVED.value: (file.received_by, file.received_at),
        Status.REJECTED.value: (file.rejected_by, file.rejected_at),
        Status.RECALLED.value: (file.recalled_by, file.recalled_at),
    }.get(file.status, ("", None))
    who = f" by {by}" if by else ""
    when = f" at {show.spoken(at, zone)}" if at else ""
    frozen = f", frozen by {file.frozen_by} at {show.spoken(file.frozen_at, zone)}" if file.frozen_at else ""
    gone = ", and its contents are destroyed" if file.contents == "destroyed" else ""
    return f"it is {file.status}{who}{when}{frozen}{gone}"
