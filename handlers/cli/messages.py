"""`postroom messages preview`: any message as it will be read, from its example."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from bot.notices import KINDS, Notice
from bot.notices.variants import every
from bot.settings import Settings
from bot.wording import Wording
from handlers.cli import configured, show
from handlers.cli.show import Json, Line
from handlers.mail.render.text import text
from handlers.slack.outline import outline
from handlers.slack.render import pages

app = typer.Typer()

BEARER = "preview"
"""What stands in the buttons of a preview in the place of the id of a message."""


class MessageLine(Line):
    """One message."""

    kind: str
    subject: str
    text: str


class SlackLine(MessageLine):
    """One message in Slack; its text is an outline of all its pages."""

    blocks: list[dict[str, Any]]
    """Of its first page, in Block Kit."""
    further_pages: list[list[dict[str, Any]]]


def _in_mail(kind: str, notice: Notice, settings: Settings) -> MessageLine:
    letter = Wording.of(settings).letter(notice)
    return MessageLine(kind=kind, subject=letter.subject, text=text(letter))


def _in_slack(kind: str, notice: Notice, settings: Settings) -> SlackLine:
    letter = Wording.of(settings, chat=True).letter(notice)
    first, *further = (page.blocks for page in pages(BEARER, notice, letter))
    said = "\n".join(outline(blocks) for blocks in (first, *further))
    return SlackLine(kind=kind, subject=letter.subject, text=said, blocks=first, further_pages=further)


LOOKS: dict[str, Callable[[str, Notice, Settings], MessageLine]] = {"email": _in_mail, "slack": _in_slack}
"""How each channel words a notice."""


@app.command()
def preview(
    ctx: typer.Context,
    *,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="Such as receipt or receipt-several; without it, each kind.")
    ] = "",
    channel: Annotated[str, typer.Option(metavar="CHANNEL", help=f"Where it is read: {' or '.join(LOOKS)}.")] = "email",
    as_json: Json = False,
) -> None:
    """Show an example of a message as this configuration words it; for Slack, with --json, as Block Kit."""
    known = {variant.name: variant.notice for variant in every()}
    if kind and kind not in known:
        raise typer.BadParameter(f"There is no message “{kind}”; there are {', '.join(known)}.", param_hint="KIND")
    if channel not in LOOKS:
        raise typer.BadParameter(f"“{channel}” is not available; there is {', '.join(LOOKS)}.", param_hint="--channel")
    settings = configured.settings(ctx)
    lines = [LOOKS[channel](one, known[one], settings) for one in ([kind] if kind else sorted(KINDS))]
    if as_json:
        show.document([line.document() for line in lines])
        return
    for line in lines:
        show.say(f"[{line.kind}]\nSubject: {line.subject}\n\n{line.text}")
