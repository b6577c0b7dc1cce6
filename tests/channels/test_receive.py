"""Mails of real programs, opened (docs/mail-and-chat.md, L32 to L41)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.channels.opening import RECORDED, Vault, attached, crlf, files_of, mixed, pieces, text_of

WORD = b"PK\x03\x04 a Word file\n" * 20
EXCEL = b"PK\x03\x04 an Excel file\n" * 20
SCAN = b"%PDF-1.4 a scan\r\n" * 20
PNG = 70  # octets


@dataclass(frozen=True)
class Expected:
    """What a recorded mail contains."""

    text: str
    files: tuple[tuple[str, bytes | int], ...] = ()
    only_pictures: bool = False


EXPECTED = {
    "outlook_desktop": Expected(
        "Here is our return – Leys’ figures are on page 2.\n\ntag: Census",
        (("8302000_INFOeyfsreturn20261001.docx", WORD),),
    ),
    "outlook_desktop_reply": Expected("yes\n\nKind regards\nJo"),
    "outlook_web_reply": Expected("reject wrong child's plan"),
    "gmail": Expected(
        "Two files, one is the café’s.",
        (
            ("8302000_FSMautumnreturn20261001.xlsx", EXCEL),
            ("8302000_FINcafé accounts20261001.pdf", SCAN),
        ),
    ),
    "gmail_reply": Expected("recall"),
    "apple_mail": Expected(
        "The scan you asked for — and a photo.\n\nIt is the second page that matters.\n\nJo",
        (("8302000_SENscan20261001.pdf", SCAN), ("8302000_SENphoto20261001.png", PNG)),
    ),
    "iphone_reply": Expected("Yes"),
    "thunderbird": Expected(
        "Naïve question – is this the right form?",
        (
            ("8302000_PLAYa very long name that goes on and on for the schoöl20261001.odt", WORD),
            ("8302000_PLAYlist20261001.csv", b"name,age\na,7\n"),
        ),
    ),
    "thunderbird_reply_below": Expected("Thank you,\nthat is fine & noted."),
    "outlook_desktop_html_reply": Expected("Recall"),
    "outlook_new_reply_from_outside": Expected("reject PR-7K3Q-M2XD It is the wrong child’s plan"),
    "outlook_german_reply": Expected("2\n\nMit freundlichen Grüßen\nJürgen Bloggs"),
    "gmail_reply_between": Expected("the second one, of the autumn\n\nand nothing else"),
    "gmail_forward": Expected("For Sam, as promised."),
    "iphone_html_reply": Expected("Wrong file!"),
    "apple_mail_welsh_reply_below": Expected("Diolch, mae popeth yn iawn."),
    "thunderbird_forward": Expected(
        "tag: Census\nThis is what the head sent me.", (("8302000_SENplan20261001.pdf", b"ABC"),)
    ),
    "mimecast_footer": Expected("The plan – it’s the final one.\n\nJo Bloggs"),
    "photocopier": Expected("", (("8302000_SEN scan;20261001.pdf", SCAN),)),
    "only_a_logo": Expected("What is with our files?", only_pictures=True),
    "forwarded_as_attachment": Expected("See the message attached.", (("8302000_SENplan20261001.pdf", SCAN),)),
    "exchange_signed": Expected(
        "Signed as you like it.",
        (("8302000_HRnotes20261001.txt", 23), ("8302000_HRplan20261001.png", PNG)),
    ),
}


def test_every_recorded_mail_is_expected_to_contain_something() -> None:
    assert {path.stem for path in RECORDED.glob("*.eml")} == set(EXPECTED)


@pytest.mark.parametrize("program", EXPECTED)
def test_a_recorded_mail_gives_its_new_text_and_its_files(program: str) -> None:
    expected, vault = EXPECTED[program], Vault()
    opened = vault.open((RECORDED / f"{program}.eml").read_bytes())
    assert opened.text == expected.text
    assert [file.name for file in opened.attachments] == [name for name, _ in expected.files]
    assert opened.only_pictures == expected.only_pictures
    for file, (_, contents) in zip(opened.attachments, expected.files, strict=True):
        sealed = bytes(vault.sinks[file.part].contents)
        assert contents in (sealed, len(sealed))
        assert (file.size, file.sha256) == (len(sealed), hashlib.sha256(sealed).hexdigest())
        assert not file.cut


@pytest.mark.parametrize("program", EXPECTED)
def test_a_mail_with_bare_line_feeds_reads_the_same(program: str) -> None:
    raw = (RECORDED / f"{program}.eml").read_bytes()
    here, there = Vault().open(raw), Vault().open(raw.replace(b"\r\n", b"\n"))
    assert there.text == here.text
    assert [file.name for file in there.attachments] == [file.name for file in here.attachments]
    assert there.only_pictures == here.only_pictures


@pytest.mark.parametrize("program", EXPECTED)
@pytest.mark.parametrize("size", [1, 2, 77, 1000])
def test_however_a_recorded_mail_is_cut_into_pieces_it_reads_the_same(program: str, size: int) -> None:
    raw = (RECORDED / f"{program}.eml").read_bytes()
    assert Vault().open(pieces(raw, size)) == Vault().open(raw)


LOGO = 'Content-Type: image/png; name="{name}"\nContent-Disposition: {how}\nContent-ID: <{cid}>\n\nPNG'
PAGE = 'Content-Type: text/html\n\n<p>Hello</p><img src="cid:logo@x">'


def logo(name: str = "crest.png", how: str = "inline", cid: str = "logo@x") -> str:
    return LOGO.format(name=name, how=how, cid=cid)


@pytest.mark.parametrize("how", ["inline", "attachment", 'attachment; filename="crest.png"'])
@pytest.mark.parametrize("page_first", [True, False])
def test_a_picture_that_the_letter_shows_is_no_file(how: str, page_first: bool) -> None:  # lesson L38
    letter = [PAGE, logo(how=how)] if page_first else [logo(how=how), PAGE]
    assert files_of(mixed(*letter, attached("QUJD"))) == [("a.pdf", b"ABC")]
    alone = Vault().open(mixed(*letter))
    assert (alone.attachments, alone.only_pictures) == ((), True)


def test_a_picture_that_turns_out_to_be_in_the_letter_is_abandoned() -> None:
    vault = Vault()
    vault.open(mixed(logo(), PAGE, attached("QUJD")))
    assert vault.abandoned() == ["1"]


def test_a_picture_that_no_page_shows_is_a_file_though_it_lies_inline() -> None:  # lesson L38: Apple Mail
    opened = Vault().open(mixed(PAGE, logo("8302000_SENphoto20261001.png", cid="other@x")))
    assert [file.name for file in opened.attachments] == ["8302000_SENphoto20261001.png"]
    assert not opened.only_pictures


@pytest.mark.parametrize(("placed", "files"), [("", []), ("Content-Disposition: inline\n", [("a.txt", b"Hello")])])
def test_a_mail_of_one_text_with_a_name_is_a_file_where_it_is_placed_as_one(
    placed: str, files: list[tuple[str, bytes]]
) -> None:
    assert files_of(crlf(f"Content-Type: text/plain; name=a.txt\n{placed}\nHello")) == files


@pytest.mark.parametrize("kind", ["plain", "csv"])
def test_a_text_that_is_attached_without_a_name_is_a_file_and_no_letter(kind: str) -> None:
    raw = mixed(
        "Content-Type: text/plain\n\nHello", f"Content-Type: text/{kind}\nContent-Disposition: attachment\n\nrecall all"
    )
    assert (files_of(raw), text_of(raw)) == ([("", b"recall all")], "Hello")


@pytest.mark.parametrize(
    "name", ["image001.png", "Outlook-a1b2c3.jpg", "ATT00001.png", "~WRD0001.jpg", "image.png", ""]
)
def test_a_picture_named_by_the_mail_program_is_no_file_unless_it_is_attached(name: str) -> None:  # lesson L38
    plain = "Content-Type: text/plain\n\nHello"
    assert files_of(mixed(plain, logo(name, "inline"))) == []
    assert [found for found, _ in files_of(mixed(plain, logo(name, "attachment")))] == [name]


def test_a_document_is_a_file_though_the_letter_refers_to_it() -> None:
    page = 'Content-Type: text/html\n\n<object data="cid:logo@x"></object>'
    document = 'Content-Type: application/pdf; name="a.pdf"\nContent-ID: <logo@x>\n\nPDF'
    assert files_of(mixed(page, document)) == [("a.pdf", b"PDF")]


def test_a_reference_counts_however_far_down_the_letter_it_stands() -> None:
    page = "Content-Type: text/html\n\n" + "<p>long</p>\n" * 60_000 + '<img src="cid:logo@x">'
    assert files_of(mixed(page, logo())) == []


def test_a_reference_counts_wherever_the_page_is_cut_into_pieces() -> None:
    for before in range(0, 700, 7):
        page = f'Content-Type: text/html\n\n{"x" * before}<img src="cid:logo@x">{"x" * 700}'
        assert files_of(pieces(mixed(page, logo()), 600)) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("application/pkcs7-signature", "smime.p7s"),
        ("application/octet-stream", "smime.p7s"),
        ("application/pgp-signature", "signature.asc"),
        ("text/calendar", "meeting.txt"),
        ("application/octet-stream", "invite.ics"),
        ("text/x-vcard", "jo.vcf"),
        ("text/plain", "ATT00001.txt"),
        ("message/delivery-status", "details.txt"),
    ],
)
def test_what_programs_add_of_themselves_is_never_a_file(kind: str, name: str) -> None:  # lesson L36
    vault = Vault()
    opened = vault.open(mixed(attached("x", encoding="7bit", kind=kind, name=name)))
    assert (opened.attachments, opened.only_pictures, vault.sinks) == ((), False, {})


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_text_with_a_name_is_a_file(kind: str) -> None:
    letter = "Content-Type: text/plain\n\nHello"
    for how in ('Content-Disposition: attachment; filename="n.txt"', 'Content-Disposition: inline; filename="n.txt"'):
        assert files_of(mixed(letter, f"Content-Type: {kind}\n{how}\n\nnotes")) == [("n.txt", b"notes")]
    assert files_of(mixed(letter, f'Content-Type: {kind}; name="n.txt"\n\nnotes')) == [("n.txt", b"notes")]


def test_a_letter_whose_type_has_a_name_is_still_the_letter() -> None:
    assert text_of(crlf('Content-Type: text/plain; name="body.txt"\n\nstatus\n')) == "status"


def test_a_file_without_a_name_is_a_file_without_a_name() -> None:
    assert files_of(mixed("Content-Type: application/octet-stream\n\nABC")) == [("", b"ABC")]
    assert files_of(crlf("Content-Type: application/pdf\n\nABC\n")) == [("", b"ABC\r\n")]


def test_another_way_of_saying_the_letter_is_no_file() -> None:
    said = crlf(
        'Content-Type: multipart/alternative; boundary="a"\n\n--a\nContent-Type: text/plain\n\nHello\n'
        "--a\nContent-Type: text/x-amp-html\n\n<html amp4email>\n--a\nContent-Type: application/json\n\n{}\n--a--\n"
    )
    assert (text_of(said), files_of(said)) == ("Hello", [])


def test_files_of_an_attached_message_are_taken_and_its_words_are_not() -> None:  # lessons L9, L37
    inner = (
        mixed("Content-Type: text/plain\n\nrecall all", attached("QUJD"), boundary="inner")
        .decode()
        .replace("\r\n", "\n")
    )
    for depth in (1, 5):
        mail = mixed("Content-Type: text/plain\n\nSee below", *["Content-Type: message/rfc822\n\n" * depth + inner])
        assert text_of(mail) == "See below"
        assert files_of(mail) == [("a.pdf", b"ABC")]


def test_the_words_of_an_attached_message_leave_room_for_the_letter() -> None:
    long = "Content-Type: message/rfc822\n\nSubject: x\n\n" + "words\n" * 100_000
    assert text_of(mixed(long, "Content-Type: text/plain\n\nafterwards")) == "afterwards"


def test_whatever_ends_the_reading_leaves_nothing_behind() -> None:
    class Unavailable(Exception):
        pass

    def failing() -> Iterator[bytes]:
        yield mixed(attached("QUJD"), attached("QUJD", name="b.pdf"))[:-7]
        raise Unavailable

    vault = Vault()
    with pytest.raises(Unavailable):
        vault.open(failing())
    assert vault.abandoned() == ["1", "2"]
