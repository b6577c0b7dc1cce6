"""A genuine signed mail in the hands of somebody else: what they may add to it, and for how long it counts (decision 12)."""

from datetime import timedelta

import pytest

from tests.channels.signing import MAIL, NOW, rsa, sign, verdict, zone

LIKE_GOOGLE = "to:subject:message-id:date:from:mime-version:from:to:cc:subject:date:message-id:reply-to"
LIKE_MICROSOFT = "From:Date:Subject:Message-ID:Content-Type:MIME-Version"
QUOTING = (
    b"Dear Eve, we have had your mail.\r\n\r\nEve wrote:\r\n--evil\r\nContent-Type: application/pdf\r\n"
    b'Content-Disposition: attachment; filename="8302000_SENplan20260901.pdf"\r\n\r\nforged\r\n--evil--\r\n'
)
PARTS = b"--b1\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b1--\r\n"
OF_PARTS = b"Content-Type: multipart/mixed; boundary=b1\r\n"
OF_TEXT = b"Content-Type: text/plain; charset=utf-8\r\n"


def mail(body: bytes, kind: bytes = b"") -> bytes:
    head = MAIL.partition(b"\r\n\r\n")[0] + b"\r\n"
    return head + kind + b"\r\n" + body


async def why_not(octets: bytes, **options: timedelta) -> str:
    found = await verdict(octets, zone(rsa()), now=NOW + options.get("later", timedelta()))
    assert not found.passed
    return found.why


async def holds(octets: bytes, **options: timedelta) -> bool:
    found = await verdict(octets, zone(rsa()), now=NOW + options.get("later", timedelta()))
    return found.passed


@pytest.mark.parametrize("names", [LIKE_GOOGLE, LIKE_MICROSOFT])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (PARTS, OF_PARTS),
        (b"\r\n\r\n" + PARTS, OF_PARTS),
        (b"This is a multi-part message in MIME format.\r\n" + PARTS, OF_PARTS),
        (QUOTING, OF_TEXT),
        (QUOTING, b""),
        (b"<p>Hello</p>\r\n", b"Content-Type: text/html\r\n"),
    ],
)
async def test_what_schools_send_by_google_and_microsoft_counts(names: str, body: bytes, kind: bytes) -> None:
    assert await holds(sign(mail(body, kind), h=names))


@pytest.mark.parametrize(
    "forged",
    [
        b"Content-Type: multipart/mixed; boundary=evil\r\n",
        b'Content-Type: multipart/mixed; boundary="evil "\r\n',
        b"Content-Type: multipart/mixed\r\n",
        b'Content-Type: application/pdf; name="8302000_SENplan20260901.pdf"\r\n',
        b'Content-Type: text/plain; name="8302000_SENplan20260901.txt"\r\n',
        b"Content-Type: message/rfc822\r\n",
        b'Content-Disposition: attachment; filename="8302000_SENplan20260901.txt"\r\n',
        b'Content-Disposition: inline; filename="8302000_SENplan20260901.txt"\r\n',
        b"Content-Disposition: attachment\r\n",
    ],
)
async def test_words_that_a_school_quotes_become_no_file(forged: bytes) -> None:
    signed = sign(mail(QUOTING, OF_TEXT), h=LIKE_GOOGLE)
    assert await holds(signed)
    others = signed.replace(OF_TEXT, b"") if forged.startswith(b"Content-Type") else signed
    assert "does not cover" in await why_not(forged + others)


async def test_nor_where_the_school_itself_says_the_opposite_below() -> None:
    signed = sign(mail(QUOTING, OF_TEXT + b"Content-Disposition: inline\r\n"), h=LIKE_GOOGLE)
    assert await holds(signed)
    await why_not(b"Content-Disposition: attachment; filename=a.txt\r\n" + signed)


async def test_a_line_of_two_dashes_is_no_boundary_without_a_name() -> None:
    signed = sign(mail(b"--\r\n" + QUOTING, OF_TEXT), h=LIKE_GOOGLE)
    assert await holds(signed)
    assert "does not cover" in await why_not(signed.replace(OF_TEXT, b"Content-Type: multipart/mixed\r\n"))


async def test_a_text_of_a_signed_type_is_made_no_file_either() -> None:
    signed = sign(mail(QUOTING, OF_TEXT), h=LIKE_MICROSOFT)
    assert "makes a file of the text" in await why_not(b"Content-Disposition: attachment; filename=a.txt\r\n" + signed)
    scan = sign(mail(b"%PDF\r\n", b"Content-Type: application/pdf; name=a.pdf\r\n"), h=LIKE_MICROSOFT)
    assert await holds(b"Content-Disposition: attachment; filename=a.pdf\r\n" + scan)


async def test_a_part_within_does_not_become_the_whole() -> None:
    body = b"--b1\r\nContent-Type: text/plain\r\n\r\n" + QUOTING + b"\r\n--b1--\r\n"
    signed = sign(mail(body, OF_PARTS), h=LIKE_GOOGLE)
    assert await holds(signed)
    assert "Content-Type" in await why_not(signed.replace(b"boundary=b1", b"boundary=evil"))


@pytest.mark.parametrize("name", ["subject", "date"])
async def test_what_is_gone_by_must_be_signed(name: str) -> None:
    names = [one for one in LIKE_GOOGLE.split(":") if one != name]
    assert await why_not(sign(MAIL, h=":".join(names))) == f"it does not cover the {name.title()} line"


async def test_a_mail_counts_for_as_long_as_it_may_be_on_its_way() -> None:
    signed = sign(MAIL, h=LIKE_MICROSOFT)
    assert await holds(signed, later=timedelta(days=6, hours=23))
    assert "more than 7 days ago" in await why_not(signed, later=timedelta(days=7, hours=1))
    sent_late = sign(MAIL, h=LIKE_MICROSOFT, t=str(int((NOW + timedelta(days=7)).timestamp())))
    assert await holds(sent_late, later=timedelta(days=13))
    assert "more than 7 days ago" in await why_not(
        sign(MAIL, h=LIKE_MICROSOFT, t=str(int(NOW.timestamp()))), later=timedelta(days=8)
    )


@pytest.mark.parametrize("written", [b"", b"Date: yesterday\r\n", b"Date: Mon, 99 Foo 99999 25:61:00 +9999\r\n"])
async def test_a_signature_has_to_say_when_it_was_made(written: bytes) -> None:
    lines = MAIL.splitlines(keepends=True)
    undated = b"".join(written if line.startswith(b"Date:") else line for line in lines)
    assert await why_not(sign(undated)) == "it says nothing of when it was made"
    assert await holds(sign(undated, t=str(int(NOW.timestamp()))))
