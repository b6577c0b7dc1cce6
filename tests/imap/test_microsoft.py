"""What Microsoft 365 writes of who has sent a mail: Authentication-Results without the name of a server."""

import asyncio
from ipaddress import ip_network

import pytest

from handlers.mail.message.head import Head
from handlers.mail.trust import MAILBOX, Origin, Proven, examine
from handlers.mail.trust.resolver import Resolver
from tests.people import JO

DOMAIN = JO.rpartition("@")[2]
PASSED = (
    f"spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom={DOMAIN}; dkim=pass (signature was verified)\r\n"
    f" header.d={DOMAIN};dmarc=pass action=none header.from={DOMAIN};compauth=pass reason=100"
)
FAILED = (
    f"spf=fail (sender IP is 192.0.2.1) smtp.mailfrom={DOMAIN}; dkim=none; dmarc=fail action=none header.from={DOMAIN}"
)


class Trust:
    relay_networks = (ip_network("192.0.2.0/24"),)
    submission_networks = arc_sealers = ()
    exchange_domains = (DOMAIN,)
    authenticate = False

    def __init__(self, *names: str) -> None:
        self.authserv_ids = names


def proven(*results: str, names: tuple[str, ...] = ("nameless",)) -> bool:
    return believed(f"From: {JO}", *(f"Authentication-Results: {value}" for value in results), names=names)


def believed(*lines: str, names: tuple[str, ...] = ("nameless",), peer: str = MAILBOX) -> bool:
    head = Head.parse("".join(f"{line}\r\n" for line in (*lines, "")).encode())
    found = asyncio.run(examine(head, Origin(peer), Trust(*names), Resolver()))
    return isinstance(found.verdict, Proven)


def test_results_without_a_name_are_believed_where_the_configuration_says_so() -> None:
    assert proven(PASSED)
    assert not proven(PASSED, names=("mx.derbyshire.example",))


@pytest.mark.parametrize(
    "results",
    [
        (FAILED, PASSED),
        ("elsewhere.example; spf=none", PASSED),
        (f"nameless; dmarc=pass header.from={DOMAIN}",),
        (f'"nameless"; dmarc=pass header.from={DOMAIN}',),
        (f"(spf=pass) elsewhere.example; dmarc=pass header.from={DOMAIN}",),
        (PASSED.replace("dmarc=pass", "dmarc=fail"),),
        (PASSED.replace(f"header.from={DOMAIN}", "header.from=evil.example"),),
        (),
    ],
)
def test_nothing_but_the_topmost_field_is(results: tuple[str, ...]) -> None:
    # lesson L2
    assert not proven(*results)


def test_where_it_guesses_at_a_policy_the_domain_itself_must_have_signed_or_sent() -> None:
    # lesson L4
    guessed = PASSED.replace("dmarc=pass", "dmarc=bestguesspass")
    assert proven(guessed)
    assert not proven(
        guessed.replace(f"header.d={DOMAIN}", "header.d=m.example").replace(f"mailfrom={DOMAIN}", "mailfrom=m.example")
    )


INTERNAL = "X-MS-Exchange-Organization-AuthAs: Internal"


def test_mail_within_the_organisation_is_believed_where_exchange_says_that_its_sender_was_signed_in() -> None:
    assert believed(f"From: {JO}", INTERNAL)
    assert not believed(f"From: {JO}")


@pytest.mark.parametrize(
    "lines",
    [
        (f"From: {JO}", INTERNAL.replace("Internal", "Anonymous")),
        (f"From: {JO}", INTERNAL.replace("Internal", "Anonymous"), INTERNAL),
        (f"From: {JO}", INTERNAL, INTERNAL.replace("Internal", "Anonymous")),
        (f"From: {JO}", INTERNAL.replace("Organization", "CrossTenant")),
        ("From: jo@elsewhere.example", INTERNAL),
        (f"From: {JO}, sam@elsewhere.example", INTERNAL),
    ],
)
def test_it_is_not_believed_of_anybody_else(lines: tuple[str, ...]) -> None:
    assert not believed(*lines)


@pytest.mark.parametrize("peer", ["203.0.113.5", "192.0.2.1"])
def test_what_comes_by_smtp_may_say_so_for_ever_even_by_way_of_a_relay(peer: str) -> None:
    assert not believed(f"From: {JO}", INTERNAL, peer=peer)


def test_results_without_a_name_count_in_mailboxes_alone() -> None:
    """Lesson L2: no relay removes what has no name, and what it does not check it hands on as it is."""
    passed = f"Authentication-Results: {PASSED}"
    assert believed(f"From: {JO}", passed)
    assert not believed(passed, f"From: {JO}", peer="192.0.2.1")
    named = f"Authentication-Results: mx.example; dmarc=pass header.from={DOMAIN}"
    assert believed(named, f"From: {JO}", names=("nameless", "mx.example"), peer="192.0.2.1")


def test_who_is_signed_in_to_the_organisation_does_not_write_results_for_a_school() -> None:
    school = "head@elsewhere.example"
    forged = f"Authentication-Results: {PASSED.replace(DOMAIN, 'elsewhere.example')}"
    assert believed(forged, f"From: {school}")  # as where Exchange wrote it
    assert not believed(INTERNAL, forged, f"From: {school}")
    assert not believed(INTERNAL, INTERNAL.replace("Internal", "Anonymous"), forged, f"From: {school}")
