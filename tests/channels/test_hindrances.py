"""What stands in the place of a file, and what is no file although it looks like one (lessons L36, L37, L42)."""

import subprocess
import time
from collections.abc import Callable, Iterator
from shutil import which

import pytest

from handlers.mail.opening.hindrances import says_removed
from tests.channels.opening import Vault, attached, crlf, files_of, mixed, text_of
from tests.peers import lacking

LETTER = "Content-Type: text/plain\n\nHello"
FILE = attached("QUJD")


def missing(raw: bytes) -> tuple[str, ...]:
    return Vault().open(raw).missing


def absent(raw: bytes) -> list[tuple[str, str]]:
    return [(one.name, one.absent) for one in Vault().open(raw).attachments]


Gpg = Callable[..., str]


@pytest.fixture(scope="module")
def gpg(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gpg]:
    """What real gpg makes of words, with a key of its own."""
    program, stop, home = which("gpg"), which("gpgconf"), tmp_path_factory.mktemp("gpg")
    if not program or not stop:
        lacking("gpg")
    home.chmod(0o700)

    def made(*options: str, given: str = "") -> str:
        words = [
            program,
            "--homedir",
            str(home),
            "--batch",
            "--passphrase",
            "x",
            "--pinentry-mode",
            "loopback",
            *options,
        ]
        return subprocess.run(words, input=given.encode(), capture_output=True, check=True).stdout.decode()

    made("--quick-gen-key", "jo@leys.example", "ed25519")
    yield made
    subprocess.run([stop, "--homedir", str(home), "--kill", "all"], check=False)


@pytest.fixture(scope="module")
def armoured(gpg: Gpg) -> str:
    """A secret that only its sender can read."""
    return gpg("--symmetric", "--armor", given="plan")


def test_words_that_pgp_signed_are_read_as_if_they_were_not(gpg: Gpg) -> None:  # lesson L36
    signed = gpg("--clearsign", given="yes\n\n- it is\n")
    assert "- - it is" in signed
    assert text_of(crlf(f"Content-Type: text/plain\n\n{signed}\n")) == "yes\n\n- it is"


def test_a_letter_that_pgp_signed_loses_its_own_signature_and_nothing_else(gpg: Gpg) -> None:  # lesson L36
    signed = gpg("--clearsign", given="recall\n\n-- \nJo\n")
    assert text_of(crlf(f"Content-Type: text/plain\n\n{signed}\n")) == "recall"


def test_a_pgp_signed_mail_is_read_through_and_its_signature_is_no_file() -> None:  # lesson L36
    inner = mixed(LETTER, FILE, boundary="i").decode().replace("\r\n", "\n")
    signature = attached(
        "-----BEGIN PGP SIGNATURE-----", encoding="7bit", kind="application/pgp-signature", name="signature.asc"
    )
    raw = mixed(inner, signature).replace(
        b"multipart/mixed", b"multipart/signed; protocol=application/pgp-signature", 1
    )
    assert (files_of(raw), text_of(raw)) == ([("a.pdf", b"ABC")], "Hello")


def test_words_that_pgp_encrypted_are_known_below_a_header_of_their_own(armoured: str) -> None:  # lesson L36
    titled = armoured.replace("-----\n", "-----\nVersion: GnuPG v2\n", 1)
    assert absent(crlf(f"Content-Type: text/plain\n\nSee below\n\n{titled}\n")) == [("", "encrypted-pgp")]


def test_a_pgp_encrypted_mail_is_answered_with_advice(armoured: str) -> None:  # lesson L36
    for name in ("encrypted.asc", "", "message.dat"):
        parts = [
            "Content-Type: application/pgp-encrypted\n\nVersion: 1",
            f'Content-Type: application/octet-stream; name="{name}"\n\n{armoured}',
        ]
        assert absent(mixed(*parts).replace(b"multipart/mixed", b"multipart/encrypted")) == [("", "encrypted-pgp")]


def test_pgp_in_the_midst_of_the_letter_is_told_of_and_is_no_words(armoured: str) -> None:  # lesson L36
    raw = crlf(f"Content-Type: text/plain\n\nHello Sam\n\n{armoured}\nJo\n")
    assert absent(raw) == [("", "encrypted-pgp")]
    assert text_of(raw).split() == ["Hello", "Sam", "Jo"]


@pytest.mark.parametrize("name", ["8302000_SENplan20260901.docx.pgp", "plan.gpg", "plan.docx.asc"])
def test_an_encrypted_file_is_told_of_by_its_name(name: str) -> None:
    assert absent(mixed(LETTER, attached("x", name=name, kind="application/octet-stream"))) == [(name, "encrypted-pgp")]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("0x1234ABCD.asc", "application/pgp-keys"),
        ("OpenPGP_0x12.asc", "application/pgp-keys"),
        ("plan.pdf.asc", "application/pgp-signature"),
    ],
)
def test_keys_and_signatures_are_no_encrypted_files(name: str, kind: str) -> None:  # lesson L36
    assert absent(mixed(LETTER, attached("x", name=name, kind=kind))) == []


@pytest.mark.parametrize(
    "name",
    [
        "Malware Alert Text.txt",
        "Deleted Attachment.txt",
        "DELETED0.TXT",
        "Removed_Attachments.html",
        "plan-Attachment-Warning.txt",
        "attachment removed.txt",
        "VirusWarning.txt",
        "Mimecast Attachment Protection Instructions.txt",
        "blocked files.htm",
    ],
)
def test_what_a_gateway_leaves_in_place_of_a_file_is_known_by_its_name(name: str) -> None:  # lesson L42
    assert missing(mixed(LETTER, attached("x", name=name, kind="text/plain"))) == ("removed",)


def test_a_file_deleted_in_thunderbird_is_told_of() -> None:
    part = 'Content-Type: text/x-moz-deleted; name="Deleted: plan.pdf"\n\nYou deleted an attachment'
    assert missing(mixed(LETTER, part)) == ("removed",)


def test_a_note_of_exchange_is_a_warning_only_where_it_says_so() -> None:  # lesson L42
    for words, found in (
        ("This attachment was removed because it contains a virus.", ("removed",)),
        ("The attachment plan.exe has been blocked by policy.", ("removed",)),
        ("Sent from my iPhone", ()),
    ):
        note = attached(words, encoding="7bit", name="ATT00001.txt", kind="text/plain")
        assert missing(mixed(LETTER, note)) == missing(mixed(LETTER, FILE, note)) == found


@pytest.mark.parametrize(
    "words",
    [
        "WARNING: The attachment plan.docm was deleted by your administrator",
        "Removed attachment: plan.docm, due to your security policy",
        '[attachment "plan.doc" deleted by Jo Sands/Leys]',
        "[The attachment plan.pdf has been manually removed]",
    ],
)
def test_words_that_say_so_count_where_no_file_came(words: str) -> None:  # lesson L42
    assert says_removed(words)
    assert Vault().open(crlf(f"Content-Type: text/plain\n\n{words}\n")).missing == ("removed",)
    assert Vault().open(mixed(f"Content-Type: text/plain\n\n{words}", FILE)).missing == ()


@pytest.mark.parametrize(
    "words", ["Please find the plan attached.", "I removed her name from the list.", "See attachment."]
)
def test_ordinary_words_do_not(words: str) -> None:
    assert not says_removed(words)


def test_of_a_macintoshs_file_only_the_data_are_the_file() -> None:
    fork = "Content-Type: application/applefile; name=plan.pdf\n\nfork"
    double = mixed(fork, attached("QUJD", name="plan.pdf"), boundary="i").replace(
        b"multipart/mixed", b"multipart/appledouble"
    )
    raw = mixed(
        LETTER, double.decode().replace("\r\n", "\n"), attached("x", name="._plan.pdf", kind="application/octet-stream")
    )
    assert files_of(raw) == [("plan.pdf", b"ABC")]
    assert files_of(mixed(LETTER, FILE, attached("x", name="__MACOSX/._a.pdf"))) == [("a.pdf", b"ABC")]


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        ("begin 644 plan.docx\n#86)C\n`\nend", "plan.docx"),
        ("begin-base64 644 plan.docx\nQUJD\n====", "plan.docx"),
        ("=ybegin line=128 size=3 name=plan.docx\nabc\n=yend size=3", "plan.docx"),
        ("begin 644 plan.docx\n#86)C", "plan.docx"),
    ],
)
def test_a_file_written_into_the_text_is_told_of_by_its_name(pasted: str, name: str) -> None:
    raw = crlf(f"Content-Type: text/plain\n\nThe plan\n\n{pasted}\n")
    assert absent(raw) == [(name, "uuencoded")]
    assert text_of(raw) == "The plan"


@pytest.mark.parametrize("words", ["We begin 644 pupils later\nend", "begin\nend", "To begin 7 things"])
def test_words_that_begin_something_are_words(words: str) -> None:
    raw = crlf(f"Content-Type: text/plain\n\n{words}\n")
    assert (absent(raw), text_of(raw)) == ([], words)


def test_a_document_in_the_midst_of_the_letter_is_a_file() -> None:  # lesson L38: Apple Mail
    page = 'Content-Type: text/html\n\n<p>See</p><object data="cid:1@x"></object>'
    inline = 'Content-Type: application/pdf; name="a.pdf"\nContent-Disposition: inline; filename="a.pdf"\nContent-ID: <1@x>\n\nPDF'
    assert files_of(mixed(page, inline)) == [("a.pdf", b"PDF")]


@pytest.mark.parametrize(
    "unit",
    [
        "begin 644 a\n", "=ybegin ", "=ybegin name=a\nx\n", "-----BEGIN PGP MESSAGE-----\n", "-----BEGIN PGP SIGNATURE-----\n\nx\n",
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: x\n", "attachment ", "removed attachment ", "attachment was ", '[attachment "', "a.",
    ],
)  # fmt: skip
def test_a_letter_made_on_purpose_takes_no_time(unit: str) -> None:
    begun = time.process_time()
    Vault().open(crlf(f"Content-Type: text/plain\n\n{unit * (250_000 // len(unit))}"))
    assert time.process_time() - begun < 3
