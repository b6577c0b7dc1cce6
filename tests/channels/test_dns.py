"""Asking the domain name system: real packets to a name server of the tests' own."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.trust.dns import DnsTrouble
from handlers.mail.trust.dns_cache import NOTHING_SECONDS_MAX, SECONDS_MAX, SECONDS_MIN, Answer, Cache
from handlers.mail.trust.dns_server import RECORDS_MAX, Server
from handlers.mail.trust.resolver import Resolver
from tests.dns_peer import DnsPeer, name_server


class Watch:
    """Seconds that pass when told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def peer() -> AsyncIterator[DnsPeer]:
    async with name_server() as server:
        yield server


def asking(peer: DnsPeer, cache: Cache | None = None, seconds: float = 10) -> Resolver:
    return Resolver([f"127.0.0.1:{peer.port}"], cache, seconds)


async def test_the_strings_of_a_text_are_joined_and_each_record_stands_by_itself(peer: DnsPeer) -> None:
    peer.txt("school.example", "v=spf1 -all", "x" * 700)
    assert set(await asking(peer).txt("school.example")) == {b"v=spf1 -all", b"x" * 700}


@pytest.mark.parametrize("name", ["school.example", "School.EXAMPLE", "school.example."])
async def test_a_name_is_the_same_in_any_case_and_with_a_final_dot(peer: DnsPeer, name: str) -> None:
    peer.txt("school.example", "here")
    assert await asking(peer).txt(name) == (b"here",)


async def test_a_name_in_unicode_is_asked_for_as_idna_has_it(peer: DnsPeer) -> None:
    peer.txt("xn--schl-7qa.example", "here")
    assert await asking(peer).txt("schöl.example") == (b"here",)


@pytest.mark.parametrize("name", ["nobody.example", "", ".", "a..example", "x" * 64 + ".example", "\ud800.example"])
async def test_where_there_is_nothing_nothing_is_the_answer(peer: DnsPeer, name: str) -> None:
    peer.say("school.example", "A", "192.0.2.1")
    assert await asking(peer).txt(name) == ()
    assert await asking(peer).txt("school.example") == ()


async def test_addresses_mail_servers_and_names(peer: DnsPeer) -> None:
    peer.say("mx.example", "A", "192.0.2.1")
    peer.say("mx.example", "AAAA", "2001:db8::1")
    peer.say("school.example", "MX", "20 second.example.", "10 First.example.")
    peer.say("silent.example", "MX", "0 .")
    peer.say("1.2.0.192.in-addr.arpa", "PTR", "mx.example.")
    dns = asking(peer)
    assert await dns.addresses("mx.example", v6=False) == ("192.0.2.1",)
    assert await dns.addresses("mx.example", v6=True) == ("2001:db8::1",)
    assert await dns.exchangers("school.example") == ("first.example", "second.example")
    assert await dns.exchangers("silent.example") == ()
    assert await dns.names("192.0.2.1") == ("mx.example",)


async def test_an_alias_is_followed(peer: DnsPeer) -> None:
    peer.say("www.example", "CNAME", "school.example.")
    peer.txt("school.example", "here")
    assert await asking(peer).txt("www.example") == (b"here",)


async def test_a_long_answer_comes_by_tcp(peer: DnsPeer) -> None:
    peer.txt("school.example", *(f"{number} " + "x" * 1000 for number in range(30)))
    assert len(await asking(peer).txt("school.example")) == 30
    assert peer.by_tcp == 1


async def test_an_answer_longer_than_any_honest_one_is_trouble(peer: DnsPeer) -> None:
    peer.txt("school.example", *(f"{number} " + "x" * 1000 for number in range(40)))
    with pytest.raises(DnsTrouble):
        await asking(peer).txt("school.example")


async def test_the_systems_servers_are_asked_where_none_are_configured() -> None:
    dns = Resolver()._asked()
    assert all(isinstance(server, Server) for server in dns.nameservers)


async def test_a_server_that_fails_is_trouble_and_no_answer(peer: DnsPeer) -> None:
    peer.fail("school.example")
    dns = asking(peer)
    with pytest.raises(DnsTrouble):
        await dns.txt("school.example")
    peer.forget("school.example")
    peer.txt("school.example", "here")
    assert await dns.txt("school.example") == (b"here",)


async def test_a_server_that_says_nothing_is_not_waited_for_without_end(peer: DnsPeer) -> None:
    peer.say_nothing("school.example")
    with pytest.raises(DnsTrouble):
        await asking(peer, seconds=0.3).txt("school.example")


async def test_where_there_is_no_server_there_is_trouble() -> None:
    async with name_server() as gone:
        dns = asking(gone, seconds=0.3)
    with pytest.raises(DnsTrouble):
        await dns.txt("school.example")


async def test_one_question_is_asked_once_however_many_wait(peer: DnsPeer) -> None:
    peer.txt("school.example", "here")
    dns = asking(peer)
    impatient = asyncio.create_task(dns.txt("school.example"))
    others = [asyncio.create_task(dns.txt("School.example")) for _ in range(20)]
    await asyncio.sleep(0)
    impatient.cancel()
    assert set(await asyncio.gather(*others)) == {(b"here",)}
    assert peer.asked["school.example", "TXT"] == 1


@pytest.mark.parametrize(("ttl", "kept"), [(0, SECONDS_MIN), (60, 60), (86_400, SECONDS_MAX)])
async def test_an_answer_is_remembered_for_as_long_as_it_says_within_bounds(
    peer: DnsPeer, ttl: int, kept: float
) -> None:
    watch = Watch()
    dns = asking(peer, Cache(now=watch))
    peer.ttl = ttl
    peer.txt("school.example", "before")
    await dns.txt("school.example")
    peer.txt("school.example", "after")
    watch.now += kept - 1
    assert await dns.txt("school.example") == (b"before",)
    watch.now += 1
    assert await dns.txt("school.example") == (b"after",)


@pytest.mark.parametrize("kind", ["TXT", "A"])
async def test_that_there_is_nothing_is_remembered_too_but_not_for_long(peer: DnsPeer, kind: str) -> None:
    watch = Watch()
    dns = asking(peer, Cache(now=watch))
    peer.ttl = 86_400
    peer.say("school.example", kind, *(['"v"'] if kind == "TXT" else ["192.0.2.1"]))
    for _ in range(3):
        await dns.exchangers("school.example")
        await dns.exchangers("nobody.example")
    assert (peer.asked["school.example", "MX"], peer.asked["nobody.example", "MX"]) == (1, 1)
    watch.now += NOTHING_SECONDS_MAX
    await dns.exchangers("nobody.example")
    assert peer.asked["nobody.example", "MX"] == 2


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3000), st.integers(0, 100))))
def test_what_is_remembered_never_takes_more_room_than_there_is(entries: list[tuple[int, int, int]]) -> None:
    watch = Watch()
    cache = Cache(octets_max=5000, now=watch)
    newest: dict[int, Answer] = {}
    for key, size, seconds in entries:
        newest[key] = Answer((b"x" * size,), seconds)
        cache.put(key, newest[key])
        kept = [one for one in newest if cache.get(one) is not None]
        assert sum(newest[one].cost for one in kept) <= 5000
        assert all(cache.get(one) == newest[one].values for one in kept)
        assert key in kept
        watch.now += 1


async def test_an_answer_of_more_records_than_any_honest_one_is_not_read(peer: DnsPeer) -> None:
    """Each costs time, and a hostile mail can make us ask for a hundred answers."""
    peer.say("evil.example", "A", *(f"10.0.{number // 256}.{number % 256}" for number in range(RECORDS_MAX + 1)))
    peer.say("large.example", "A", *(f"10.0.{number // 256}.{number % 256}" for number in range(RECORDS_MAX - 1)))
    dns = asking(peer)
    with pytest.raises(DnsTrouble):
        await dns.addresses("evil.example", v6=False)
    assert len(await dns.addresses("large.example", v6=False)) == RECORDS_MAX - 1  # and one of EDNS
