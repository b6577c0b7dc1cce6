"""The new text of a letter (docs/mail-and-chat.md, L39 to L41)."""

import codecs
import re
import re._parser as parser  # type: ignore[import-not-found]  # the only way to look into a pattern
import sys
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.commands import Yes
from handlers.mail.reading import attribution, clients, footers, languages, markup, text
from handlers.mail.reading.letter import TEXT_BYTES_MAX
from handlers.mail.reading.markup import lines_of
from handlers.mail.reading.text import new_text
from tests.channels.opening import attached, crlf, mixed, text_of
from tests.rules.asking import asked

NEW = "Here it is."


@pytest.mark.parametrize(
    "old",
    [
        "On Thu, 1 Oct 2026 at 09:01, Returns <returns@authority.example> wrote:\n\n> Please\n>> look\n> here",
        "On Thu, 1 Oct 2026 at 09:01, The Returns of the Authority <\nreturns@authority.example> wrote:\n> Please",
        "On 1 Oct 2026, at 09:01, Returns <returns@authority.example> wrote:\n\nPlease look\n\nReturns",
        "On 01/10/2026 09:01, Returns wrote:\n> Please look",
        "-----Original Message-----\nFrom: Returns\nPlease look",
        "-------- Forwarded Message --------\nSubject: x\n\nPlease look",
        "---------- Forwarded message ---------\nPlease look",
        "Begin forwarded message:\n\n> From: x\nPlease look",
        "________________________________\nFrom: Returns <r@a.example>\nSent: 01 October 2026 09:01\nTo: Jo\nSubject: x\n\nHi",
        "*From:* Returns <r@a.example>\n*Date:* 01 October 2026 09:01\n*To:* Jo\n*Cc:* Sam\n*Subject:* x\n\nPlease look",
        "Please reply above this line\n\nThe file is held.",
        "## Please reply above this line ##\nThe file is held.",
        "> Please look\n>\n> Returns",
        "-- \nJo Bloggs\nLeys Junior School",
        "--\nJo Bloggs",
        "Sent from my iPhone",
        "Sent from my Galaxy S24 Ultra.",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Sent from Outlook for Android<https://aka.ms/ghei36>",
        "Sent from Mail<https://go.microsoft.com/fwlink/?LinkId=550986> for Windows",
        "—\nJo Bloggs",
        "Sent from my iPad Pro",
        "(Sent from my mobile)",
        "Envoyé de mon iPhone",
        "Von meinem iPhone gesendet",
        "Anfonwyd o fy iPhone",
        "Wysłane z iPhone'a",
        "Sent via BT Email App",
        "-------- Original message --------\nFrom: Returns\nDate: 01/10/2026 09:01 (GMT+00:00)\n\nPlease look",
        "Get Outlook for Android\n\nOn 1 Oct 2026 at 09:01 Returns wrote:\n> Please",
    ],
)
def test_what_is_not_new_is_cut(old: str) -> None:  # lesson L40
    assert new_text(f"{NEW}\n\n{old}\n") == NEW
    assert new_text(f"{NEW}\r\n\r\n{old}\r\n".replace("\n", "\r\n").replace("\r\r", "\r")) == NEW


@pytest.mark.parametrize(
    "text",
    [
        "On Monday the head wrote: this is final.\nSo it is.",
        "On Monday the head wrote:\nthis is final.",
        "On Monday at 09:00 the head wrote:\nthis is final.",
        "On 1 October 2026 the head wrote:\nthis is final.",
        "Am Montag schrieb die Schule:\ndas ist alles.",
        "Please write to jo@leys.example at 09:00 on 1/10/26:\nshe has the plan.",
        "From: the office\nTo: you\nDate: 1 October 2026\nSubject: our plan",
        "De : la part du bureau\nÀ : vous",
        "Begin forwarded messages with FW: please",
        "---- page one ----\nfigures\n---- page two ----\nmore",
        "Sent via the office yesterday",
        "Sent from my classroom",
        "--\nfirst\n—\nsecond",  # lesson L41
        "From: the office\nTo: you, with thanks",
        "From the head:\nSubject to change",
        "a -- b\n--- c",
        "--\nfirst part\n--\nsecond part",  # lesson L41
        "Sent from my heart, with best wishes to all of you in the team",
        "The reply above this line was wrong",
        "5 > 3\nx >= y",
        "-----\nfigures\n-----\nmore figures",
        "Original message: see attached",
    ],
)
def test_what_may_be_new_is_kept(text: str) -> None:  # lesson L40
    assert new_text(text) == text


def test_somebodys_own_line_above_who_wrote_is_not_taken_with_it() -> None:
    for own in ("yes", "On Monday I sent 2 files.", "2 files", "mail of 09:00"):
        for line in (
            "On 1 Oct 2026 at 09:01 Returns <r@a.example> wrote:",
            "czw., 1 paź 2026 o 09:01 R <\nr@a.example> napisał(a):",
        ):
            assert new_text(f"{own}\n{line}\n> Please") == own
            assert new_text(f"{own}\n{line}\nPlease") == own


def test_a_line_that_may_be_left_of_a_quotation_is_kept_but_asks_for_nothing() -> None:  # lesson L46
    long = "> If nothing of this is right, and nothing of it is what you meant, reply"
    assert new_text(f"{long}\nrecall it.\n> and we destroy it\n\nyes") == "> recall it.\n\nyes"
    assert new_text(f"{long}\n\nrecall it.\n\n> and we destroy it") == "recall it."
    assert new_text("> Which one?\nthe first\n> And when?\nnow") == "the first\n\nnow"


@pytest.mark.parametrize(
    ("charset", "said"),
    [
        ("windows-1252", "\u201cYes\u201d\xa0\u2013 please\u2026"),
        ("utf-8", "\ufeffYES.\u200b \N{THUMBS UP SIGN}"),
        ("utf-8", "Yes\xa0\xa0"),
        ("utf-16", "yes"),
        ("iso-8859-1", "Yes!"),
    ],
)
def test_what_telephones_and_editors_do_to_a_command_breaks_it_not(charset: str, said: str) -> None:  # lesson L51
    head = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    assert asked(text_of(head.encode() + f"{said}\r\n\r\nSent from my iPhone\r\n".encode(charset))) == (Yes(""),)


def test_an_answer_below_or_between_what_is_quoted_is_new() -> None:
    said = "On 1 Oct 2026 at 09:01 Returns wrote:\n> Which one?\n\nthe first\n\n> On 1 Oct 2026 Jo wrote:\n>\n> And?\nno more"
    assert new_text(said) == "the first\n\nno more"


def test_what_does_not_show_is_removed() -> None:  # lesson L39
    assert (
        new_text("\ufeffsta\0tus\u200b\u00a0please\u202e\r\n\r\n\r\n\r\nthanks\u2028Jo  \n")
        == "status please\n\nthanks\nJo"
    )


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("<p>one<p>two", "one\ntwo"),
        ("<div>one</div><div>two<br></div><div><br></div><div>three</div>", "one\ntwo\n\nthree"),
        ("one<br>two<BR/>three", "one\ntwo\nthree"),
        ("a  <b>b</b>\n c &amp; d&nbsp;e &lt;f&gt; &#8364;", "a b c & d\u00a0e <f> €"),
        ("<style>p {}</style><title>t</title><script>if (a<b) x('<p>')</script>said", "said"),
        ("<!-- <p>no --><![if !vml]>yes<![endif]><!--[if mso]>no<![endif]-->", "yes"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<pre>a\n  b</pre>c\nd", "a\n  b\nc d"),
        ("a<svg/>b<svg><text>c</text></svg>d", "ab\nd"),
        ("1 < 2 and <3 & so on", "1 < 2 and <3 & so on"),
        ("&#99999999999;&#xFFFFFFFFFF;&#0;x", "\ufffd\ufffd\ufffdx"),
        ("said<!-- never closed <p>", "said"),
        ("said<script>never closed", "said"),
    ],
)
def test_a_page_is_reduced_to_its_lines(page: str, lines: str) -> None:  # lesson L39
    assert lines_of(page).strip() == lines


@pytest.mark.parametrize(
    "old",
    [
        '<div class="gmail_quote gmail_quote_container"><div class="gmail_attr">On … wrote:</div><div>old</div></div>',
        '<div class="moz-cite-prefix">On … wrote:<br></div><blockquote type="cite">old<blockquote>x</blockquote>y</blockquote>',
        "<blockquote type=cite>old</blockquote>",
        '<div class="yahoo_quoted"><div>old</div></div>',
        '<div class="gmail_signature" dir="ltr">Jo</div>',
        '<div id="AppleMailSignature">Sent from my iPhone</div>',
        "<div id='ms-outlook-mobile-signature'><div>x</div>Get Outlook</div>",
        '<pre class="moz-signature">-- \nJo</pre>',
    ],
)
def test_what_a_program_marks_as_old_in_a_page_is_passed_over(old: str) -> None:  # lesson L40
    assert new_text(lines_of(f"<p>new</p>{old}<p>also new</p>")).split() == ["new", "also", "new"]


@pytest.mark.parametrize(
    "mark", ['<div id="divRplyFwdMsg" dir="ltr">', '<div id="appendonsend">', "<span id=OLK_SRC_BODY_SECTION>"]
)
def test_all_that_follows_outlooks_mark_is_old(mark: str) -> None:  # lesson L40
    assert new_text(lines_of(f"<p>new</p><hr>{mark}<b>From:</b></div><p>old</p>")) == "new"


@pytest.mark.parametrize(
    "quoting",
    [
        '<div id="divRplyFwdMsg">',
        '<blockquote type="cite">old',
        '<div class="gmail_quote"><div>old',
        "<div class=moz-forward-container>",
    ],
)
def test_a_quotation_that_a_page_leaves_open_goes_on_in_the_next(quoting: str) -> None:  # lesson L40: Apple Mail
    first, then = f"Content-Type: text/html\n\n<p>yes</p>{quoting}", "Content-Type: text/html\n\nrecall"
    assert text_of(mixed(first, attached("QUJD"), then)) == "yes"
    closed = first.replace(quoting, "<div>as agreed</div>")
    assert text_of(mixed(closed, attached("QUJD"), then)).split() == ["yes", "as", "agreed", "recall"]


def test_a_mark_on_what_holds_nothing_hides_nothing() -> None:
    for mark in (
        "<img class=gmail_signature>",
        "<br id=Signature>",
        '<hr class="gmail_quote">',
        "<p data-id=signature>",
    ):
        assert new_text(lines_of(f"<p>new</p>{mark}<p>also</p>")).split()[-1] == "also"


def test_an_indented_paragraph_is_not_a_quotation() -> None:
    assert lines_of("<blockquote>mine</blockquote>").strip() == "mine"


@pytest.mark.parametrize(
    ("charset", "octets"),
    [
        ("utf-8", "café – 5 €".encode()),
        ("utf-8", "café – 5 €".encode("windows-1252")),
        ("us-ascii", "café – 5 €".encode()),
        ("iso-8859-1", "café – 5 €".encode("windows-1252")),
        ("x-unheard-of", "café – 5 €".encode()),
        ("unicode_escape", "café – 5 €".encode()),
        ("", "café – 5 €".encode("windows-1252")),
        ("utf-16", "café – 5 €".encode("utf-16")),
        ("utf-16", "café – 5 €".encode("utf-16-le")),
        ("utf-16", "café – 5 €".encode("utf-16-be")),
        ("utf-16", "café – 5 €".encode()),
        ("utf-16le", "café – 5 €".encode() + b" "),
        ("unicode", "café – 5 €".encode("utf-16")),
        ("", "café – 5 €".encode("utf-16")),
        ("us-ascii", codecs.BOM_UTF16_BE + "café – 5 €".encode("utf-16-be")),
        ("utf-8", "café – 5 €".encode("utf-8-sig")),
        ("windows-1252", "café – 5 €".encode("utf-8-sig")),
        ("utf-32", "café – 5 €".encode("utf-32-be")),
        ("utf-7", "café – 5 €".encode()),
        ('"utf-8"', "café – 5 €".encode()),
        ("utf-8;", "café – 5 €".encode()),
        ("cp1252 ", "café – 5 €".encode("cp1252")),
    ],
)
def test_a_charset_that_lies_is_not_believed(charset: str, octets: bytes) -> None:  # lesson L39
    parameter = f'; charset="{charset}"' if charset else ""
    head = f"Content-Type: text/plain{parameter}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    assert text_of(head.encode() + octets) == "café – 5 €"


def test_utf_7_hides_nothing() -> None:  # lesson L39
    head = b"Content-Type: text/html; charset=utf-7\r\n\r\n"
    assert text_of(head + b"+ADw-script+AD4-recall") == "+ADw-script+AD4-recall"


@pytest.mark.parametrize(
    "charset", ["iso-2022-jp", "ISO-2022-JP", "euc-jp", "shift_jis", "big5", "koi8-r", "iso-8859-14"]
)
def test_other_sets_are_read_as_declared(charset: str) -> None:  # lesson L39
    said = {"koi8-r": "да", "iso-8859-14": "ŵy", "big5": "是"}.get(charset, "はい")
    head = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    assert text_of(head.encode() + said.encode(charset)) == said


def test_a_set_that_its_octets_do_not_keep_to_is_not_believed() -> None:
    head = b"Content-Type: text/plain; charset=iso-2022-jp\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    assert text_of(head + "café".encode()) == "café"


def test_octets_that_are_no_text_at_all_are_still_read() -> None:
    assert text_of(b"Content-Type: text/plain\r\n\r\na\x81b\xff") == "abÿ"


def test_the_plain_text_speaks_for_the_page_unless_it_is_blank() -> None:
    both = (
        "Content-Type: multipart/alternative; boundary=a\n\n--a\n\n{}\n--a\nContent-Type: text/html\n\n<p>page\n--a--\n"
    )
    assert text_of(crlf(both.format("plain"))) == "plain"
    assert text_of(crlf(both.format(" \n"))) == "page"


def test_the_plain_text_speaks_where_a_page_seems_to_say_nothing_new() -> None:
    """Somebody typed within what their program marks as the signature."""
    both = (
        "Content-Type: multipart/alternative; boundary=a\n\n--a\n\nrecall\n--a\nContent-Type: text/html\n\n{}\n--a--\n"
    )
    assert text_of(crlf(both.format("<div id=Signature>recall</div>"))) == "recall"
    assert text_of(crlf(both.format("yes<div id=Signature>recall</div>"))) == "yes"


def test_text_parts_that_are_not_alternatives_follow_each_other() -> None:
    said = "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/html\n\n<p>one\n--a\n\ntwo\n--a--\n"
    assert text_of(crlf(said)) == "one\ntwo"


@pytest.mark.parametrize("letter", ["é", "€", "a"])
def test_an_endless_letter_is_cut_between_two_characters(letter: str) -> None:
    raw = b"Content-Type: text/plain; charset=utf-8\r\n\r\nx" + letter.encode() * (1 << 20)
    text = text_of(raw)
    assert set(text) == {"x", letter}
    assert TEXT_BYTES_MAX - 3 <= len(text.encode()) <= TEXT_BYTES_MAX


HOSTILE = [
    "<!--",
    "<a ",
    "<a b='",
    "<a/",
    "</",
    "<![",
    "&#9",
    "&a",
    "<script></",
    "class=",
    "On 1111 ",
    "On 1 wrote:\n",
    "On\n",
]


@pytest.mark.parametrize(
    "token", [*HOSTILE, "-", "From:\nTo:\n", "sent from my ", "_", "> ", " ", "<div class=gmail_quote>"]
)
def test_a_letter_made_to_take_long_does_not(token: str) -> None:
    letter = (token * TEXT_BYTES_MAX)[:TEXT_BYTES_MAX]
    begun = time.process_time()
    new_text(letter)
    lines_of(letter)
    lines_of(f"<p {letter.replace('<', '')}>")
    assert time.process_time() - begun < 3


LINES = st.lists(
    st.sampled_from([
        "yes", "recall", "", " ", "> old", ">> older", "--", "—", "_____", "Kind regards", "Sent from my iPhone", "wrote:",
        "On 1 Oct 2026 at 09:01, R <r@a.example> wrote:", "On Monday I", "From: R <r@a.example>", "Sent: 1 Oct 2026 09:01", "To: Jo",
        "Subject: x", "-- Please reply above this line --", "-----Original Message-----", "Begin forwarded message:", "DISCLAIMER",
        "CAUTION: This email originated from outside of the school.", "This email and any attachments are confidential.",
        "> " + "long " * 15,
    ]),
    max_size=12,
).map("\n".join)  # fmt: skip
PAGE_PIECES = st.lists(
    st.sampled_from([
        "<p", ">", "</", "<!--", "&#", "9", "'", '"', "class=", "gmail_quote", "<div class=gmail_quote>", "<blockquote class=gmail_quote>",
        "<blockquote>", "</blockquote>", "</div>", "<br id=lineBreakAtBeginningOfSignature>", "<div id=divRplyFwdMsg>", "<div class=gmail_attr>",
        "On 1 Oct 2026 at 09:01, R &lt;r@a.example&gt; wrote:", "<div id=Signature>", "yes", "\n", "--", "> ", "<br>", "<a name=_MailAutoSig>",
    ])
).map("".join)  # fmt: skip


@settings(deadline=None)  # a busy machine is no fault
@given(st.text() | LINES | PAGE_PIECES)
def test_no_letter_makes_it_raise_or_say_what_was_not_written(letter: str) -> None:
    for written in (letter, lines_of(letter)):
        said = new_text(written)
        assert said == said.strip()
        left = iter(text._tidy(written))
        marks = {"\n", ">", " "}  # an empty line between what was apart, and a mark before what is doubtful
        assert all(character in left for character in said if character not in marks)


@given(LINES)
def test_of_new_text_little_else_is_found_old(letter: str) -> None:
    """Never more than at first: what was apart may look like a quotation once it stands together, but nothing comes back."""
    once = new_text(letter)
    twice = new_text(once)
    assert len(twice) <= len(once)
    own = [line for line in once.split("\n") if line in {"yes", "recall", "Kind regards", ""}]
    assert new_text("\n".join(own)) == new_text(new_text("\n".join(own))) == "\n".join(own).strip()


@pytest.mark.parametrize("module", [attribution, clients, footers, languages, markup, text])
def test_no_pattern_can_take_more_than_linear_time(module: ModuleType) -> None:
    """What repeats without limit is one set of characters, by itself: nothing that could match in several ways."""
    patterns = {name: value for name, value in vars(module).items() if isinstance(value, re.Pattern)}
    assert patterns
    for name, pattern in patterns.items():
        for body, within in repeats(parser.parse(pattern.pattern, pattern.flags)):
            assert not within, name
            assert len(body) == 1 or name in REASONED, name
            assert body[0][0] in SINGLE or name in REASONED, name


SINGLE = {parser.IN, parser.LITERAL, parser.NOT_LITERAL, parser.ANY}
REASONED = {
    "TOKEN",  # `.*?` up to a literal
}
"""Patterns that were looked at one by one."""


def repeats(tree: Any, *, within: bool = False) -> Iterator[tuple[Any, bool]]:
    """Every repetition without a limit, and whether it stands within another repetition."""
    for op, value in tree:
        if op in {parser.MAX_REPEAT, parser.MIN_REPEAT}:
            _, most, body = value
            if most == parser.MAXREPEAT:
                yield body, within
            yield from repeats(body, within=most == parser.MAXREPEAT or (within and most > 1))
        elif op is parser.BRANCH:
            for branch in value[1]:
                yield from repeats(branch, within=within)
        elif op is parser.SUBPATTERN:
            yield from repeats(value[3], within=within)
        elif op in {parser.ASSERT, parser.ASSERT_NOT}:
            yield from repeats(value[1], within=within)


@pytest.mark.parametrize("token", [*HOSTILE, "a:\n", "> x\ny\n", "<blockquote>a:", "From: 9:00\n", "This email\n"])
def test_twice_the_letter_is_twice_the_work(token: str) -> None:
    """Counted in calls, which do not depend on how busy the machine is; a pattern's own work is bounded above."""
    few, many = (calls_in(token * (size // len(token))) for size in (1 << 13, 1 << 14))
    assert many <= 2.2 * few + 500


def calls_in(letter: str) -> int:
    """Calls of functions, ours and Python's, while a letter is read."""
    count = 0

    def counting(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counting)
    try:
        new_text(lines_of(letter))
    finally:
        sys.setprofile(None)
    return count
