"""What holds of every mail: well-formed ones read as in Python's own package, no octets raise, no cut into pieces shows."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.arrival import Opened, Unreadable
from tests.channels.opening import Vault, files_of, text_of

NAME = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="/\\\"'<>"), min_size=1, max_size=60
)
WORDS = st.text(st.sampled_from("abc é€\n.-=?_"), max_size=200)
TEXT_ENCODING = st.sampled_from(["base64", "quoted-printable", "8bit"])
ATTACHED = st.tuples(NAME, st.binary(max_size=400) | st.tuples(WORDS, TEXT_ENCODING))


@st.composite
def well_formed(draw: st.DrawFn) -> EmailMessage:
    """A letter with files, as Python's package writes it, perhaps with another such mail attached."""
    message = EmailMessage(policy.SMTP)
    message["From"], message["Subject"] = "jo@leys.example", draw(WORDS).replace("\n", " ")
    message.set_content(draw(WORDS), cte=draw(TEXT_ENCODING))
    if draw(st.booleans()):
        message.add_alternative("<p>page</p>", subtype="html")
    for name, contents in draw(st.lists(ATTACHED, max_size=3)):
        if isinstance(contents, bytes):
            message.add_attachment(contents, maintype="application", subtype="octet-stream", filename=name)
        else:
            message.add_attachment(contents[0], cte=contents[1], filename=name)
    return message


def by_python(raw: bytes) -> list[tuple[str | None, bytes]]:
    """Names and contents of the attachments, as Python's package reads them."""
    found = []
    for part in BytesParser(policy=policy.default).parsebytes(raw).walk():
        if part.get_content_disposition() == "attachment" and not part.is_multipart():
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            found.append((part.get_filename(), payload))
    return found


@settings(deadline=None)  # a busy machine is no fault
@given(well_formed())
def test_a_well_formed_mail_holds_the_files_that_python_finds(message: EmailMessage) -> None:
    raw = message.as_bytes()
    assert files_of(raw) == by_python(raw)


@settings(deadline=None)  # a busy machine is no fault
@given(well_formed())
def test_files_of_an_attached_mail_are_those_that_python_finds(message: EmailMessage) -> None:
    outer = EmailMessage(policy.SMTP)
    outer.set_content("see below")
    outer.add_attachment(message)
    raw = outer.as_bytes()
    assert files_of(raw) == by_python(raw)
    assert text_of(raw) == "see below"


SOUP = st.lists(
    st.sampled_from([
        b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: multipart/alternative; boundary=bb\r\n",
        b"Content-Type: multipart/related\r\n", b"Content-Type: message/rfc822\r\n", b"Content-Type: text/html\r\n",
        b"Content-Type: image/png; name=image001.png\r\n", b"Content-ID: <a@b>\r\n", b"cid:a@b ", b"\xff\0",
        b"Content-Type: application/pdf; name=a.pdf\r\n", b"Content-Disposition: attachment; filename=",
        b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n",
        b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"--b", b"--bb", b"--", b" ", b"QUJD", b"=", b"=41", b"hello\r\n", b"- x: y\n",
    ]),
    max_size=60,
).map(b"".join)  # fmt: skip
CUTS = st.lists(st.integers(0, 600), max_size=8)


def read(chunks: list[bytes]) -> tuple[Opened | str, list[str]]:
    """What comes of it, and which parts were abandoned."""
    vault = Vault()
    try:
        return vault.open(chunks), vault.abandoned()
    except Unreadable as why:
        assert vault.abandoned() == list(vault.sinks)
        return str(why), vault.abandoned()


@settings(deadline=None)  # a busy machine is no fault
@given(SOUP | st.binary(max_size=300), CUTS)
def test_however_a_mail_is_cut_into_pieces_it_reads_the_same(raw: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(raw)) for cut in cuts), len(raw)]
    assert read([raw[start:end] for start, end in pairwise(places)]) == read([raw])


@settings(deadline=None)  # a busy machine is no fault
@given(SOUP | st.binary(max_size=300))
def test_no_octets_raise_anything_but_unreadable_and_every_part_is_finished_or_abandoned(raw: bytes) -> None:
    vault = Vault()
    try:
        opened = vault.open(raw)
    except Unreadable:
        assert vault.abandoned() == list(vault.sinks)
        return
    kept = [part for part in vault.sinks if part not in vault.abandoned()]
    assert [file.part for file in opened.attachments if not file.absent] == kept
    assert all(sink.finished or sink.abandoned for sink in vault.sinks.values())
    assert not (opened.only_pictures and opened.attachments)
