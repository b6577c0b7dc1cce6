"""Whatever a peer says, who sent it is judged: proven, unproven, or not known yet."""

import asyncio
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from handlers.mail.message.head import Head
from handlers.mail.trust import Origin, Proven, Undecided, examine
from handlers.mail.trust.lexical import Doubtful
from handlers.mail.trust.resolver import name_of
from handlers.mail.trust.results import Result, topmost
from handlers.mail.trust.signatures import Signatures
from tests.channels import signing
from tests.channels.test_trust import PROVING, STRANGER
from tests.channels.zones import Zone

NAMES = st.text(alphabet=st.characters(), max_size=40) | st.sampled_from([
    "school.example", "a.school.example", "xn--a.example", "[127.0.0.1]", "..", "école.example", "x" * 70 + ".example",
])  # fmt: skip
ADDRESSES = st.builds("{}@{}".format, NAMES, NAMES) | NAMES
ANSWERS: st.SearchStrategy[list[Any]] = st.lists(
    st.sampled_from([
        "TIMEOUT", {"TXT": "v=spf1 +all"}, {"TXT": "v=spf1 a mx ptr exists:%{l}.%{d} include:school.example -all"},
        {"TXT": "v=DMARC1; p=none"}, {"TXT": "v=DMARC1; p=x; adkim"}, {"A": "203.0.113.5"}, {"MX": [1, "school.example"]},
        {"PTR": "school.example"}, {"CNAME": "school.example"},
    ]),
    max_size=4,
)  # fmt: skip
ZONES = st.dictionaries(
    st.sampled_from(["school.example", "_dmarc.school.example", "5.113.0.203.in-addr.arpa", "a.school.example"]),
    ANSWERS,
)


ORIGINS = st.builds(Origin, st.sampled_from([STRANGER, "", "2001:db8::1", "x"]), NAMES, ADDRESSES)


@given(ZONES, ORIGINS, ADDRESSES, st.binary(max_size=200))
def test_whatever_is_said_is_judged(zone: dict[str, list[Any]], origin: Origin, author: str, more: bytes) -> None:
    written = f"From: {author}\r\n".encode("utf-8", "surrogatepass") + more
    found = asyncio.run(examine(Head.parse(written), origin, PROVING, Zone(zone), Signatures(written, signing.NOW)))
    assert found.steps[0].check == "peer"
    assert found.steps[-1].check == "verdict"
    if isinstance(found.verdict, Proven):
        assert found.verdict.why
    elif isinstance(found.verdict, Undecided):
        assert found.verdict.reply().startswith("451 4.7.0 ")
    else:
        assert found.verdict.reply().startswith("550 5.7.1 ")


@given(NAMES)
def test_every_name_is_one_or_none(name: str) -> None:
    found = name_of(name)
    assert found is None or found.is_absolute()


WORDS = st.sampled_from([
    "dmarc=pass", "SPF=Fail", "none", "nonesuch=pass", "dkim=none", "x-y=softfail", "reason=100", "header.from=a.Example",
    "smtp.mailfrom=jo@a.example", "header.i=@a.example", "header.b=ab/c+=", "smtp.helo=10", "foo.bar=a", "header.from=", "smtp=a",
    "policy.x-y=a..b", "header.d=.a", "body.x=a@b@c", "header.from=s\u212aool.example", "header.from=\u017fchool.example",
])  # fmt: skip
BETWEEN = st.sampled_from([" ", "  ", "\t", ";", "; ", " ;", ""])


@given(st.lists(st.tuples(BETWEEN, WORDS), min_size=1, max_size=8))
@example([("", "nonesuch=pass")])
@example([("", "dmarc=pass"), (" ", "header.from=s\u212aool.example")])
@example([("", "dmarc=pass"), (" ", "header.d=.a")])
@example([("", "dmarc=pass"), (" ", "foo.bar=a")])
@example([("", "dmarc=pass"), (" ", "header.from=a.example"), (";", "")])
def test_results_as_most_are_written_are_read_as_those_with_a_version_are(said: list[tuple[str, str]]) -> None:
    """Those with one are left to authres."""
    words = ";" + "".join(between + word for between, word in said)
    assert _results(f"mx.example {words}") == _results(f"mx.example 1 {words}")


def _results(value: str) -> list[Result] | str:
    try:
        return topmost([value], {"mx.example"})
    except Doubtful as doubt:
        return str(doubt)
