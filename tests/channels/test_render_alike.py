"""What is rendered the short way is what the long way comes to: textwrap, the layout with its style written in, `email`."""

import textwrap
from dataclasses import replace
from email.header import Header

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.notices.variants import every
from bot.wording import (
    Action,
    Block,
    Bullets,
    Button,
    Heading,
    Letter,
    Line,
    Paragraph,
    Rule,
    Span,
    Table,
    Wording,
    plain,
)
from handlers.mail.render import text
from handlers.mail.render.head import fields
from handlers.mail.render.page import Page
from handlers.mail.render.quoted import quoted
from handlers.mail.render.text import GLUE, WIDTH
from tests.channels.parcels import RETURNS, parcel
from tests.wording.speaker import TEMPLATES, speaker

PAGE = Page(TEMPLATES)
WORDING: Wording = speaker()
NOTICES = {variant.name: variant.notice for variant in every()}
said = st.one_of(st.text(max_size=40), st.text("ab <>&\"'=.\xa0\u2003-é\n", max_size=90)).map(plain)
web = st.text("ab&\"'<>\xa0/?%=_é").map("https://x.example/{}".format)
spans = st.builds(
    Span, said, strong=st.booleans(), code=st.booleans(), link=st.just("") | web | st.just("mailto:a@b.example")
)
lines: st.SearchStrategy[Line] = st.lists(spans, max_size=4).map(tuple)
labels: st.SearchStrategy[Line] = lines | st.text("ab", max_size=14).map(lambda words: (Span(words),))
drawn: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, lines, st.sampled_from((1, 2, 3))),
    st.builds(Paragraph, lines),
    st.builds(Button, said, said, said),
    st.builds(Action, said, web),
    st.builds(Bullets, st.lists(lines, max_size=3).map(tuple)),
    st.builds(Table, st.lists(st.tuples(labels, lines), max_size=4).map(tuple)),
    st.just(Rule()),
)
letters = st.builds(Letter, said, st.lists(drawn, max_size=6).map(tuple), said)


def is_laid_out(letter: Letter) -> bool:
    """The page is what the whole layout comes to, also in quoted-printable."""
    page = PAGE.laid_out(letter)
    return PAGE.html(letter) == page and PAGE.quoted(letter) == quoted(page)


@pytest.mark.parametrize("name", NOTICES)
def test_the_page_of_every_notice_is_as_it_is_laid_out(name: str) -> None:
    assert is_laid_out(WORDING.letter(NOTICES[name]))


@given(letters)
def test_the_page_of_any_letter_is_as_it_is_laid_out(letter: Letter) -> None:
    assert is_laid_out(letter)


SHORT = ("a", "to", "plan", "–", " ", " ", " ")
ODD = ("x" * 69, "x" * 80, "  ", " " * 80, GLUE, f" {GLUE} ", "\xa0", " \xa0 ", "\u2003", "\x85", "a-b")
words = st.lists(st.sampled_from(SHORT), max_size=80), st.lists(st.sampled_from(SHORT + ODD), min_size=20, max_size=60)


@given(st.one_of(words).map("".join))
@example(" ")
@example(f"a {'x' * 68} x")
@example(f"a {'x' * 69} x")
@example(f"{'x' * 69} {GLUE} x")
@example(f"{'x' * 70} \xa0 x")
def test_words_are_wrapped_as_textwrap_would(said: str) -> None:
    bullet = Bullets(((Span(said),),))
    wrapped = textwrap.wrap(
        said, WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
    expected = [line.replace(GLUE, " ").rstrip() for line in wrapped] or ["-"]
    assert text(Letter("", (bullet,), "Us")).split("\n\nUs\n\n")[1].split("\n") == [*expected, ""]


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=90).map(str.strip))
@example("x" * 69)
@example("x " * 34 + "x")
@example("x" * 70)
@example("=?utf-8?q?x?=")
def test_a_subject_is_written_as_email_would(subject: str) -> None:
    charset = "utf-8" if "=?" in subject else "us-ascii"
    expected = Header(subject, charset, header_name="Subject").encode(linesep="\r\n")
    written = fields(replace(parcel(), letter=Letter(subject, (), "Us")), RETURNS).decode()
    assert f"\r\nSubject: {expected}\r\nDate: " in written
