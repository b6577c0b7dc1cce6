"""What Microsoft 365 writes of who has sent a mail: Authentication-Results without the name of a server."""

import asyncio

import pytest

from handlers.mail.message.head import Head
from handlers.mail.trust import MAILBOX, Origin, Proven, examine
from handlers.mail.trust.dns import Resolver
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
    relay_networks = submission_networks = arc_sealers = ()
    authenticate = False

    def __init__(self, *names: str) -> None:
        self.authserv_ids = names


def proven(*results: str, names: tuple[str, ...] = ("nameless",)) -> bool:
    fields = "".join(f"Authentication-Results: {value}\r\n" for value in results)
    head = Head.parse(f"{fields}From: {JO}\r\n\r\n".encode())
    found = asyncio.run(examine(head, Origin(MAILBOX), Trust(*names), Resolver()))
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
