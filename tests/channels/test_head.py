"""Header fields as they really come (docs/mail-and-chat.md, L1, L31, L32)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.mail.message.head import FIELDS_MAX, HEAD_BYTES_MAX, MESSAGE_IDS_MAX, Head, message_ids


def subject(raw: bytes) -> str:
    return Head.parse(b"Subject: " + raw + b"\r\n\r\n").text("subject")


def test_fields_keep_their_order_their_spelling_and_their_raw_values() -> None:
    head = Head.parse(b"Received: by a\r\nSUBJECT:=?utf-8?Q?x?=\r\nreceived: by b\r\n\r\nTo: not a field\r\n")
    assert head.fields == (("Received", "by a"), ("SUBJECT", "=?utf-8?Q?x?="), ("received", "by b"))
    assert head.all("Received") == ["by a", "by b"]
    assert head.first("to") is None
    assert head.text("to") == ""


def test_both_of_two_from_fields_are_seen_however_the_second_is_disguised() -> None:  # lesson L1
    head = Head.parse(b"From: head@s.sch.uk\r\nnot a field\r\nfrom \t: evil@x.com\r\n\r\n")
    assert head.all("From") == ["head@s.sch.uk", "evil@x.com"]


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_folded_value_is_unfolded(end: bytes) -> None:
    raw = end.join([b"Content-Type: multipart/mixed;", b'\tboundary="a";', b" x=y", b"To: z", b"", b""])
    assert Head.parse(raw).fields == (("Content-Type", 'multipart/mixed;\tboundary="a"; x=y'), ("To", "z"))


def test_a_carriage_return_alone_ends_no_line() -> None:
    assert Head.parse(b"Subject: a\rFrom: b@c.org\r\n\r\n").all("From") == []
    assert subject(b"a\rb") == "a b"


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        (b"=?UTF-8?B?U2Now7ZuZQ==?=", "Schöne"),
        (b"=?UTF-8?B?U2Now7ZuZQ?=", "Schöne"),
        (b"=?iso-8859-1?q?Caf=E9_=96_menu?=", "Café – menu"),
        (b"=?utf-8?B?4oI=?= =?utf-8?B?rA==?=", "€"),
        (b"=?utf-8?Q?caf=C3?=\r\n =?utf-8?Q?=A9_one?= two", "café one two"),
        (b"Re: =?utf-8?Q?a?= b =?utf-8?Q?c?=", "Re: a b c"),
        (b"=?utf-8*en?Q?plain?=", "plain"),
        (b"=?x-unheard-of?Q?caf=C3=A9?=", "café"),
        (b"=?punycode?Q?abc?=", "abc"),
        (b"=?utf-8?Q?caf=E9?=", "café"),
        (b"=?utf-8?B?U?=", ""),
        (b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        (b"=?utf-8?Q?open", "=?utf-8?Q?open"),
        ("schön".encode(), "schön"),
        ("schön".encode("latin-1"), "schön"),
        (b"=?utf-8?Q?a=0D=0ABcc:_b=00c?=", "a Bcc: bc"),
        ("a\u202eb\u2066c".encode(), "abc"),
    ],
)
def test_a_subject_reads_as_it_was_meant(raw: bytes, meant: str) -> None:
    assert subject(raw) == meant


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@b.c>", ("a@b.c",)),
        ("<[3f2a@microsoft.com]>", ("[3f2a@microsoft.com]",)),  # lesson L31
        ("<a@b>\t<c@\r\n d> (who?) <a@b>", ("a@b", "c@d")),
        ("a@b.c", ("a@b.c",)),
        ("Your message of Monday", ()),
        ("<>", ()),
        ("<unclosed@b", ("unclosed@b",)),
        ("", ()),
        (f"<{'x' * 2000}>", ()),
    ],
)
def test_message_ids_are_read_with_or_without_their_proper_form(value: str, ids: tuple[str, ...]) -> None:
    assert message_ids(value) == ids


def test_a_thread_without_end_gives_no_endless_list() -> None:
    assert len(message_ids("".join(f"<{n}@x>" for n in range(5000)))) == MESSAGE_IDS_MAX


def test_a_head_beyond_the_limits_says_that_it_was_cut() -> None:
    many = Head.parse(b"A: b\r\n" * (FIELDS_MAX + 1))
    assert (len(many.fields), many.cut) == (FIELDS_MAX, True)
    assert not Head.parse(b"A: b\r\n" * FIELDS_MAX).cut
    assert Head.parse(b"A: " + b"x" * HEAD_BYTES_MAX).cut
    assert not Head.parse(b"A: b\r\n\r\n" + b"x" * HEAD_BYTES_MAX).cut


@settings(deadline=None)  # a busy machine is no fault
@given(
    st.binary()
    | st.lists(
        st.sampled_from([b"From", b":", b" ", b"\r\n", b"\n", b"=?utf-8?B?", b"?=", b"<", b">", b"\xff", b"\0"])
    ).map(b"".join)
)
def test_no_octets_make_it_raise(raw: bytes) -> None:
    head = Head.parse(raw)
    for name, value in head.fields:
        assert "\n" not in value
        message_ids(value)
        assert not any(character < " " for character in head.text(name))
