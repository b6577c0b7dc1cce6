"""The text of DATA, however it is split, and the least rate at which it may come."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.mail.smtp.data import LINE_OCTETS_MAX, Fault, Pace, Text

LINES = st.lists(st.text("ab.\0é", max_size=6).map(str.encode), max_size=8)
RAW = st.lists(st.sampled_from([b"\r", b"\n", b".", b"a", b"\r\n", b"\r\n."]), max_size=12).map(b"".join)


def pieces(octets: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(octets) + 1) for cut in cuts), len(octets)]
    return [octets[start:end] for start, end in itertools.pairwise(edges)]


def read(octets: bytes, cuts: list[int]) -> tuple[bytes, Text]:
    """The text read, what came after its end put together again."""
    reader = Text()
    said = b""
    for piece in pieces(octets, cuts):
        if reader.rest is None:
            said += reader.feed(piece)
        else:
            reader.rest += piece
    return said, reader


def stuffed(lines: list[bytes]) -> bytes:
    """As RFC 5321, section 4.5.2 has it sent."""
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines)


@given(
    LINES, st.lists(st.integers(0, 200), max_size=30), st.sampled_from([b"", b"QUIT\r\n", b".\r\n", b"\r\n.\r\nMAIL"])
)
def test_a_text_comes_out_as_it_was_however_it_is_split(lines: list[bytes], cuts: list[int], after: bytes) -> None:
    text = b"".join(line + b"\r\n" for line in lines)
    said, reader = read(stuffed(lines) + b".\r\n" + after, cuts)
    assert said == text
    assert reader.rest == after
    assert reader.fault is None


def test_every_single_split_of_a_text_full_of_dots_gives_the_same() -> None:
    wire = b"..\r\n...\r\n.a\r\n\r\na.\r\n..\r\n.\r\nQUIT\r\n"
    for first in range(len(wire)):
        for second in range(first, len(wire)):
            said, reader = read(wire, [first, second])
            assert (said, reader.rest) == (b".\r\n..\r\na\r\n\r\na.\r\n.\r\n", b"QUIT\r\n")


@given(RAW, st.lists(st.integers(0, 40), max_size=12))
def test_only_a_dot_between_two_whole_line_ends_ends_a_message(raw: bytes, cuts: list[int]) -> None:
    reader = read(raw, cuts)[1]
    whole = b"\r\n" + raw
    at = whole.find(b"\r\n.\r\n")
    assert reader.rest == (None if at < 0 else whole[at + 5 :])


@given(RAW, st.lists(st.integers(0, 40), max_size=12))
@example(b"a\r\n.\r", [6])  # a CR that stands alone where lines of one length would have theirs, at the end of a piece
def test_a_line_end_that_stands_alone_is_a_fault_wherever_it_is(raw: bytes, cuts: list[int]) -> None:
    wire = raw + b"\r\n.\r\n"
    reader = read(wire, cuts)[1]
    message = (b"\r\n" + wire)[: (b"\r\n" + wire).find(b"\r\n.\r\n") + 2]
    alone = message.replace(b"\r\n", b"")
    assert (reader.fault is Fault.LINE_END) == (b"\r" in alone or b"\n" in alone)


def test_nothing_is_given_out_once_a_fault_was_found() -> None:
    reader = Text()
    assert reader.feed(b"good\r\n") == b"good"
    assert reader.feed(b"bad\n") == b""
    assert reader.feed(b"good again\r\n.\r\n") == b""
    assert reader.rest == b""


@pytest.mark.parametrize("size", [998, 1001, 100_000, LINE_OCTETS_MAX])
def test_a_long_line_is_heard_all_the_same(size: int) -> None:
    said, reader = read(b"x" * size + b"\r\n.\r\n", list(range(0, size, 65_536)))
    assert (len(said), reader.fault) == (size + 2, None)


def test_a_line_that_seems_to_have_no_end_is_a_fault() -> None:
    wire = b"short\r\n" + b"x" * (LINE_OCTETS_MAX + 1) + b"\r\nshort\r\n.\r\n"
    assert read(wire, list(range(0, len(wire), 65_536)))[1].fault is Fault.LINE_LENGTH


def test_many_lines_are_never_taken_for_one() -> None:
    wire = (b"x" * 70 + b"\r\n") * (2 * LINE_OCTETS_MAX // 72) + b".\r\n"
    assert read(wire, list(range(0, len(wire), 65_536)))[1].fault is None


def test_whoever_keeps_the_least_rate_may_go_on_for_ever() -> None:
    pace, now = Pace(1000, patience=10, now=0), 0.0
    for _ in range(10_000):
        now += 9
        assert pace.deadline > now
        pace.took(9_000, now)


def test_whoever_sends_nothing_has_one_patience() -> None:
    assert Pace(1000, patience=10, now=5).deadline == 15


@given(st.integers(0, 10**9))
def test_speed_earns_no_more_than_one_patience(octets: int) -> None:
    pace = Pace(1000, patience=10, now=0)
    pace.took(octets, now=4)
    assert pace.deadline <= 14


def test_whoever_stays_below_the_least_rate_is_cut_in_the_end() -> None:
    pace, now = Pace(1000, patience=10, now=0), 0.0
    while pace.deadline > now and now < 100:
        now += 1
        pace.took(500, now)
    assert now == 20


@given(
    st.integers(0, 5), st.integers(2, 6), st.integers(0, 60), st.sampled_from([b"\r", b"\n", b"x", b"\r\n", b"\n\r"])
)
def test_a_line_end_that_stands_alone_is_found_among_lines_of_one_length(
    lead: int, length: int, at: int, odd: bytes
) -> None:
    text = b"x" * lead + b"\r\n" + (b"x" * length + b"\r\n") * 8
    wire = text[:at] + odd + text[at + len(odd) :] + b"x\r\n.\r\n"
    alone = wire.removesuffix(b".\r\n").replace(b"\r\n", b"")
    assert (read(wire, [])[1].fault is Fault.LINE_END) == (b"\r" in alone or b"\n" in alone)


@given(
    st.integers(0, 5), st.integers(0, 9), RAW, RAW,
    st.none() | st.tuples(st.integers(0, 99), st.sampled_from([b"\r", b"\n", b"a"])),
)  # fmt: skip
@example(2, 6, b"\r\n", b"\r\n\r\n", None)  # line ends that stand where lines of one length have none
def test_a_line_end_that_stands_alone_is_found_amid_lines_of_one_length(
    length: int, lines: int, before: bytes, after: bytes, spoiled: tuple[int, bytes] | None
) -> None:
    message = b"x" + before + (b"a" * length + b"\r\n") * lines + after
    if spoiled:
        at = spoiled[0] % len(message)
        message = message[:at] + spoiled[1] + message[at + 1 :]
    message = message.replace(b"\r\n.", b"\r\n") + b"\r\n"
    reader = read(message + b".\r\n", [])[1]
    alone = message.replace(b"\r\n", b"")
    assert (reader.fault is Fault.LINE_END) == (b"\r" in alone or b"\n" in alone)
