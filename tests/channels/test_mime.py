"""A mail taken apart: nested, unclosed, ill-named and hostile multiparts (RFC 2046; docs/mail-and-chat.md, L37)."""

import base64

import pytest

from bot.arrival import Unreadable
from handlers.mail.message.head import HEAD_BYTES_MAX
from handlers.mail.message.mime import BOUNDARY_MAX, DEPTH_MAX, HEADS_BYTES_MAX, PARTS_MAX
from tests.channels.opening import Vault, attached, crlf, files_of, mixed, pieces, text_of

FILE = attached("QUJD")


def nested(depth: int) -> bytes:
    """A file within so many multiparts."""
    opening = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return crlf(opening + FILE + "".join(f"\n--b{n}--" for n in reversed(range(depth))) + "\n")


def test_preamble_and_epilogue_are_for_nobody_to_read() -> None:
    raw = crlf(
        "Content-Type: multipart/mixed; boundary=b\n\nThis is a multi-part message in MIME format.\n--bb\n"
        f"--b\nContent-Type: text/plain\n\nHello\n--b\n{FILE}\n--b--\nepilogue\n--b\n{FILE}\n--b--\n"
    )
    assert text_of(raw) == "Hello"
    assert files_of(raw) == [("a.pdf", b"ABC")]


@pytest.mark.parametrize("end", ["\n--b--\n", "\n--b--", "\n--b-- \t\n", "=\n", "="])
def test_a_file_is_whole_where_its_multipart_or_its_encoding_ends(end: str) -> None:
    opened = Vault().open(crlf(f"Content-Type: multipart/mixed; boundary=b\n\n--b\n{attached('QUI')}{end}"))
    assert [(file.size, file.absent) for file in opened.attachments] == [(2, "")]


@pytest.mark.parametrize("encoding", ["base64", "8bit", "quoted-printable"])
@pytest.mark.parametrize("end", ["\n", "", "\n--", "\n--c--\n"])
def test_a_file_whose_multipart_never_ends_is_not_whole(encoding: str, end: str) -> None:
    vault = Vault()
    opened = vault.open(
        crlf(f"Content-Type: multipart/mixed; boundary=b\n\n--b\n{attached('QUJD', encoding=encoding)}{end}")
    )
    assert [(file.name, file.absent) for file in opened.attachments] == [("a.pdf", "cut-short")]
    assert vault.abandoned() == ["1"]


def test_base64_that_ends_within_a_group_is_not_whole() -> None:
    opened = Vault().open(mixed(attached("QUJDQ")))
    assert [file.absent for file in opened.attachments] == ["cut-short"]


def test_what_came_before_the_cut_is_whole() -> None:
    opened = Vault().open(crlf(f"Content-Type: multipart/mixed; boundary=b\n\n--b\n{FILE}\n--b\n{FILE}"))
    assert [file.absent for file in opened.attachments] == ["", "cut-short"]
    assert opened.missing == ()


@pytest.mark.parametrize("rest", ["", "--b", "--b\n\nhello", "--b\n\nhello\n--b", "no boundary at all\n--c\n"])
def test_a_mail_that_ends_too_soon_says_so_though_no_file_of_it_is_known(rest: str) -> None:
    opened = Vault().open(crlf(f"Content-Type: multipart/mixed; boundary=b\n\n{rest}"))
    assert (opened.attachments, opened.missing) == ((), ("mail-cut-short",))


def test_an_attached_message_that_was_stored_cut_is_not_whole_though_the_mail_is() -> None:
    inner = f"Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=i\n\n--i\n{FILE}"
    opened = Vault().open(mixed(inner, FILE))
    assert [file.absent for file in opened.attachments] == ["cut-short", ""]
    assert opened.missing == ()


def test_a_multipart_that_is_not_closed_ends_with_the_one_around_it() -> None:
    raw = crlf(
        "Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: multipart/mixed; boundary=inner\n\n"
        f"--inner\n{FILE}\n--outer\n{attached('REVG', name='b.pdf')}\n--outer--\n"
    )
    assert files_of(raw) == [("a.pdf", b"ABC"), ("b.pdf", b"DEF")]


@pytest.mark.parametrize(("outer", "inner"), [("b", "b1"), ("b1", "b"), ("b", "b--"), ("b", "b")])
def test_a_boundary_that_begins_like_another_is_not_taken_for_it(outer: str, inner: str) -> None:
    raw = crlf(
        f'Content-Type: multipart/mixed; boundary="{outer}"\n\n--{outer}\n'
        f'Content-Type: multipart/mixed; boundary="{inner}"\n\n--{inner}\n{FILE}\n--{inner}--\n'
        f"--{outer}\n{attached('REVG', name='b.pdf')}\n--{outer}--\n"
    )
    assert files_of(raw) == [("a.pdf", b"ABC"), ("b.pdf", b"DEF")]


@pytest.mark.parametrize("line", ["--b x", "-- b", "--B", " --b", "--bb", "--", "---b"])
def test_a_line_that_is_not_exactly_a_boundary_belongs_to_the_file(line: str) -> None:
    contents = crlf(f"one\n{line}\ntwo")
    assert files_of(mixed(attached(contents.decode().replace("\r", ""), encoding="8bit"))) == [("a.pdf", contents)]


@pytest.mark.parametrize(
    ("parameter", "boundary"),
    [
        ('boundary="=_x (y):z"', "=_x (y):z"),
        ("boundary==_x;", "=_x"),
        ('boundary="=_x "', "=_x"),
        ("Boundary = =_x", "=_x"),
        ("boundary*=us-ascii''%3D_x", "=_x"),
    ],
)
def test_a_boundary_is_understood_in_every_form_it_is_written(parameter: str, boundary: str) -> None:
    raw = crlf(f"Content-Type: multipart/mixed; {parameter}\n\n--{boundary}\n{FILE}\n--{boundary}--\n")
    assert files_of(raw) == [("a.pdf", b"ABC")]


def test_a_multipart_that_does_not_name_its_boundary_is_read_by_the_first_line_that_looks_like_one() -> None:
    raw = crlf(f"Content-Type: multipart/mixed\n\npreamble\n-- \n--guess me not\n--found\n{FILE}\n--found--\n")
    assert files_of(raw) == [("a.pdf", b"ABC")]


def test_an_outer_boundary_is_not_guessed_to_be_an_inner_one() -> None:
    raw = crlf(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed\n\n"
        f"--b\n{FILE}\n--b\n{attached('REVG', name='b.pdf')}\n--b--\nepilogue\n"
        f"--b\n{FILE}\n--b--\n"
    )
    assert files_of(raw) == [("a.pdf", b"ABC"), ("b.pdf", b"DEF")]


def test_a_mail_without_mime_is_a_letter() -> None:
    assert text_of(crlf("From: jo@leys.example\nSubject: status\n\nstatus please\n")) == "status please"


def test_a_mail_without_any_header_is_a_letter() -> None:
    assert text_of(crlf("status please\n\n-- \nJo\n")) == "status please"
    assert text_of(b"\r\nstatus") == "status"
    assert text_of(b"status") == "status"
    assert text_of(b"") == ""


def test_a_part_without_header_is_a_letter() -> None:
    assert text_of(mixed("\nno header\n", "no empty line either")) == "no header\n\nno empty line either"


def test_a_part_that_is_all_header_is_an_empty_file() -> None:
    head = 'Content-Disposition: attachment; filename="a.pdf"'
    assert files_of(crlf(f"Content-Type: multipart/mixed; boundary=b\n\n--b\n{head}\n--b\n{head}\n\n--b--\n")) == [
        ("a.pdf", b""),
        ("a.pdf", b""),
    ]


def test_a_boundary_that_looks_like_a_field_is_a_boundary() -> None:
    assert files_of(mixed("", FILE, boundary="a:b")) == [("a.pdf", b"ABC")]


def test_a_type_that_is_none_is_plain_text() -> None:  # RFC 2045, section 5.2
    assert text_of(crlf("Content-Type: text\n\nHello\n")) == "Hello"


@pytest.mark.parametrize("kind", ["application", "application-pdf", "pdf"])
def test_a_malformed_type_with_a_name_is_a_files(kind: str) -> None:
    assert files_of(crlf(f'Content-Type: {kind}; name="a.pdf"\n\nABC')) == [("a.pdf", b"ABC")]


def test_a_part_that_is_uuencoded_is_decoded() -> None:
    pasted = "begin 644 a.pdf\n#04)#\n`\nend"
    assert files_of(mixed(attached(pasted, encoding="x-uuencode"))) == [("a.pdf", b"ABC")]


def test_parts_of_a_digest_are_messages() -> None:  # RFC 2046, section 5.1.5
    raw = mixed(f"\nSubject: x\n{FILE}").replace(b"multipart/mixed", b"multipart/digest")
    assert files_of(raw) == [("a.pdf", b"ABC")]


@pytest.mark.parametrize(("kind", "name"), [("message/rfc822", ""), ("application/octet-stream", "Old.EML")])
def test_an_encoded_message_is_opened_too(kind: str, name: str) -> None:  # lesson L37
    inner = base64.encodebytes(mixed("Content-Type: text/plain\n\nrecall all", FILE, boundary="i")).decode()
    opened = Vault().open(mixed("Content-Type: text/plain\n\nSee below", attached(inner, kind=kind, name=name)))
    assert opened.text == "See below"
    assert [(file.part, file.name, file.size) for file in opened.attachments] == [("2.2", "a.pdf", 3)]


def test_parts_keep_their_numbers_whatever_they_turn_out_to_be() -> None:
    inner = (
        "Content-Type: multipart/alternative; boundary=i\n\n--i\n\nHello\n--i\nContent-Type: text/html\n\n<p>\n--i--"
    )
    opened = Vault().open(mixed(inner, attached("x", name="smime.p7s"), FILE))
    assert [file.part for file in opened.attachments] == ["4"]


def test_what_is_nested_deep_is_found_and_deeper_is_hostile() -> None:  # lesson L37
    assert files_of(nested(DEPTH_MAX)) == [("a.pdf", b"ABC")]
    with pytest.raises(Unreadable, match="nested"):
        files_of(nested(DEPTH_MAX + 1))
    with pytest.raises(Unreadable, match="nested"):
        files_of(crlf("Content-Type: message/rfc822\n\n" * (DEPTH_MAX + 1)))


def test_many_parts_are_read_and_more_are_hostile() -> None:
    assert len(files_of(mixed(*[FILE] * (PARTS_MAX - 1)))) == PARTS_MAX - 1
    vault = Vault()
    with pytest.raises(Unreadable, match="more parts"):
        vault.open(mixed(*[FILE] * PARTS_MAX))
    assert vault.abandoned() == list(vault.sinks)


@pytest.mark.parametrize("size", [4000, HEAD_BYTES_MAX - 1, 1 << 20])
def test_a_header_without_end_is_hostile(size: int) -> None:
    endless = b"Subject: " + b"x" * (HEAD_BYTES_MAX + 1)
    for raw in (endless, endless + b"\r\n\r\nHello", b"x" * (HEAD_BYTES_MAX + 1) + b"\r\n\r\n", b"A: b\r\n" * 1001):
        with pytest.raises(Unreadable, match="header"):
            files_of(pieces(raw, size))


def test_many_large_headers_are_hostile() -> None:
    part = "X: " + "x" * (HEAD_BYTES_MAX - 100) + "\n\nHello"
    with pytest.raises(Unreadable, match="header"):
        files_of(mixed(*[part] * (HEADS_BYTES_MAX // HEAD_BYTES_MAX + 1)))


def test_a_boundary_without_end_is_hostile() -> None:
    assert files_of(mixed(FILE, boundary="x" * BOUNDARY_MAX)) == [("a.pdf", b"ABC")]
    with pytest.raises(Unreadable, match="boundary"):
        files_of(mixed(FILE, boundary="x" * (BOUNDARY_MAX + 1)))
