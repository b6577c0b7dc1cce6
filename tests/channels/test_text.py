"""The new text of a letter (docs/mail-and-chat.md, L39 to L41)."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.mail.letter import TEXT_BYTES_MAX
from handlers.mail.markup import lines_of
from handlers.mail.text import new_text
from tests.channels.opening import crlf, text_of

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
    assert new_text(lines_of(f"<p>new</p>{old}<p>also new</p>")) == "new\nalso new"


@pytest.mark.parametrize(
    "mark", ['<div id="divRplyFwdMsg" dir="ltr">', '<div id="appendonsend">', "<span id=OLK_SRC_BODY_SECTION>"]
)
def test_all_that_follows_outlooks_mark_is_old(mark: str) -> None:  # lesson L40
    assert lines_of(f"<p>new</p><hr>{mark}<b>From:</b></div><p>old</p>").strip() == "new"


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
    ],
)
def test_a_charset_that_lies_is_not_believed(charset: str, octets: bytes) -> None:  # lesson L39
    parameter = f'; charset="{charset}"' if charset else ""
    head = f"Content-Type: text/plain{parameter}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    assert text_of(head.encode() + octets) == "café – 5 €"


def test_octets_that_are_no_text_at_all_are_still_read() -> None:
    assert text_of(b"Content-Type: text/plain\r\n\r\na\x81b\xff") == "abÿ"


def test_the_plain_text_speaks_for_the_page_unless_it_is_blank() -> None:
    both = (
        "Content-Type: multipart/alternative; boundary=a\n\n--a\n\n{}\n--a\nContent-Type: text/html\n\n<p>page\n--a--\n"
    )
    assert text_of(crlf(both.format("plain"))) == "plain"
    assert text_of(crlf(both.format(" \n"))) == "page"


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


@settings(deadline=None)  # a busy machine is no fault
@given(
    st.text()
    | st.lists(
        st.sampled_from(["<p", ">", "</", "<!--", "&#", "9", "'", '"', "class=", "On ", "wrote:", "\n", "--", "> "])
    ).map("".join)
)
def test_no_letter_makes_it_raise(letter: str) -> None:
    assert new_text(lines_of(letter)) == new_text(lines_of(letter)).strip()
    assert new_text(letter) == new_text(letter).strip()
