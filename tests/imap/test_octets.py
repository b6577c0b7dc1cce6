"""What is made of a mail's octets, and of its head, before it reaches the door."""

import re

from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.addresses import Mailbox
from handlers.mail.imap.addressed import envelope
from handlers.mail.imap.lines import Lines
from handlers.mail.message.head import Head

TEXT = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"a", b"\x00", b"--b", b" "]), max_size=40).map(b"".join)


def in_pieces(text: bytes, cuts: list[int]) -> bytes:
    lines, ends = Lines(), sorted({cut % (len(text) + 1) for cut in cuts})
    starts = [0, *ends]
    pieces = [text[start:end] for start, end in zip(starts, [*ends, len(text)], strict=True)]
    return b"".join(lines.feed(piece) for piece in pieces) + lines.end()


@given(TEXT, st.lists(st.integers(0, 100), max_size=6))
def test_every_line_ends_with_cr_lf_wherever_the_text_was_cut(text: bytes, cuts: list[int]) -> None:
    whole = in_pieces(text, cuts)
    assert whole == in_pieces(text, [])
    assert re.sub(rb"\r\n", b"", whole).translate(None, b"\r\n") == whole.replace(b"\r\n", b"")
    assert not text or whole.endswith(b"\r\n")
    lines = re.sub(rb"(?<!\r)\n", b"\r\n", re.sub(rb"\r(?!\n)", b" ", text.removesuffix(b"\r")))
    assert whole.removesuffix(b"\r\n") == (lines if text.endswith(b"\r") else lines.removesuffix(b"\r\n"))


@given(TEXT)
def test_a_mail_that_is_whole_already_is_left_as_it_is(text: bytes) -> None:
    whole = in_pieces(text, [])
    assert in_pieces(whole, [7, 8]) == whole


def of(text: str) -> tuple[str | None, tuple[str, ...]]:
    found = envelope(Head.parse(text.replace("\n", "\r\n").encode()))
    return found.mail_from, found.recipients


def test_what_servers_wrote_of_the_recipients_comes_before_what_senders_wrote() -> None:
    # lesson L43
    text = (
        'To: "Returns" <returns@a.example>, b@a.example\nCc: c@a.example\nX-Original-To: returns+tok@a.example\n'
        "Delivered-To: d@a.example\nEnvelope-To: <e@a.example>\nBcc: f@a.example\n\n"
    )
    assert of(text)[1] == (
        "d@a.example", "returns+tok@a.example", "e@a.example", "returns@a.example", "b@a.example", "c@a.example",
    )  # fmt: skip


def test_the_topmost_return_path_is_the_envelope_sender_and_its_absence_says_nothing() -> None:
    # lesson L13
    assert of("Return-Path: <jo@a.example>\nReturn-Path: <>\n\n")[0] == "jo@a.example"
    assert of("Return-Path: <>\n\n")[0] == ""
    assert of("Subject: x\n\n")[0] is None


@given(st.text(st.sampled_from('@<>",;: \t\n()[]ax\x00é'), max_size=200))
def test_no_head_is_too_odd(text: str) -> None:
    assert all("@" in one for one in of(f"To: {text}\nDelivered-To:{text}\nReturn-Path: {text}\n\n")[1])


def test_a_thousand_recipients_are_enough() -> None:
    assert (
        len(
            of(
                "".join(f"To: {number}@a.example\n" for number in range(900)) * 2 + "Cc: " + "x@y.example," * 9 + "\n\n"
            )[1]
        )
        <= 1000
    )


def test_no_from_stands_behind_a_cr_that_a_server_takes_for_no_line_end() -> None:
    """Lesson L1: what judged the sender has seen one From, and so must we."""
    hidden = b"X-A: a\rFrom: officer@council.example\r\r\nFrom: eve@evil.example\r\n\r\nrecall\r\n"
    assert Head.parse(in_pieces(hidden, [7])).all("From") == ["eve@evil.example"]


def test_a_tag_of_somebody_elses_address_is_no_token_of_ours() -> None:
    """Lesson L43: whoever else is written to stands in the head of a fetched mail as well."""
    head = Head.parse(b"To: jo+school@elsewhere.example, Returns+ABC@derbyshire.example\r\n\r\n")
    assert Mailbox("returns@derbyshire.example").token(envelope(head).recipients) == "abc"
    assert not Mailbox("returns@derbyshire.example").is_ours("returns@elsewhere.example")
