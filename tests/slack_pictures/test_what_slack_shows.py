"""What people see in Slack, and `docs/messages/slack/`, which shows it as it is now."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from bot.notices import odd_mail
from bot.rules import commands
from bot.rules.commands import Context
from handlers.slack.values import Value
from tests.slack import blockkit
from tests.slack.messages import elements
from tests.slack.world import Json
from tests.slack_pictures import FOLDER, PICTURES
from tests.slack_pictures.later import LATER
from tests.slack_pictures.scenes import GROUPS, group_of, pictured
from tests.slack_pictures.sheets import Sheet, sheets
from tests.slack_pictures.writing import files

SHEETS = {sheet.name: sheet for sheet in sheets()}
MESSAGES = {name: sheet for name, sheet in SHEETS.items() if sheet.surface == "message"}
WRITTEN = files(list(SHEETS.values()))
REMEDY = "`make messages` writes docs/messages anew"
each_sheet = pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
OF_MAIL = (
    "prove-identity",
    "linked",
    "too-large",
    "tried",
    "quarantine",
    *(name for name, _, _ in odd_mail.examples()),
)
"""They tell of a mail that was really sent, or of one that came."""
each_message = pytest.mark.parametrize("sheet", MESSAGES.values(), ids=MESSAGES)

TYPED = {"help", "help-officer", "tried-replied"}
"""Messages that say what may be written, where there is no button for it."""
ANSWERED_AT_ONCE = ("receive-all", "page", "turn", "queue", "clear")
"""What opens a form or shows another page."""


def buttons(sheet: Sheet) -> Iterator[Json]:
    """All that can be pressed in it."""
    for shown in sheet.shown:
        yield from (one for _, one in elements(shown["blocks"]) if one["type"] == "button")


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_shown_is_current(name: str) -> None:
    path = FOLDER / name
    assert path.is_file(), REMEDY
    assert path.read_text(encoding="utf-8") == WRITTEN[name], REMEDY


def test_nothing_is_shown_that_nobody_sees() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_file()} == set(WRITTEN), REMEDY


def test_each_stands_in_a_picture() -> None:
    assert [sheet.name for sheet in SHEETS.values() if group_of(sheet) not in GROUPS] == []
    assert {path.stem for path in PICTURES.iterdir()} == set(pictured(list(SHEETS.values()))), REMEDY


@each_sheet
def test_slack_takes_it(sheet: Sheet) -> None:
    for shown in sheet.shown:
        assert blockkit.faults(shown["blocks"], sheet.surface) == []
        assert blockkit.weight(shown["blocks"]) < blockkit.CHARACTERS_MAX


@each_message
def test_it_does_not_speak_as_if_it_were_a_mail(sheet: Sheet) -> None:
    """«your own work address» and the help contact are about mail, and so are words that somebody wrote."""
    if sheet.name.startswith(OF_MAIL):
        return
    said = re.sub(r"Need help\?.*|The reason given:.*|Reason:.*|\(by email\).*", "", sheet.text)
    allowed = (
        r"email address of your Slack account|email it (to us )?from your own work address|works by email works here"
    )
    for mailish in ("email", "mailbox", "inbox", "Reply `", "reply to this", "wrote from", "subject", "attached"):
        assert mailish not in re.sub(f"{allowed}|a mailbox that several|a private mailbox|postroom inbox", "", said), (
            said
        )


@each_message
def test_nobody_is_led_to_write_what_a_button_does(sheet: Sheet) -> None:
    """A right name is written, and which file it is for; `said` are the reader's own words."""
    if sheet.name not in TYPED:
        told = re.findall(r"(?:[Rr]eply|[Ww]rite|[Ss]end|[Uu]se)[^.]*`(\w+)", sheet.text)
        assert [word for word in told if not word.isdigit() and not word.startswith("830")] in ([], ["verify"])


@each_message
def test_a_button_bears_words_and_stands_for_something_that_can_be_asked(sheet: Sheet) -> None:
    context = Context(date(2026, 9, 1), frozenset({"SEN"}), lambda _: True, True, True, False)  # noqa: FBT003
    for button in buttons(sheet):
        assert button["text"]["text"]
        if "url" in button:
            continue
        value = Value.read(button["value"])
        assert value is not None
        if not value.say.startswith(ANSWERED_AT_ONCE):
            there = replace(context, quarantine="answered" if sheet.name.startswith("quarantine") else "")
            assert commands.read_line(value.say, there) is not None, value.say


@each_message
def test_what_cannot_be_undone_is_asked_first(sheet: Sheet) -> None:
    for button in buttons(sheet):
        if re.match(r"recall|destroy", button["action_id"]) and button["text"]["text"] != "Recall a file":
            assert "cannot be brought back" in button["confirm"]["text"]["text"]


@each_message
def test_it_leads_to_one_thing_first(sheet: Sheet) -> None:
    """Of the buttons side by side one at most stands out."""
    for shown in sheet.shown:
        rows = [block["elements"] for block in shown["blocks"] if block["type"] == "actions"]
        assert all(sum(one.get("style") == "primary" for one in row) <= 1 for row in rows)


@each_message
def test_it_says_nothing_twice(sheet: Sheet) -> None:
    """Of what stands by itself, and of the reference of one file."""
    lines = [line for line in sheet.text.splitlines() if len(line) > 30 and not line.startswith(("[", "="))]
    facts = ("We could not take this file", "From:", "Sent:", "School:", "Service:", "Kept until:", "Status:", "Size:")
    assert [line for line, times in Counter(lines).items() if times > 1 and not line.startswith(facts)] == []
    references = Counter(re.findall(r"PR-\w{4}-\w{4}", re.sub(r"\[.*\]|receipt-\S+", "", sheet.text)))
    assert [one for one, times in references.items() if times > 1] in ([], TWICE.get(sheet.name))


TWICE = {"verified-compared": ["PR-7K3Q-M2XW"], "unreceived-administrators": ["PR-7K3Q-M2XW"]}
"""Where a file is held against another, and where a command is given that names it."""


@pytest.mark.parametrize("name", [one.name for one in LATER if one.name.startswith("new-files")])
def test_a_card_says_who_did_what_when_and_no_word_of_theirs_in_a_channel(name: str) -> None:
    sheet = MESSAGES[name]
    assert re.match(
        r"(Received|Rejected|Recalled|Frozen) by [\w ]+ at 13:00 on 1 September 2026|Moved to EP", sheet.text
    )
    assert "another child" not in sheet.text
    assert "agreed with Sam" not in sheet.text
    assert "Receive" not in [button["text"]["text"] for button in buttons(sheet)]
