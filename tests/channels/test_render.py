"""A parcel as a mail, as its reader's mail program and Python's own parser have it."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arrival import Route
from bot.notices import FILE, HELD, SENT, Advice, Alert, FileFacts, NewFiles, Notice, Receipt, Rejected, Status
from bot.notices.variants import every
from bot.parcels import Undeliverable
from bot.wording import Action, Block, Heading, Letter, Span, plain
from handlers.mail.render import From, MailRenderer, text
from handlers.mail.render.page import Page
from tests.channels.parcels import ENCLOSURE, RECIPIENT, RENDERER, RETURNS, TOKEN, parcel
from tests.wording.speaker import TEMPLATES

FIELDS = [
    "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "Auto-Submitted", "X-Auto-Response-Suppress",
    "Postroom-Notice", "Postroom-File", "MIME-Version", "Content-Type",
]  # fmt: skip
SHOWN_ONLY = frozenset({
    "html", "head", "meta", "title", "style", "body", "div", "p", "h1", "h2", "h3", "ul", "li", "strong", "code", "a",
    "hr", "table", "tbody", "tr", "th", "td",
})  # fmt: skip
SILENT = frozenset({"style", "title"})
RUNNING_ON = frozenset({"strong", "code", "a"})
NOTICES = {variant.name: variant.notice for variant in every()}
each_notice = pytest.mark.parametrize("name", NOTICES)
anything = st.one_of(
    st.sampled_from(
        ["a\r\nBcc: all@evil.example", "<script>alert(1)</script>", "=?utf-8?q?x?=", '"; x="', "\r\n\r\nbody"]
    ),
    st.text(max_size=80),
    st.text(min_size=200, max_size=400),
)


WEB_ADDRESS = re.compile(r"https?://[^\s)]+")
"""Of a link, text shows the address where a page shows the words alone."""


def mail(notice: Notice, route: Route | None = None) -> EmailMessage:
    """The mail, parsed."""
    return parsed(RENDERER.message(parcel(notice, route=route)))


def parsed(octets: bytes) -> EmailMessage:
    message = message_from_bytes(octets, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


class Shown(HTMLParser):
    """What a page shows and what it is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags, self.links = "", list[str](), list[str]()
        self.urls = list[str]()
        self._silent = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._silent = tag in SILENT
        self.text += "" if tag in RUNNING_ON else " "
        self.urls += [value or "" for name, value in attrs if name in ("src", "href", "background", "action")]

    def handle_endtag(self, tag: str) -> None:
        self._silent = self._silent and tag not in SILENT

    def handle_data(self, data: str) -> None:
        self.text += "" if self._silent else data


def squeezed(text: str) -> str:
    """The words, wherever lines were broken."""
    return " ".join(text.split())


def files_of(octets: bytes) -> list[tuple[str, str, str]]:
    """Reference, status and name of each Postroom-File field, read by RFC 2231."""
    found = []
    for value in message_from_bytes(octets).get_all("Postroom-File", []):
        field = Message()
        field["Postroom-File"] = value
        params = dict(field.get_params(header="Postroom-File", unquote=True) or [])
        name = params["name"]
        reference = next(iter(params))
        found.append((reference, params["status"], name if isinstance(name, str) else decoded(name)))
    return found


def decoded(name: tuple[str, str, str]) -> str:
    return name[2].encode("latin-1").decode(name[0])


def stored_as(name: str) -> FileFacts:
    return FILE.model_copy(update={"name": name})


def receipt(*names: str) -> Receipt:
    return Receipt(outcomes=tuple(SENT.model_copy(update={"file": stored_as(name)}) for name in names))


@each_notice
def test_every_notice_is_a_mail_in_text_and_html(name: str) -> None:
    message = mail(NOTICES[name])
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    in_text, in_html = WEB_ADDRESS.sub("", body(message, "plain")), Shown(body(message, "html")).text
    assert re.findall(r"\w+", in_text) == re.findall(r"\w+", in_html)


@each_notice
def test_every_line_of_every_mail_can_travel(name: str) -> None:
    octets = RENDERER.message(parcel(NOTICES[name]))
    assert octets.isascii()
    assert not re.search(rb"[^\r]\n|\r[^\n]", octets)
    assert max(map(len, octets.split(b"\r\n"))) <= 78


@each_notice
def test_the_text_keeps_to_its_columns(name: str) -> None:
    lines = body(mail(NOTICES[name]), "plain").splitlines()
    assert max(map(len, lines)) <= 78
    assert all(line == line.rstrip() for line in lines)
    assert "--" not in lines, "it would read as the beginning of a signature (RFC 3676, section 4.3)"


@each_notice
def test_the_page_asks_nothing_of_the_network(name: str) -> None:
    shown = Shown(body(mail(NOTICES[name]), "html"))
    assert set(shown.tags) <= SHOWN_ONLY
    followed_by_hand = [url for url in shown.urls if not WEB_ADDRESS.fullmatch(url)]
    assert followed_by_hand == ["mailto:web@council.example"]


def test_the_page_is_fit_for_telephones_and_for_the_dark() -> None:
    page = body(mail(Receipt.example), "html")
    assert "max-width: 480px" in page
    assert "prefers-color-scheme: dark" in page
    assert re.search(r"<th [^>]*style=", page), "style is written into the elements"


def test_a_mail_has_these_header_fields_and_no_others() -> None:
    message = mail(Receipt.example)
    assert message.keys() == FIELDS
    assert message["From"] == "School returns <returns@council.example>"
    assert message["To"] == RECIPIENT
    assert message["Reply-To"] == f"returns+{TOKEN}@council.example"
    assert message["Message-ID"] == f"<{'7' * 26}@council.example>"
    assert message["Date"].datetime.isoformat() == "2026-09-01T12:00:00+00:00"
    assert message["Auto-Submitted"] == "auto-replied"  # lesson L20
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Postroom-Notice"] == "receipt"


def test_a_repeat_is_the_same_to_the_octet() -> None:
    assert RENDERER.message(parcel()) == RENDERER.message(parcel())


def test_what_is_attached_comes_through_octet_for_octet_beside_the_whole_letter() -> None:
    other = replace(ENCLOSURE, name="receipt-PR-0000-0000.json", contents=b"")
    message = parsed(RENDERER.message(parcel(enclosures=(ENCLOSURE, other))))
    letter, *attached = message.iter_parts()
    assert message.get_content_type() == "multipart/mixed"
    assert letter.as_bytes() in mail(Receipt.example).as_bytes().replace(b"MIME-Version: 1.0\n", b"", 1)
    assert [part.get_content_type() for part in attached] == ["application/json"] * 2
    assert [part.get_content_disposition() for part in attached] == ["attachment"] * 2
    assert [(part.get_filename(), part.get_content()) for part in attached] == [
        (one.name, one.contents) for one in (ENCLOSURE, other)
    ]
    assert message.keys() == FIELDS
    assert body(message, "plain") == body(mail(Receipt.example), "plain")


def test_a_mail_with_something_attached_can_travel_and_a_repeat_is_the_same() -> None:
    octets = RENDERER.message(parcel(enclosures=(ENCLOSURE,)))
    assert octets == RENDERER.message(parcel(enclosures=(ENCLOSURE,)))
    assert octets.isascii()
    assert not re.search(rb"[^\r]\n|\r[^\n]", octets)
    assert max(map(len, octets.split(b"\r\n"))) <= 78
    assert b'\r\nContent-Disposition: attachment; filename="receipt-PR-7K3Q-M2XW.json"\r\n' in octets
    inner, outer = sorted(set(re.findall(rb'boundary="(.+?)"', octets)), key=len)
    assert not outer.startswith(inner), "programs that compare the beginning of a line would take one for the other"


def test_the_answer_is_threaded_oldest_first() -> None:
    message = mail(Receipt.example, Route(message_id="3@leys.example", references=("2@x", "1@x", "2@x")))
    assert message["In-Reply-To"] == "<3@leys.example>"
    assert message["References"] == "<1@x> <2@x> <3@leys.example>"


def test_an_answer_to_nothing_has_no_thread() -> None:
    assert not {"In-Reply-To", "References"} & set(mail(Receipt.example).keys())


def test_long_message_ids_are_kept_whole_and_a_long_thread_is_cut() -> None:
    long = f"{'x' * 200}@exchange.example"
    message = mail(Receipt.example, Route(message_id=long, references=tuple(f"{n}@x" for n in range(99, 0, -1))))
    thread = str(message["References"]).split()
    assert len(thread) == 20
    assert (thread[0], thread[-1]) == ("<1@x>", f"<{long}>")
    assert str(message["In-Reply-To"]) == f"<{long}>"


@pytest.mark.parametrize("id_", ["a b@x", "a\r\nBcc: all@evil.example", "<a@x>", "é@x", "", "x" * 2000])
def test_a_message_id_that_could_break_the_header_is_left_out(id_: str) -> None:
    assert mail(Receipt.example, Route(message_id=id_, references=(id_,))).keys() == FIELDS


def test_each_file_spoken_of_has_its_field() -> None:
    octets = RENDERER.message(parcel(receipt("8302000_SENplan20260901.docx", "8302000_SENreview20260901.docx")))
    assert b'Postroom-File: PR-7K3Q-M2XW; status=Sent; name="8302000_SENplan20260901.docx"\r\n' in octets
    assert [name for _, _, name in files_of(octets)] == [
        "8302000_SENplan20260901.docx",
        "8302000_SENreview20260901.docx",
    ]


def test_a_file_spoken_of_twice_has_one_field() -> None:
    outcome = HELD.model_copy(update={"file": FILE})
    assert len(files_of(RENDERER.message(parcel(Status(asked="status", held=(outcome,), files=(FILE,)))))) == 1


@given(anything)
def test_any_name_comes_through_the_header_as_it_is(name: str) -> None:
    sound = name.encode("utf-8", "replace").decode()
    octets = RENDERER.message(parcel(receipt(name)))
    assert files_of(octets) == [("PR-7K3Q-M2XW", "Sent", sound)]


@given(anything)
def test_no_text_adds_a_field_breaks_a_line_or_is_lost(text: str) -> None:
    file = FILE.model_copy(update={"name": text, "comment": text, "given": text, "reason": text})
    notices: list[Notice] = [
        Receipt(outcomes=(SENT.model_copy(update={"file": file}),)),
        Advice(outcomes=(HELD.model_copy(update={"given": text, "file": file}),)),
        NewFiles(files=(file,), service="SEN", service_name="SEN"),
        Rejected(files=(file,), by="Sam Hale", why=text),
    ]
    for notice in notices:
        message = mail(notice)
        assert message.keys() == FIELDS
        assert str(message["Subject"]) == parcel(notice).letter.subject
        assert squeezed(plain(text)) in squeezed(body(message, "plain"))
        shown = Shown(body(message, "html"))
        assert squeezed(plain(text)) in squeezed(shown.text)
        assert set(shown.tags) <= SHOWN_ONLY
        assert shown.urls == ["mailto:web@council.example"]


@given(st.text(min_size=1, max_size=60).filter(lambda text: plain(text).strip()))
def test_a_name_is_never_broken_in_the_text(name: str) -> None:
    lines = body(mail(receipt(f"8302000 {name} x.docx")), "plain").split("\n")
    assert any(plain(f"8302000 {name} x.docx") in line for line in lines)


def test_a_command_is_in_backticks_and_never_broken() -> None:
    lines = body(mail(NewFiles.example), "plain").splitlines()
    assert {"Reply `receive` to take it in.", "Reply `reject <reason>` to turn it down."} <= set(lines)


def test_the_text_begins_with_the_line_to_reply_above() -> None:  # lesson L40
    assert body(mail(Receipt.example), "plain").startswith(
        "-- Please reply above this line --\n\nNorthshire County Council\n\n"
    )
    assert Shown(body(mail(Receipt.example), "html")).text.strip().startswith("-- Please reply above this line --")


def test_facts_stand_in_columns() -> None:
    text = body(mail(Receipt.example), "plain")
    assert "\nReference  PR-7K3Q-M2XW\nService    SEN – (EHCP via EHC Hub)\n" in text


def test_a_long_value_hangs_below_its_label() -> None:
    comment = "word " * 40
    text = body(
        mail(Receipt(outcomes=(SENT.model_copy(update={"file": FILE.model_copy(update={"comment": comment})}),))),
        "plain",
    )
    assert re.search(r"\nComment    word( word)+\n {11}word( word)+\n", text)


@pytest.mark.parametrize(
    ("address", "written"),
    [("jo@schöl.example", "jo@xn--schl-7qa.example"), ("o'brien+x@leys.example", "o'brien+x@leys.example")],
)
def test_an_address_is_written_for_every_server(address: str, written: str) -> None:
    assert parsed(RENDERER.message(parcel(recipient=address)))["To"] == written


def test_a_mailbox_that_is_not_ascii_is_written_as_it_is() -> None:  # RFC 6532
    assert "\r\nTo: jörg@leys.example\r\n".encode() in RENDERER.message(parcel(recipient="jörg@leys.example"))


@pytest.mark.parametrize(
    "address",
    ["", "jo", "jo@", "@leys.example", "jo@a, al@b.example", "jo@x\r\nBcc: a@b.example", "<jo@x.example>", "a b@x"],
)
def test_what_is_no_address_cannot_be_delivered_to(address: str) -> None:
    with pytest.raises(Undeliverable):
        RENDERER.message(parcel(recipient=address))


@pytest.mark.parametrize("name", ["Schüler & Co", 'The "returns" desk', "Returns, Northshire", ""])
def test_the_name_of_the_sender_is_free(name: str) -> None:
    renderer = MailRenderer(TEMPLATES, From(RETURNS.address, name))
    (sender,) = parsed(renderer.message(parcel()))["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, RETURNS.address)


def test_a_long_list_of_files_stays_below_what_mail_programs_cut() -> None:
    """Gmail hides what is beyond 102 KB of a page."""
    page = body(mail(Status(asked="status", files=(FILE,) * 50)), "html")
    assert len(page.encode()) < 102_000


OPEN = Action("Open this file", f"https://returns.council.example/get/{'a-1_' * 20}")


def drawn(*blocks: Block) -> Letter:
    return Letter("A file for you", blocks, "Northshire")


def test_an_action_is_its_label_and_its_address_never_broken() -> None:
    assert f"\nOpen this file:\n{OPEN.url}\n" in text(drawn(OPEN))


def test_an_action_looks_like_a_button_even_without_a_style_sheet() -> None:
    page = Page(TEMPLATES).html(drawn(OPEN))
    assert Shown(page).urls == [OPEN.url]
    assert re.search(r'<a href="[^"]+" style="[^"]*padding[^"]*background-color[^"]*">Open this file</a>', page)


@pytest.mark.parametrize(("level", "underlined"), [(1, "Part\n=====\n"), (2, "Part\n-----\n"), (3, "Part\n")])
def test_a_heading_is_underlined_by_its_level(level: int, underlined: str) -> None:
    heading = Heading((Span("Part"),), level)
    assert text(drawn(heading)).endswith(f"\n\n{underlined}")
    assert f">Part</h{level}>" in Page(TEMPLATES).html(drawn(heading))


def test_bullets_hang_below_their_mark() -> None:
    text = body(mail(Alert(what="x", lines=("word " * 20,))), "plain")
    assert re.search(r"\n- word( word)+\n  word( word)+\n", text)
