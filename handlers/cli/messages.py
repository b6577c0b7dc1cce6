"""`postroom messages preview`: any message as it will be read, from its example."""

from collections.abc import Callable
from typing import Annotated

import typer

from bot.notices import KINDS
from bot.notices.variants import every
from bot.wording import Letter, Wording
from handlers.cli import configured, show
from handlers.cli.show import Json, Line
from handlers.mail.render.text import text as as_mail

app = typer.Typer()

LOOKS: dict[str, Callable[[Letter], str]] = {"email": as_mail}
"""How each channel words a letter in plain text."""


class MessageLine(Line):
    """One message."""

    kind: str
    subject: str
    text: str


@app.command()
def preview(
    ctx: typer.Context,
    *,
    kind: Annotated[
        str, typer.Argument(metavar="[KIND]", help="Such as receipt or receipt-several; without it, each kind.")
    ] = "",
    channel: Annotated[str, typer.Option(help="Where it is to be read.")] = "email",
    as_json: Json = False,
) -> None:
    """Word a message's example, as this configuration has it."""
    known = {variant.name: variant.notice for variant in every()}
    if kind and kind not in known:
        raise typer.BadParameter(f"There is no message «{kind}»; there are {', '.join(known)}.", param_hint="KIND")
    if channel not in LOOKS:
        raise typer.BadParameter(f"«{channel}» has no look yet; there is {', '.join(LOOKS)}.", param_hint="--channel")
    wording = Wording.of(configured.settings(ctx))
    lines = [_line(one, wording.letter(known[one]), LOOKS[channel]) for one in ([kind] if kind else sorted(KINDS))]
    if as_json:
        show.document([line.document() for line in lines])
        return
    for line in lines:
        show.say(f"[{line.kind}]\nSubject: {line.subject}\n\n{line.text}")


def _line(kind: str, letter: Letter, look: Callable[[Letter], str]) -> MessageLine:
    return MessageLine(kind=kind, subject=letter.subject, text=look(letter))
