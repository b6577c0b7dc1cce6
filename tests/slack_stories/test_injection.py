"""A file's name or a comment becomes no mention, no link and no markup, and no limit of Slack's cuts off what is told."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import notices
from bot import settings as configuration
from bot.arrival import Route
from bot.data import folder
from bot.notices import FileFacts, Notice
from bot.notices.variants import VARIANTS
from bot.parcels import Parcel
from bot.wording import Letter, Wording
from handlers.slack.render import draw
from tests.slack import faults
from tests.slack.blockkit import CHARACTERS_MAX, weight
from tests.slack_office import SlackOffice, open_slack_office

HOSTILE = (
    "<!channel> <@U123> <#C1|x> <http://evil.example|click> *bold* _it_ ~no~ `code` :skull: http://evil.example "
    "&lt;!here&gt; \u202egnp.exe\u202c @here"
)
WORDING = Wording.of(configuration.load(folder("config") / "demo", {}), lambda link: f"token-{link}", chat=True)
KNOWN = [kind.example for kind in notices.KINDS.values()] + [variant.notice for variant in VARIANTS]
EXAMPLES = [one for one in KNOWN if not isinstance(one, notices.Status) or one.may or not one.files]
"""Every notice; of lists those that say what can be done to each file, as lists in a chat do."""
NOTATION = re.compile(r"<|>|&(?!amp;|lt;|gt;)")


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    async with open_slack_office(tmp_path) as opened:
        yield opened


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in some blocks."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from parts(one)


def harmless(blocks: list[dict[str, Any]], text: str) -> None:
    """Nothing in them that somebody wrote is more than text."""
    kinds = {str(part.get("type")) for part in parts(blocks)}
    assert kinds.isdisjoint({"mrkdwn", "user", "usergroup", "channel", "broadcast", "emoji", "markdown", "section"})
    assert all(part["emoji"] is False for part in parts(blocks) if part.get("type") == "plain_text")
    links = [part["url"] for part in parts(blocks) if part.get("type") == "link"]
    assert not any("evil" in link for link in links)
    assert not NOTATION.search(text)


def spoken(letter: Letter) -> str:
    """All that a letter says, buttons aside."""
    return "".join(span.text for block in letter.blocks for span in _spans(block))


def _spans(block: Any) -> Iterator[Any]:
    if hasattr(block, "text") and hasattr(block, "strong"):
        yield block
    elif isinstance(block, tuple):
        for one in block:
            yield from _spans(one)
    elif hasattr(block, "__dataclass_fields__"):
        for name in block.__dataclass_fields__:
            yield from _spans(getattr(block, name))


def seen(value: Any) -> Iterator[str]:
    """All that can be read in some blocks, buttons aside."""
    if isinstance(value, list):
        for one in value:
            yield from seen(one)
    elif isinstance(value, dict) and value.get("type") != "actions":
        if isinstance(value.get("text"), str):
            yield value["text"]
        if "fallback" in value:
            yield value["fallback"]
        for one in value.values():
            yield from seen(one) if isinstance(one, dict | list) else ()


def letters(text: str) -> str:
    """The text without what lies between its words."""
    return re.sub(r"[\s:]", "", text)


def pages(parcel: Parcel) -> list[Any]:
    """Every page of a notice."""
    drawn = [draw(parcel)]
    while any("▶" in str(part.get("text")) for part in parts(drawn[-1].blocks) if part.get("type") == "button"):
        drawn.append(draw(parcel, len(drawn)))
    return drawn


def parcel(notice: Notice) -> Parcel:
    """A notice on its way."""
    return Parcel(
        id="n" * 26,
        token="t" * 26,
        recipient="T1/U1",
        notice=notice,
        letter=WORDING.letter(notice),
        route=Route(private=True),
        created_at=datetime(2026, 9, 1, tzinfo=UTC),
    )


WRITTEN = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=255),
    st.sampled_from([HOSTILE, "W" * 255, "\U0001f480" * 255, "&" * 255, "<" * 255, ":" * 75, "a\u202eb"]),
)


def of_many(notice: Notice, times: int) -> Notice:
    """The same of so many more files."""
    many = [name for name in ("outcomes", "candidates", "entries") if getattr(notice, name, ())]
    if isinstance(notice, notices.OfFiles):
        many.append("files")
    return notice.model_copy(update={name: getattr(notice, name) * times for name in many})


@given(
    st.sampled_from(EXAMPLES), WRITTEN, st.one_of(WRITTEN, st.just("&\U0001f480 " * 600)), st.sampled_from([1, 12, 40])
)
def test_slack_takes_every_message_whatever_is_written_in_it_and_shows_all_of_it(
    example: Notice, name: str, comment: str, times: int
) -> None:
    def hostile(file: FileFacts) -> FileFacts:
        return file.model_copy(update={"name": name, "given": name, "comment": comment, "sent_by": name})

    told = parcel(of_many(example.retold(hostile), times))
    drawn = pages(told)

    for page in drawn:
        assert faults(page.blocks, "message") == []
        assert weight(page.blocks) <= CHARACTERS_MAX
        assert len(page.text) <= 4000
        harmless(page.blocks, page.text)
    shown = letters("".join(text for page in drawn for text in seen(page.blocks)))
    assert letters(spoken(told.letter)) == shown


async def test_a_hostile_name_and_comment_are_shown_as_they_are_everywhere(office: SlackOffice) -> None:
    await office.send("jo", f"{HOSTILE[:150]}.docx", text=HOSTILE)
    await office.send("jo", "8302000_SENplan20260901.docx", text=f"{HOSTILE}\n> quoted\n```\ncode")

    await office.press("sam", office.answers(office.sen)[0], "Reject…")
    form = office.slack.modal(office.people["sam"])
    assert form
    await office.slack.submit(office.people["sam"], {"written": HOSTILE})
    await office.settle()

    for call in office.slack.calls:
        if call.method in ("chat.postMessage", "chat.update", "chat.postEphemeral"):
            assert call.error == ""
            assert call.args["parse"] == "none"
    everything = [*office.answers(office.dm("jo")), *office.answers(office.sen)]
    everything += [one for seen_by in office.slack.world.ephemerals.values() for one in seen_by]
    for message in everything:
        harmless(message.blocks, message.text)
    harmless(form.blocks, "")
    assert not office.slack.complaints
