"""How commands are taken apart and replies put together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.smtp import syntax


@pytest.mark.parametrize(
    ("argument", "address", "words"),
    [
        ("FROM:<head@school.example>", "head@school.example", []),
        ("from:<head@school.example> SIZE=10 BODY=8BITMIME", "head@school.example", ["SIZE=10", "BODY=8BITMIME"]),
        ("FROM: <head@school.example>", "head@school.example", []),
        ("FROM:head@school.example", "head@school.example", []),
        ("FROM:<>", "", []),
        ('FROM:<"a b>c"@school.example>', '"a b>c"@school.example', []),
        ("FROM:<@relay.example:head@school.example>", "@relay.example:head@school.example", []),
    ],
)
def test_a_path_is_read_as_mail_servers_and_scripts_write_it(argument: str, address: str, words: list[str]) -> None:
    assert syntax.path("FROM:", argument) == (address, words)


@pytest.mark.parametrize(
    "argument",
    ["", "<a@b.example>", "TO:<a@b.example>", "FROM:", "FROM:<a@b.example", "FROM:a@b.example>", "FROM:<a@b.example>SIZE=1",
     "FROM:<a\0@b.example>", "FROM:<a@b.example\r>", 'FROM:<"a@b.example>', "FROM:<a b@c.example>"],
)  # fmt: skip
def test_what_is_no_path_is_not_read_as_one(argument: str) -> None:
    assert syntax.path("FROM:", argument) is None


def test_a_source_route_is_ignored_in_a_sender() -> None:
    assert syntax.without_route("@a.example,@b.example:head@school.example") == "head@school.example"
    assert syntax.without_route("head@school.example") == "head@school.example"


@pytest.mark.parametrize(
    "address", ["returns@council.example", "returns+ab12@council.example", "postmaster", "o'neil.j@a-b.example"]
)
def test_a_mailbox_at_a_domain_is_plain(address: str) -> None:
    assert syntax.is_plain(address)


@pytest.mark.parametrize(
    "address",
    ["@evil.example:returns@council.example", "evil%council.example@council.example", "evil@x.example@council.example",
     "x.example!evil@council.example", '"returns"@council.example', "returns@[127.0.0.1]", "returns", "@council.example", "returns@"],
)  # fmt: skip
def test_what_another_server_could_take_for_a_way_elsewhere_is_not_plain(address: str) -> None:
    assert not syntax.is_plain(address)


def test_the_parameters_of_our_extensions_are_known() -> None:
    assert syntax.parameters(["size=10", "BODY=8bitmime", "SMTPUTF8"]) == {
        "SIZE": "10",
        "BODY": "8BITMIME",
        "SMTPUTF8": "",
    }


@pytest.mark.parametrize(
    "words",
    [["SIZE=ten"], ["SIZE=\u00b2"], ["SIZE"], ["SIZE=-1"], ["BODY=BINARYMIME"], ["AUTH=<>"], ["SIZE=1", "SIZE=2"]],
)
def test_any_other_parameter_is_refused(words: list[str]) -> None:
    assert syntax.parameters(words) is None


def test_a_short_reply_is_one_line() -> None:
    assert syntax.wire("250 2.0.0 Kept.") == b"250 2.0.0 Kept.\r\n"


def test_each_line_of_a_long_reply_carries_the_code_and_the_status() -> None:
    lines = syntax.wire("550 5.7.1 " + "word " * 200).decode().split("\r\n")
    assert [line[:10] for line in lines] == ["550-5.7.1 "] * 2 + ["550 5.7.1 ", ""]


def test_a_reply_of_several_lines_stays_one() -> None:
    assert syntax.wire("250 mx.example\nPIPELINING\nSIZE 1") == b"250-mx.example\r\n250-PIPELINING\r\n250 SIZE 1\r\n"


@given(st.text(max_size=3000))
def test_no_text_can_make_a_reply_anything_but_one_reply(text: str) -> None:
    *lines, end = syntax.wire(f"550 5.7.1 {text}").split(b"\r\n")
    assert end == b""
    assert all(len(line) <= 510 and line.isascii() and line.startswith(b"550") for line in lines)
    assert [line[3:4] for line in lines[:-1]] == [b"-"] * (len(lines) - 1)
    assert lines[-1][3:4] == b" "
    assert not any(control in line for line in lines for control in (b"\r", b"\n", b"\0"))


@pytest.mark.parametrize("reply", ["", "Kept.", "25 Kept.", "650 Kept.", "250-Kept."])
def test_what_is_no_reply_is_never_sent(reply: str) -> None:
    with pytest.raises(ValueError, match="code and a text"):
        syntax.wire(reply)
