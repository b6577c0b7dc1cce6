"""The Markdown that letters are written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wording import Action, BadTemplate, Bullets, Button, Heading, Paragraph, Rule, Span, Table
from bot.wording.reading import blocks
from bot.wording.values import Values


def same(text: str) -> str:
    return text


def test_each_kind_of_block_is_read() -> None:
    markdown = "# Verdict\n\n## Part\n\n### File\n\nOne\nthought.\n\n- first\n- second\n\n---\n"
    assert blocks(markdown, same) == (
        Heading((Span("Verdict"),), level=1),
        Heading((Span("Part"),), level=2),
        Heading((Span("File"),), level=3),
        Paragraph((Span("One thought."),)),
        Bullets(((Span("first"),), (Span("second"),))),
        Rule(),
    )


def test_words_have_the_look_that_is_written() -> None:
    (paragraph,) = blocks(
        "Call **us *not*** or".replace(" *not*", "") + " type `help` at [the site](https://x.example/a)", same
    )
    assert paragraph == Paragraph((
        Span("Call "), Span("us", strong=True), Span(" or type "), Span("help", code=True), Span(" at "),
        Span("the site", link="https://x.example/a"),
    ))  # fmt: skip


def test_a_table_is_rows_of_label_and_value_and_an_empty_heading_is_none() -> None:
    with_heading = "| Size | 3 KB |\n| --- | --- |\n| Sent | **now** |\n"
    without = "| | |\n| --- | --- |\n| Size | 3 KB |\n| Sent | **now** |\n"
    rows = (((Span("Size"),), (Span("3 KB"),)), ((Span("Sent"),), (Span("now", strong=True),)))
    assert blocks(with_heading, same) == blocks(without, same) == (Table(rows),)


@pytest.mark.parametrize(
    ("label", "look"),
    [("12", "codes"), ("ADMISS", "codes"), ("Reference", "facts"), ("`status last year`", "lines")],
)
def test_a_table_looks_as_its_longest_label_needs(label: str, look: str) -> None:
    (table,) = blocks(f"| | |\n| --- | --- |\n| 1 | a |\n| {label} | b |\n", same)
    assert isinstance(table, Table)
    assert table.look == look


@pytest.mark.parametrize(
    ("said", "button"),
    [
        ("Reply `recall` to take it back.", Button("recall", "", "take it back")),
        ("Reply `reject <reason>` to turn it down.", Button("reject", "<reason>", "turn it down")),
        ("Reply `2` to send it as **x**.", Button("2", "", "send it as x")),
    ],
)
def test_a_sentence_that_says_what_one_reply_does_is_a_button(said: str, button: Button) -> None:
    (block,) = blocks(said, same)
    assert block == button
    assert "".join(f"`{span.text}`" if span.code else span.text for span in button.line) == said.replace("**", "")


@pytest.mark.parametrize(
    "said",
    [
        "Reply `yes` to send it or `no` to have it destroyed.",
        "Reply with `2` to send it.",
        "Reply `yes`.",
        "Reply `yes` to send it",
        "Never reply `yes` to send it.",
    ],
)
def test_any_other_sentence_is_none(said: str) -> None:
    (block,) = blocks(said, same)
    assert isinstance(block, Paragraph)


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("[Open this file](https://x.example/a)", Action("Open this file", "https://x.example/a")),
        ("[Open **plan.docx** now](http://x.example/a)", Action("Open plan.docx now", "http://x.example/a")),
    ],
)
def test_a_link_that_stands_by_itself_is_an_action(said: str, action: Action) -> None:
    assert blocks(said, same) == (action,)


def test_an_action_leads_where_a_value_says() -> None:
    values = Values()
    held = values.set_aside("https://x.example/get/a_b*c")
    assert blocks(f"[Open this file]({held})", values.put_back) == (
        Action("Open this file", "https://x.example/get/a_b*c"),
    )


HELD = (
    "# {0}\n\n{1} **{2}** is `{3}`.\nIt **{4}{5}** {6}\n\n- {0}\n- `{1}` {2}\n\n| {0} | {1} |\n| --- | --- |\n| a | **{2}** |\n\n"
    'Reply `{0}` to {1}.\n\n[{2}](https://x.example/{3})\n\n[{4} {5}](<do:{0} {1}> "{2} it")\n\n[{0}]({6})[{1}]({6})\n'
)
"""Values wherever letters have them."""


@given(st.lists(st.text("abcde", min_size=1, max_size=9), min_size=7, max_size=7))
def test_values_are_read_as_if_they_had_been_written(said: list[str]) -> None:
    for _ in range(2):  # what was parsed is kept
        values = Values()
        assert blocks(HELD.format(*map(values.set_aside, said)), values.put_back) == blocks(HELD.format(*said), same)


def test_an_empty_value_leaves_nothing() -> None:
    values = Values()
    markdown = "a {0}**{1}**\n\n| {2} | **{3}** |\n| --- | --- |\n| a | {4} |\n"
    assert blocks(markdown.format(*map(values.set_aside, [""] * 5)), values.put_back) == (
        Paragraph((Span("a "),)),
        Table((((Span("a"),), ()),)),
    )


@pytest.mark.parametrize(
    "said",
    [
        "[Write to us](mailto:web@council.example)",
        "Or [open it](https://x.example/a)",
        "[Open it](https://x.example/a).",
        "[One](https://x.example/a) [other](https://x.example/b)",
        "[Open it](/get/a)",
    ],
)
def test_any_other_link_is_none(said: str) -> None:
    (block,) = blocks(said, same)
    assert isinstance(block, Paragraph)


@pytest.mark.parametrize(
    "markdown",
    [
        "> quoted", "#### deep", "1. first", "*slanted*", "![picture](x.png)", "    code", "```\ncode\n```", "- a\n  - b",
        "| a |\n| --- |\n| b |", "| a | b | c |\n| --- | --- | --- |\n| d | e | f |", "one  \ntwo",
    ],
)  # fmt: skip
def test_what_no_channel_could_draw_is_refused(markdown: str) -> None:
    with pytest.raises(BadTemplate):
        blocks(markdown, same)


def test_html_is_only_words() -> None:
    assert blocks("a <b>c</b>", same) == (Paragraph((Span("a <b>c</b>"),)),)
