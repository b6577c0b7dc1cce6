"""The files of `docs/messages/slack/`: each sheet as Slack gets it and as HTML, and an index of them all."""

import json
from collections.abc import Sequence

from tests.slack_pictures import frames
from tests.slack_pictures.scenes import pictured
from tests.slack_pictures.sheets import Sheet

INDEX = "README.md"
HEAD = """\
# What people see in Slack

Every message of Postroom in Slack and every form that a button opens: as it is given to Slack (Block Kit, in JSON), and drawn by our own hand as Slack lays
it out, which is a likeness and not Slack's own rendering. All of it is written by `make messages` from the examples in `bot/notices/`; the words stand in
`mail_templates/`, those in `mail_templates/chat/` first. [docs/slack.md](../../slack.md) says what leads to what.
"""


def files(sheets: Sequence[Sheet]) -> dict[str, str]:
    """The name and the content of every file but the pictures."""
    written = {f"{sheet.name}.html": sheet.html for sheet in sheets}
    written |= {f"{sheet.name}.json": _json(sheet) for sheet in sheets}
    return written | {frames.STYLE.name: frames.style(), INDEX: _index(sheets)}


def _json(sheet: Sheet) -> str:
    """One message or view; of a message in pages a list of them."""
    shown = sheet.shown[0] if len(sheet.shown) == 1 else list(sheet.shown)
    return json.dumps(shown, indent=1, ensure_ascii=False) + "\n"


def _index(sheets: Sequence[Sheet]) -> str:
    lines = [HEAD, "| | who sees it, and when | |", "| --- | --- | --- |"]
    lines += [f"| {one.name} | {one.who} | [JSON]({one.name}.json), [HTML]({one.name}.html) |" for one in sheets]
    for name in pictured(sheets):
        lines += ["", f"## {name}", "", f"![{name}, in light and in dark](pictures/{name}.png)"]
    return "\n".join([*lines, ""])
