"""Mails signed and encrypted by real openssl, opened (lesson L36)."""

import base64
from collections.abc import Iterator

import pytest

from handlers.mail.receive import open_message
from handlers.mail.unwrapping.smime import content
from handlers.mail.unwrapping.source import Broken, Source
from tests.channels.opening import HashSink, Vault, attached, files_of, mixed, text_of
from tests.channels.packing.smime import Signer
from tests.measuring import held

INNER = mixed("Content-Type: text/plain\n\nAs agreed.", attached("QUJD", name="plan.pdf"), boundary="inner")
HELD = [("plan.pdf", b"ABC")]


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer.made(tmp_path_factory.mktemp("smime"))


def renamed(mail: bytes, type_: str, name: str) -> bytes:
    """The same with another Content-Type."""
    head, _, body = mail.partition(b"\r\n\r\n")
    others = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-type")]
    return b"\r\n".join([f'Content-Type: {type_}; name="{name}"'.encode(), *others]) + b"\r\n\r\n" + body


def test_a_clearly_signed_mail_is_read_through_and_its_signature_is_no_file(signer: Signer) -> None:
    mail = signer.signed(INNER)
    assert b"smime.p7s" in mail
    assert (files_of(mail), text_of(mail)) == (HELD, "As agreed.")


@pytest.mark.parametrize("options", [(), ("-stream",), ("-indef",), ("-stream", "-nocerts")])
def test_an_opaquely_signed_mail_is_unwrapped_and_read_as_the_mail(signer: Signer, options: tuple[str, ...]) -> None:
    mail = signer.signed(INNER, "-nodetach", *options)
    assert b"plan.pdf" not in mail
    opened = Vault().open(mail)
    assert opened.text == "As agreed."
    assert [(file.part, file.name, file.size, file.absent) for file in opened.attachments] == [
        ("1.2", "plan.pdf", 3, "")
    ]


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("application/x-pkcs7-mime; smime-type=signed-data", "smime.p7m"),
        ("application/pkcs7-mime; smime-type=enveloped-data", "smime.p7m"),  # the parameter lies
        ("application/octet-stream", "smime.p7m"),
        ("application/pkcs7-mime", ""),
    ],
)
def test_what_it_is_is_told_from_its_octets_whatever_is_said_of_it(signer: Signer, type_: str, name: str) -> None:
    assert files_of(renamed(signer.signed(INNER, "-nodetach"), type_, name)) == HELD
    (absent,) = Vault().open(renamed(signer.encrypted(INNER), type_, name)).attachments
    assert absent.absent == "encrypted-smime"


def test_a_large_signed_mail_comes_in_pieces_of_any_size(signer: Signer) -> None:

    contents = bytes(range(256)) * 2000
    inner = mixed(attached(base64.encodebytes(contents).decode(), name="plan.pdf"), boundary="inner")
    for options in ((), ("-stream",)):
        assert files_of(signer.signed(inner, "-nodetach", *options)) == [("plan.pdf", contents)]


def test_a_mail_signed_twice_is_unwrapped_twice_and_not_for_ever(signer: Signer) -> None:
    mail = signer.signed(signer.signed(INNER), "-nodetach")
    assert (files_of(mail), text_of(mail)) == (HELD, "As agreed.")
    for _ in range(3):
        mail = signer.signed(mail, "-nodetach")
    assert (files_of(mail), text_of(mail)) == (HELD, "As agreed.")


@pytest.mark.parametrize("options", [(), ("-stream",), ("-aes-256-gcm",), ("-stream", "-aes256")])
def test_an_encrypted_mail_is_answered_with_advice(signer: Signer, options: tuple[str, ...]) -> None:
    for mail in (signer.encrypted(INNER, *options), signer.encrypted(signer.signed(INNER, "-nodetach"), *options)):
        vault = Vault()
        opened = vault.open(mail)
        assert [(file.name, file.absent) for file in opened.attachments] == [("", "encrypted-smime")]
        assert vault.sinks == {}


def test_a_mail_signed_and_then_encrypted_for_somebody_else_is_not_opened(signer: Signer) -> None:
    (absent,) = Vault().open(signer.signed(signer.encrypted(INNER), "-nodetach")).attachments
    assert absent.absent == "encrypted-smime"


def test_certificates_alone_are_no_file(signer: Signer) -> None:
    bundle = signer.openssl("crl2pkcs7", "-nocrl", "-certfile", "cert.pem", "-outform", "DER")

    letters = base64.encodebytes(bundle).decode()
    mail = mixed(
        "Content-Type: text/plain\n\nMy key",
        attached(letters, kind="application/pkcs7-mime; smime-type=certs-only", name="smime.p7c"),
    )
    opened = Vault().open(mail)
    assert (opened.text, opened.attachments) == ("My key", ())


def test_a_single_file_that_somebody_signed_is_a_file(signer: Signer) -> None:
    raw = mixed(attached("QUJD", kind="application/pkcs7-mime", name="plan.pdf.p7m"))
    assert files_of(raw) == [("plan.pdf.p7m", b"ABC")]


def test_a_signed_mail_that_was_cut_is_not_whole(signer: Signer) -> None:

    whole = signer.signed(INNER, "-nodetach")
    head, _, body = whole.partition(b"\r\n\r\n")
    der = base64.b64decode(body)
    for kept in range(0, der.index(b"--inner--"), 7):
        mail = head + b"\r\n\r\n" + base64.encodebytes(der[:kept])
        opened = Vault().open(mail)
        assert [one.absent in {"smime-broken", "cut-short"} for one in opened.attachments] == [True]
    assert opened.text == "As agreed.", "what came before the cut is read"


def test_a_signed_mail_of_any_size_is_unwrapped_in_the_memory_of_a_small_one() -> None:
    piece, count = bytes(range(256)) * 16, 6000
    begin = bytes.fromhex("308006092a864886f70d010702a080308002010131003080" + "06092a864886f70d010701a0802480")
    head = b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: binary\r\n\r\n"

    def mail() -> Iterator[bytes]:
        yield b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n" + begin
        yield b"\x04\x81" + bytes([len(head)]) + head
        for _ in range(count):
            yield b"\x04\x82\x10\x00" + piece
        yield bytes(14)

    with held() as memory:
        (one,) = open_message(mail(), HashSink).attachments
    assert (one.name, one.size, one.absent) == ("a.pdf", len(piece) * count, "")
    assert memory.octets < 4 << 20


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x30",
        b"\x30\x80",
        b"hello",
        b"\x30\x89" + b"\xff" * 9,
        b"\x30\x05\x06\x03\x2a\x03\x04",
        b"\x30\x80\x06\x84\xff\xff\xff\xff",
        b"\x30\x80\x06\x00",
        bytes.fromhex("308006092a864886f70d010702a08030800201013080") + b"\x30\x80" * 50_000,
        bytes.fromhex("308006092a864886f70d010702a080308002010131003080060100a080") + b"\x24\x80" * 50_000,
        bytes.fromhex("308006092a864886f70d010702a080308002010131003080060100a0802480") + b"\x04\x01x" * 200_000,
    ],
)
def test_octets_made_on_purpose_are_broken_and_cost_nothing(octets: bytes) -> None:
    with pytest.raises(Broken):
        list(content(Source([octets])))
    mail = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n" + octets
    assert [one.absent for one in Vault().open(mail).attachments] == ["smime-broken"]


def test_words_within_a_forwarded_signed_mail_are_not_the_letter(signer: Signer) -> None:
    inner = signer.signed(
        mixed("Content-Type: text/plain\n\nrecall all", attached("QUJD", name="plan.pdf"), boundary="inner"),
        "-nodetach",
    )
    forwarded = "Content-Type: message/rfc822\n\n" + inner.decode().replace("\r\n", "\n")
    mail = mixed("Content-Type: text/plain\n\nSee below", forwarded)
    assert (text_of(mail), files_of(mail)) == ("See below", HELD)
