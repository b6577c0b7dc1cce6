"""Whom to believe: each lesson about who is speaking, as forgers and careless programs really write."""

import asyncio
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

import pytest

from handlers.mail.message.head import Head
from handlers.mail.trust import MAILBOX, Examination, Origin, Proven, Trust, Undecided, Unproven, examine
from handlers.mail.trust.resolver import Resolver
from tests.channels import signing
from tests.channels.zones import Zone

RELAY, SUBMISSION, STRANGER = "192.0.2.10", "198.51.100.7", "203.0.113.5"
PASS = "mx.council.example; dmarc=pass header.from=school.example"


@dataclass(frozen=True)
class Configured:
    relay_networks: tuple[IPv4Network | IPv6Network, ...] = (ip_network("192.0.2.0/24"), ip_network("2001:db8:1::/48"))
    authserv_ids: frozenset[str] = frozenset({"mx.council.example", "MX2.council.example"})
    submission_networks: tuple[IPv4Network | IPv6Network, ...] = (ip_network("198.51.100.0/24"),)

    authenticate: bool = False
    arc_sealers: tuple[str, ...] = ()
    exchange_domains: tuple[str, ...] = ()


TRUST = Configured()


def judge(head: Head, peer: str, trust: Trust) -> Proven | Unproven | Undecided:
    """What is made of it where nobody is asked."""
    return asyncio.run(examine(head, Origin(peer), trust, Resolver())).verdict


def head(*lines: str) -> Head:
    return Head.parse("".join(line + "\r\n" for line in lines).encode() + b"\r\n")


def mail(results: str | list[str], sent_by: str = "Jo Head <head@school.example>") -> Head:
    """A mail that a relay brought, with these Authentication-Results from the top."""
    fields = [results] if isinstance(results, str) else results
    return head(
        *(f"Authentication-Results: {field}" for field in fields), "Received: by mx.council.example", f"From: {sent_by}"
    )


def doubt(verdict: Proven | Unproven | Undecided) -> str:
    assert isinstance(verdict, Unproven), verdict
    return verdict.why


def believed(results: str | list[str], sent_by: str = "Jo Head <head@school.example>") -> bool:
    return isinstance(judge(mail(results, sent_by), RELAY, TRUST), Proven)


def test_by_which_way_a_mail_came_is_said_once() -> None:
    def way(peer: str) -> str:
        return asyncio.run(examine(mail(PASS), Origin(peer), TRUST, Resolver())).steps[0].words

    assert way(MAILBOX) == "a mailbox of ours, whose server has checked the sender"
    assert way(RELAY) == f"{RELAY}: a mail server of ours, which has checked the sender"


def test_a_relay_that_found_dmarc_to_pass_proves_the_sender() -> None:
    assert judge(mail(PASS), RELAY, TRUST) == Proven("head@school.example", "dmarc=pass for school.example")


@pytest.mark.parametrize("peer", ["192.0.2.255", "::ffff:192.0.2.1", "2001:db8:1::5"])
def test_a_relay_is_known_by_its_network_however_its_address_is_written(peer: str) -> None:
    assert isinstance(judge(mail(PASS), peer, TRUST), Proven)


@pytest.mark.parametrize("peer", [STRANGER, "::ffff:203.0.113.5", "2001:db8:2::5", "", "mx.council.example"])
def test_a_stranger_is_not_believed_whatever_the_mail_says(peer: str) -> None:
    verdict = judge(mail(PASS), peer, TRUST)
    assert isinstance(verdict, Unproven)
    assert not verdict.relayed


def test_the_refusal_of_a_stranger_says_what_to_do() -> None:
    verdict = judge(mail(PASS), STRANGER, TRUST)
    assert isinstance(verdict, Unproven)
    reply = verdict.reply("Help: 01632 960123.")
    assert reply.startswith("550 5.7.1 Nothing was kept")
    assert "from your own work mailbox" in reply
    assert reply.endswith("Help: 01632 960123.")


def test_what_a_relay_brings_unproven_is_marked_so_that_it_is_never_bounced() -> None:
    verdict = judge(mail("mx.council.example; dmarc=fail header.from=school.example"), RELAY, TRUST)
    assert isinstance(verdict, Unproven)
    assert verdict.relayed


def test_a_submission_network_is_believed_as_it_stands() -> None:
    assert judge(head("From: head@school.example"), SUBMISSION, TRUST) == Proven(
        "head@school.example", "it came from a submission network"
    )


def test_a_relay_within_a_submission_network_is_a_relay() -> None:
    both = Configured(submission_networks=(ip_network("192.0.0.0/8"),))
    assert isinstance(judge(head("From: head@school.example"), RELAY, both), Unproven)


# Exactly one From (lesson L1)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["From: head@school.example", "From: evil@x.example"],  # lesson L1
        ["From: head@school.example", "FROM : head@school.example"],
        ["From: head@school.example, evil@x.example"],  # lesson L1
        ["From: Jo <head@school.example>, Al <evil@x.example>"],
        ["From: Jo <head@school.example> <evil@x.example>"],
        ["From: <head@school.example> evil@x.example"],
        ["From: Staff: head@school.example;"],
        ["From: undisclosed-recipients:;"],
        ["From: "],
        ["From: <>"],
        ["From: Jo Head"],
        ["From: head"],
        ["From: head@localhost"],
        ["From: head@school.example\0"],
        ["From: Jo\0 <head@school.example>"],
        ["From: =?utf-8?q?head=40school=2Eexample?="],
        ["From: =?utf-8?b?aGVhZEBzY2hvb2wuZXhhbXBsZQ==?=@x.example"],
        ["From: <=?utf-8?q?head?=@school.example>"],
        ['From: "head"@school.example'],
        ['From: "head@school.example"@x.example'],
        ["From: head@[192.0.2.1]"],
        ["From: <@relay.example:head@school.example>"],
        ["From: head@school.example <evil@x.example>"],
        ["From: head@school.example@x.example"],
        ['From: "Head, Jo" head@school.example <head@school.example>'],
        ["From: head(@school.example)@x.example"],
        ["From: Jo (who <head@school.example>) <evil@x.example"],
        ["From: Jo (unfinished <head@school.example>"],
        ["From: head@school.example (unfinished <evil@x.example>"],
        ['From: "Jo <head@school.example>'],
        ["From: Jo \\<head@school.example>"],
        ["From: <head@school.example >"],
        ["From: h\u0435ad@school.example"],
        ["From: head@school\u3002example"],
        ["From: head@xn--shool-r5d.example"],  # a Cyrillic letter, as sсhool.example has it
        ["From: head@xn--a.example"],
        ["From: head@xn--99999999.example"],
        ["From: head@school..example"],
        ["From: .head@school.example"],
        ["From: head%school.example"],
        ["From: 'head@school.example"],  # a mailbox of another name, though it compares as the same (lesson L12)
        ["From: Jo;<head@school.example>"],
    ],
)
def test_a_from_that_could_be_read_in_two_ways_proves_nothing(lines: list[str]) -> None:
    assert isinstance(judge(head(*lines), SUBMISSION, TRUST), Unproven)


@pytest.mark.parametrize(
    "value",
    [
        "head@school.example",
        "<head@school.example>",
        "Head@School.Example",
        "head@school.example.",
        "head@school.example (Jo Head)",
        "(Jo (the) Head) head@school.example",
        "Jo A. Head <head@school.example>",
        "=?utf-8?q?J=C3=B6_Head?= <head@school.example>",
        "Jö Head <head@school.example>",
        '"Head, Jo" <head@school.example>',
        '"evil@x.example" <head@school.example>',
        '"a \\" <evil@x.example>" <head@school.example>',
        "head@school.example <head@school.example>",
        "'head@school.example' <head@school.example>",
        "Jo Head (<evil@x.example>) <head@school.example>",
        "Jo\r\n Head\r\n\t<head@school.example>",
    ],
)
def test_a_plain_address_is_read_and_a_display_name_is_not(value: str) -> None:
    """Lessons L7 and L12."""
    verdict = judge(head(f"From: {value}"), SUBMISSION, TRUST)
    assert isinstance(verdict, Proven)
    assert verdict.address == "head@school.example"


def test_a_welsh_domain_is_legible() -> None:
    address = f"head@{'ysgol-dŵr.cymru'.encode('idna').decode()}"
    verdict = judge(head(f"From: {address}"), SUBMISSION, TRUST)
    assert isinstance(verdict, Proven)
    assert verdict.address == address


def test_a_tag_keeps_two_people_apart() -> None:
    """Lesson L12."""
    verdict = judge(head("From: head+evil@school.example"), SUBMISSION, TRUST)
    assert isinstance(verdict, Proven)
    assert verdict.address == "head+evil@school.example"


def test_neither_reply_to_nor_the_text_is_identity() -> None:
    """Lessons L8 and L9."""
    spoken = head("Reply-To: head@school.example", "From: evil@x.example")
    assert judge(spoken, SUBMISSION, TRUST) == Proven("evil@x.example", "it came from a submission network")


@pytest.mark.parametrize(
    "lines",
    [
        ["From: 'Jo' via Staff <staff@lists.example>", "X-Original-From: Jo <head@school.example>"],
        [
            "From: Jo via Staff <staff@lists.example>",
            "List-Post: <mailto:Staff@Lists.example>",
            "List-Id: <staff.lists>",
        ],
        ["From: staff@lists.example", "List-Post: <https://lists.example/>, <mailto:staff@lists.example?subject=x>"],
    ],
)
def test_a_list_that_puts_its_own_address_in_from_is_not_the_author(lines: list[str]) -> None:
    """Lesson L10."""
    for peer in (SUBMISSION, RELAY):
        proof = "Authentication-Results: mx.council.example; dmarc=pass header.from=lists.example"
        assert "straight to us" in doubt(judge(head(proof, *lines), peer, TRUST))


def test_a_list_that_leaves_from_alone_is_asked_for_proof_like_anybody() -> None:
    lines = ["From: head@school.example", "List-Id: <staff.lists.example>", "List-Post: <mailto:staff@lists.example>"]
    assert isinstance(judge(head(f"Authentication-Results: {PASS}", *lines), RELAY, TRUST), Proven)
    refused = judge(head(*lines), STRANGER, TRUST)
    assert isinstance(refused, Unproven)
    assert "by way of a mailing list: please send it straight to us" in refused.reply()  # lesson L10


def test_a_head_too_long_to_be_read_whole_proves_nothing() -> None:
    assert "longer" in doubt(judge(head("From: head@school.example", *["X-A: b"] * 2000), SUBMISSION, TRUST))


# Sender (lesson L6)


def test_a_sender_that_differs_is_told_of() -> None:
    """Lesson L6."""
    verdict = judge(head("From: head@school.example", "Sender: Office <Office@school.example>"), SUBMISSION, TRUST)
    assert isinstance(verdict, Proven)
    assert (verdict.address, verdict.sender) == ("head@school.example", "office@school.example")


def test_a_sender_that_is_the_author_is_nobody_else() -> None:
    verdict = judge(head("From: head@school.example", "Sender: HEAD@school.example"), SUBMISSION, TRUST)
    assert isinstance(verdict, Proven)
    assert verdict.sender is None


@pytest.mark.parametrize("senders", [["a@x.example", "b@x.example"], ["a@x.example, b@x.example"], ["nobody"]])
def test_a_sender_that_could_be_read_in_two_ways_proves_nothing(senders: list[str]) -> None:
    assert isinstance(
        judge(head("From: head@school.example", *(f"Sender: {who}" for who in senders)), SUBMISSION, TRUST), Unproven
    )


# Whose results count (lessons L2 and L3)

FORGED = "mx.council.example; dmarc=pass header.from=school.example"
FAIL = "mx.council.example; dmarc=fail header.from=school.example"


@pytest.mark.parametrize(
    "results",
    [
        [],
        ["mx.elsewhere.example; dmarc=pass header.from=school.example"],
        ["mx.council.example.evil.example; dmarc=pass header.from=school.example"],
        ["x; mx.council.example; dmarc=pass header.from=school.example"],
        ["(mx.council.example) mx.evil.example; dmarc=pass header.from=school.example"],
        [FAIL, FORGED],
        ["mx.elsewhere.example; dmarc=pass header.from=school.example", FAIL, FORGED],
        ["mx2.council.example; dmarc=fail header.from=school.example", FORGED],
        ["mx.council.example; none", FORGED],
        ["mx.council.example; dmarc=pass (unfinished header.from=school.example", FORGED],
        ["mx.council.example", FORGED],
        ["mx.council.example;", FORGED],
        ["mx.council.example 9; dmarc=pass header.from=school.example", FORGED],
    ],
)
def test_results_by_others_or_below_our_own_never_count(results: list[str]) -> None:
    """Lesson L2: what cannot be read is no reason to read on."""
    assert not believed(results)


@pytest.mark.parametrize(
    ("results", "said"),
    [
        (
            ["Mail.Other.example; dmarc=pass header.from=school.example"],
            "authserv_ids does not name mail.other.example",
        ),
        (["dmarc=pass header.from=school.example"], "authserv_ids does not name nameless"),
        (['"a\x1b[31m"; dmarc=pass'], "it has no Authentication-Results that can be read"),
        ([], "it has no Authentication-Results"),
    ],
)
def test_where_our_servers_say_nothing_the_administrator_hears_who_did(results: list[str], said: str) -> None:
    found = judge(head("From: jo@school.example", *(f"Authentication-Results: {one}" for one in results)), RELAY, TRUST)
    assert isinstance(found, Unproven)
    assert said in found.why


def test_foreign_results_above_our_own_are_passed_over() -> None:
    """Lesson L3."""
    assert believed(["outbound.elsewhere.example; dmarc=fail header.from=school.example", PASS])


@pytest.mark.parametrize(
    "name",
    ["mx.council.example", "MX.Council.Example", "mx2.council.example", '"mx.council.example"', "mx.council.example 1"],
)
def test_each_of_our_relays_names_counts_in_any_case(name: str) -> None:
    """Lesson L3."""
    assert believed(f"{name}; dmarc=pass header.from=school.example")


# What they say (lessons L4 and L5)


@pytest.mark.parametrize(
    "said",
    [
        "dmarc=pass (p=none dis=none) header.from=school.example",
        "dmarc=pass header.from=School.Example.",
        "dmarc=Pass header.from=school.example",
        "spf=fail smtp.mailfrom=bounce.example; dkim=fail header.d=x.example; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=school.example",
        'dkim=pass (2048-bit key) header.d=school.example header.i=@school.example header.s=s1 header.b="ab/c+"',
        "dkim=fail header.d=x.example; dkim=pass header.d=school.example",
        "dkim=pass header.i=@school.example header.s=google header.b=abc",
        "spf=pass (mx: domain of head@school.example designates 192.0.2.1 as permitted sender) smtp.mailfrom=head@school.example",
        "spf=pass smtp.mailfrom=school.example; spf=none smtp.helo=x.example",
        "dmarc=none header.from=school.example; dkim=pass header.d=school.example",
        "dmarc=temperror header.from=school.example; spf=pass smtp.mailfrom=head@school.example",
        "dkim=pass header.i=@school.example; dmarc=pass (p=none dis=none) d=school.example",
        "iprev=pass policy.iprev=192.0.2.1; auth=pass smtp.auth=evil; dmarc=pass header.from=school.example",
        'dmarc=pass reason="policy; ok" header.from=school.example',
    ],
)
def test_results_as_real_relays_write_them_are_believed(said: str) -> None:
    assert believed(f"mx.council.example; {said}")


@pytest.mark.parametrize(
    "said",
    [
        # Another domain (lesson L4)
        "dkim=pass header.d=evil.example",
        "dkim=pass header.d=evil.example header.i=@school.example",
        "dkim=pass header.d=school.example.evil.example",
        "dkim=pass header.d=notschool.example",
        "dmarc=pass header.from=evil.example",
        "spf=pass smtp.mailfrom=evil@evil.example",
        "spf=pass smtp.mailfrom=head@school.example smtp.mailfrom=evil@evil.example",
        "spf=pass smtp.helo=school.example",
        "spf=pass smtp.mailfrom=school.example@evil.example",
        'spf=pass smtp.mailfrom="head@school.example"@evil.example',
        # Not a pass
        "dkim=fail header.d=school.example",
        "dkim=policy header.d=school.example",
        "spf=softfail smtp.mailfrom=school.example",
        "spf=neutral smtp.mailfrom=school.example",
        "dmarc=bestguesspass header.from=school.example",
        "dmarc=none header.from=school.example",
        # DMARC has failed: nothing else can mend that
        "dmarc=fail header.from=school.example; dkim=pass header.d=school.example",
        "dmarc=pass header.from=evil.example; dkim=pass header.d=school.example",
        # Words that are no verdict (lesson L5)
        "dkim=fail (dmarc=pass header.from=school.example)",
        "spf=fail (x; dmarc=pass header.from=school.example;) smtp.mailfrom=evil.example",
        "spf=fail (a (b) ; dmarc=pass header.from=school.example) smtp.mailfrom=evil.example",
        "spf=fail (\\) ; dmarc=pass header.from=school.example) smtp.mailfrom=evil.example",
        'spf=pass smtp.mailfrom="x; dmarc=pass header.from=school.example"@evil.example',
        'spf=pass smtp.mailfrom="x\\"; dmarc=pass header.from=school.example"@evil.example',
        'spf=fail reason="dmarc=pass header.from=school.example"',
        'spf=fail reason="x (" smtp.mailfrom="evil) ; dmarc=pass header.from=school.example"',
        "spf=fail smtp.helo=dmarc=pass",
        # Slipped in by a relay that does not quote: then there are two, and neither is believed
        "spf=pass smtp.mailfrom=x; dmarc=pass header.from=school.example; dmarc=fail header.from=school.example",
        "dmarc=pass header.from=school.example header.from=evil.example",
        "dkim=pass header.d=school.example header.d=evil.example",
        "spf=pass smtp.mailfrom=school.example; spf=fail smtp.mailfrom=evil.example",
        # Malformed
        "dmarc=pass",
        "dmarc pass header.from=school.example",
        "dmarc=pa(x)ss header.from=school.example",
        "x-dmarc=pass header.from=school.example",
        "dmarc=pass header.from=school.example)",
        'dmarc=pass header.from=school.example "',
        "dmarc=pass header.from=school.example\0",
        "dmarc=pass header.from=" + "a" * 20_000 + ".school.example",
        "(" * 9_000 + ")" * 9_000,
    ],
)
def test_results_that_do_not_prove_this_very_domain_are_not_believed(said: str) -> None:
    """Lessons L4 and L5."""
    assert not believed(f"mx.council.example; {said}")


@pytest.mark.parametrize(
    ("author", "signer"),
    [
        ("head@junior.derbyshire.sch.uk", "derbyshire.sch.uk"),
        ("head@derbyshire.sch.uk", "evil.derbyshire.sch.uk"),
        ("head@mail.school.example", "school.example"),
    ],
)
def test_a_parent_domain_proves_nothing_by_itself(author: str, signer: str) -> None:
    """Derbyshire.sch.uk is a public suffix: each domain below it is somebody else's."""
    assert not believed(f"mx.council.example; dkim=pass header.d={signer}", author)
    assert not believed(f"mx.council.example; spf=pass smtp.mailfrom={signer}", author)


def test_a_domain_below_another_is_proven_by_dmarc() -> None:
    assert believed(
        "mx.council.example; dkim=pass header.d=school.example; dmarc=pass header.from=mail.school.example",
        "a@mail.school.example",
    )


# A mailbox that mail is fetched from

PROVING = Configured(authenticate=True)
KEYS = Zone({f"{signing.SELECTOR}._domainkey.{signing.DOMAIN}": [{"TXT": signing.record(signing.rsa()).decode()}]})


def signed_mail(results: str | None = None) -> bytes:
    top = f"Authentication-Results: {results}\r\n".encode() if results else b""
    return top + signing.sign(signing.MAIL)


async def fetched(mail: bytes, trust: Trust = PROVING) -> Examination:
    return await examine(Head.parse(mail), Origin(MAILBOX), trust, KEYS, signing.fed(mail))


async def test_what_the_mailboxes_server_found_is_believed_as_a_relays_is() -> None:
    mail = signed_mail(f"mx.council.example; dmarc=pass header.from={signing.DOMAIN}")
    found = await fetched(mail, TRUST)
    assert isinstance(found.verdict, Proven)
    assert found.verdict.why == f"dmarc=pass for {signing.DOMAIN}"


async def test_where_it_found_nothing_a_signature_proves_what_was_fetched() -> None:
    found = await fetched(signed_mail())
    assert isinstance(found.verdict, Proven)
    assert found.verdict.why == f"dkim=pass for {signing.DOMAIN}"
    assert "SPF" not in [step.check for step in found.steps]


async def test_what_was_fetched_and_is_not_proven_is_never_refused() -> None:
    found = await fetched(signed_mail().replace(b"\tJo", b"\tJoe"))
    assert isinstance(found.verdict, Unproven)
    assert found.verdict.relayed


async def test_each_step_is_told_in_order() -> None:
    mail = signed_mail()
    found = await examine(
        Head.parse(mail), Origin(STRANGER, "mx.x.example", "a@x.example"), PROVING,
        KEYS, signing.fed(mail),
    )  # fmt: skip
    assert [(step.check, step.result) for step in found.steps] == [
        ("peer", "anybody"), ("From", "pass"), ("SPF", "none"), ("DKIM", "pass"), ("alignment", "pass"),
        ("verdict", "proven"),
    ]  # fmt: skip
