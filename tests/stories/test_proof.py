"""Mail straight from the Internet: who proves to have sent it is answered, and nobody else (docs/mail.md, «Who sent it»)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import policy
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import delete

from bot.ledger import history
from bot.ledger.tables import InboxItem
from bot.rules.lifecycle import Act
from handlers.mail.trust import proving
from tests.bounces import QMAIL, worded
from tests.channels import signing
from tests.channels.test_arc import GATEWAY, OUTLOOK, sealed_by_peer
from tests.dns_peer import DnsPeer
from tests.office import HandWoundClock, TestOffice
from tests.people import JO, PLAN
from tests.proving import HERE, NOWHERE, SCHOOL, TRUST, facing_the_internet, refusal


@pytest.fixture
async def facing(tmp_path: Path) -> AsyncIterator[tuple[TestOffice, DnsPeer]]:
    async with facing_the_internet(tmp_path) as both:
        yield both


Facing = tuple[TestOffice, DnsPeer]


def octets(post: TestOffice, sender: str = JO, **headers: str) -> bytes:
    return post.compose(sender, attach=PLAN, headers=headers).as_bytes(policy=policy.SMTP)


async def test_a_host_that_may_send_for_the_school_proves_its_mail(facing: Facing) -> None:
    post, dns = facing
    dns.txt(SCHOOL, "something-else=1", HERE)
    await post.email(JO, attach=PLAN)
    assert post.expect(JO, "receipt")
    assert post.waiting()[0].arrival["believed"] == f"spf=pass for {SCHOOL}"


async def test_a_host_that_may_not_is_refused_and_told_what_was_missing(facing: Facing) -> None:
    post, dns = facing
    dns.txt(SCHOOL, NOWHERE)
    said = await refusal(post, octets(post), JO)
    assert said.startswith("550 5.7.1")
    assert "SPF says fail for leysjunior.example" in said
    assert "no DKIM signature" in said
    assert "01632 960100" in said


async def test_where_the_name_server_fails_the_sender_is_asked_to_come_again(facing: Facing) -> None:
    post, dns = facing
    dns.fail(SCHOOL)
    assert (await refusal(post, octets(post), JO)).startswith("451 4.7.0")
    dns.forget(SCHOOL)
    dns.txt(SCHOOL, HERE)
    await post.email(JO, attach=PLAN)
    assert post.expect(JO, "receipt")


async def test_another_domains_host_proves_nothing(facing: Facing) -> None:
    """Lesson L4."""
    post, dns = facing
    dns.txt("evil.example", HERE)
    dns.txt(SCHOOL, NOWHERE)
    assert (await refusal(post, octets(post), "x@evil.example")).startswith("550 5.7.1")


async def test_results_that_a_direct_peer_brings_never_count(facing: Facing) -> None:
    post, dns = facing  # lesson L2
    dns.txt(SCHOOL, NOWHERE)
    forged = {"Authentication-Results": f"mx.derbyshire.example; dmarc=pass header.from={SCHOOL}"}
    assert (await refusal(post, octets(post, JO, **forged), JO)).startswith("550 5.7.1")


def signed(post: TestOffice, dns: DnsPeer, domain: str, sender: str = JO, **headers: str) -> bytes:
    """A mail that this domain has signed, with a key that it publishes."""
    publish(dns, domain)
    return signing.sign(octets(post, sender, **{"Date": format_datetime(post.clock.now()), **headers}), d=domain)


def publish(dns: DnsPeer, domain: str) -> None:
    dns.txt(f"{signing.SELECTOR}._domainkey.{domain}", signing.record(signing.rsa()).decode())


async def test_a_signature_of_the_school_proves_its_mail_by_whatever_way_it_comes(facing: Facing) -> None:
    post, dns = facing
    dns.txt(SCHOOL, NOWHERE)
    await post.post(signed(post, dns, SCHOOL), "bounces@forwarder.example")
    assert post.expect(JO, "receipt")
    assert post.waiting()[0].arrival["believed"] == f"dkim=pass for {SCHOOL}"


async def test_what_was_altered_on_the_way_is_not_what_was_signed(facing: Facing) -> None:
    post, dns = facing
    dns.txt(SCHOOL, NOWHERE)
    said = await refusal(post, signed(post, dns, SCHOOL).replace(b"Message-ID: <1@", b"Message-ID: <2@"), JO)
    assert said.startswith("550 5.7.1")
    assert "DKIM fail for leysjunior.example" in said


async def test_strangers_signatures_prove_nothing(facing: Facing) -> None:
    """Lesson L4."""
    post, dns = facing
    said = await refusal(post, signed(post, dns, "evil.example"), "x@evil.example")
    assert said.startswith("550 5.7.1")


@pytest.mark.parametrize("record", ["v=DMARC1; p=none", "v=DMARC1; p=reject; aspf=s; rua=mailto:x@y.example"])
async def test_a_signature_of_the_same_organisation_counts_where_dmarc_says_so(facing: Facing, record: str) -> None:
    post, dns = facing
    dns.txt(f"_dmarc.{SCHOOL}", record)
    await post.post(signed(post, dns, f"mail.{SCHOOL}"), "bounces@forwarder.example")
    assert post.expect(JO, "receipt")
    assert post.waiting()[0].arrival["believed"] == f"dmarc=pass for {SCHOOL} by dkim of mail.{SCHOOL}"


@pytest.mark.parametrize("records", [[], ["v=DMARC1; p=none; adkim=s"], ["v=DMARC1; p=none", "v=DMARC1; p=reject"]])
async def test_and_nowhere_else(facing: Facing, records: list[str]) -> None:
    post, dns = facing
    if records:
        dns.txt(f"_dmarc.{SCHOOL}", *records)
    assert (await refusal(post, signed(post, dns, f"mail.{SCHOOL}"), JO)).startswith("550 5.7.1")


async def test_a_host_of_the_same_organisation_counts_where_dmarc_says_so(facing: Facing) -> None:
    post, dns = facing
    dns.txt(f"bounces.{SCHOOL}", HERE)
    dns.txt(f"_dmarc.{SCHOOL}", "v=DMARC1; p=none")
    await post.post(octets(post), f"x@bounces.{SCHOOL}")
    assert post.expect(JO, "receipt")


async def test_and_a_host_not_where_dmarc_is_strict(facing: Facing) -> None:
    post, dns = facing
    dns.txt(f"bounces.{SCHOOL}", HERE)
    dns.txt(f"_dmarc.{SCHOOL}", "v=DMARC1; p=none; aspf=s")
    assert (await refusal(post, octets(post), f"x@bounces.{SCHOOL}")).startswith("550 5.7.1")


async def test_a_domain_that_lets_everybody_send_proves_nothing(facing: Facing) -> None:
    post, dns = facing
    dns.txt(SCHOOL, "v=spf1 +all")
    said = await refusal(post, octets(post), JO)
    assert said.startswith("550 5.7.1")
    assert "SPF says pass for leysjunior.example, which lets everybody send" in said


# What cannot be looked up


async def test_a_key_that_cannot_be_looked_up_is_waited_for(facing: Facing) -> None:
    post, dns = facing
    mail = signed(post, dns, SCHOOL)
    dns.fail(f"{signing.SELECTOR}._domainkey.{SCHOOL}")
    assert (await refusal(post, mail, "x@forwarder.example")).startswith("451 4.7.0")
    dns.txt(SCHOOL, HERE)
    await post.post(mail, JO)  # by now another way is open
    assert post.expect(JO, "receipt")


async def test_what_could_prove_nothing_is_not_waited_for(facing: Facing) -> None:
    post, dns = facing
    dns.fail("forwarder.example")
    mail = signed(post, dns, "forwarder.example")
    dns.fail(f"{signing.SELECTOR}._domainkey.forwarder.example")
    assert (await refusal(post, mail, "x@forwarder.example")).startswith("550 5.7.1")


async def test_a_policy_that_cannot_be_looked_up_is_waited_for(facing: Facing) -> None:
    post, dns = facing
    dns.fail(f"_dmarc.{SCHOOL}")
    assert (await refusal(post, signed(post, dns, f"mail.{SCHOOL}"), JO)).startswith("451 4.7.0")


async def test_and_not_where_nothing_is_of_the_schools_organisation(facing: Facing) -> None:
    post, dns = facing
    dns.fail(f"_dmarc.{SCHOOL}")
    mail = signed(post, dns, "forwarder.example")
    assert (await refusal(post, mail, "x@forwarder.example")).startswith("550 5.7.1")


async def test_no_sender_waits_for_a_name_server_without_end(facing: Facing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "SECONDS_MAX", 0.2)
    post, dns = facing
    dns.say_nothing(SCHOOL)
    async with asyncio.timeout(5):
        assert (await refusal(post, octets(post), JO)).startswith("451 4.7.0")


# Mail that others handed on, sealed (ARC)

SEALED = {f"{TRUST}ARC_SEALERS": f'["{GATEWAY}"]'}


@asynccontextmanager
async def with_sealers(tmp_path: Path) -> AsyncIterator[Facing]:
    """An office that believes one sealer, at the time at which the tests' peer seals."""
    async with facing_the_internet(tmp_path, SEALED, HandWoundClock(signing.NOW)) as (post, dns):
        for sealer in (GATEWAY, OUTLOOK):
            dns.txt(f"arc._domainkey.{sealer}", signing.record(signing.rsa()).decode())
        yield post, dns


async def test_a_sealer_that_we_trust_is_believed_of_what_it_found(tmp_path: Path) -> None:
    async with with_sealers(tmp_path) as (post, _):
        await post.post(sealed_by_peer(octets(post), GATEWAY, "none"), "list@gateway.example")
        assert post.expect(JO, "receipt")
        believed = f"arc=pass by {GATEWAY}, which found dmarc=pass for {SCHOOL}"
        assert post.waiting()[0].arrival["believed"] == believed


@pytest.mark.parametrize(
    ("sealer", "results"),
    [
        (OUTLOOK, f"dmarc=pass header.from={SCHOOL}"),
        (GATEWAY, f"dmarc=fail header.from={SCHOOL}"),
        (GATEWAY, "dmarc=pass header.from=evil.example"),
        (GATEWAY, "spf=pass smtp.mailfrom=evil.example"),
    ],
)
async def test_no_other_sealer_is_and_nothing_else(tmp_path: Path, sealer: str, results: str) -> None:
    async with with_sealers(tmp_path) as (post, _):
        mail = sealed_by_peer(octets(post), sealer, "none", results)
        assert (await refusal(post, mail, "list@gateway.example")).startswith("550 5.7.1")


async def test_the_key_of_a_seal_that_cannot_be_looked_up_is_waited_for(tmp_path: Path) -> None:
    async with with_sealers(tmp_path) as (post, dns):
        dns.fail(f"arc._domainkey.{GATEWAY}")
        mail = sealed_by_peer(octets(post), GATEWAY, "none")
        assert (await refusal(post, mail, "list@gateway.example")).startswith("451 4.7.0")


# The record


async def test_why_a_sender_was_believed_stays_with_the_file(facing: Facing) -> None:
    post, dns = facing
    await post.post(signed(post, dns, SCHOOL), "bounces@forwarder.example")
    (file,) = post.files()
    post.rooms.ledger.write_now(lambda tx: tx.execute(delete(InboxItem)))
    first = post.rooms.ledger.read_now(lambda tx: history.of(tx, file)[0])
    assert (first.act, first.why) == (Act.SENT, f"dkim=pass for {SCHOOL}")
    assert not post.rooms.ledger.read_now(lambda tx: list(history.faults(tx)))


async def test_and_is_not_what_its_school_is_shown(facing: Facing) -> None:
    post, dns = facing
    dns.txt(SCHOOL, HERE)
    await post.email(JO, attach=PLAN)
    await post.email(JO, subject=f"history {post.files()[0].reference}")
    answer = post.expect(JO, "history")
    assert "Jo Sands" in answer.text
    assert "spf" not in answer.text


async def test_a_report_on_a_notice_comes_in_though_its_proof_cannot_be_looked_up(facing: Facing) -> None:
    """Lesson L21."""
    post, dns = facing
    await post.post(signed(post, dns, SCHOOL), "bounces@forwarder.example")
    to = post.expect(JO, "receipt").envelope_from
    reporter = f"mail.{SCHOOL}"
    dns.fail(f"{signing.SELECTOR}._domainkey.{reporter}")
    report = signing.sign(worded(QMAIL, JO), d=reporter)
    await post.post(report, "", to)
    assert len(post.waiting()) == 2


async def test_who_has_had_a_mail_of_the_schools_makes_nothing_else_of_it(facing: Facing) -> None:
    """Google signs no Content-Type (decision 12)."""
    post, dns = facing
    dns.txt(SCHOOL, NOWHERE)
    publish(dns, SCHOOL)
    quoted = f'--evil\r\nContent-Type: application/pdf; name="{PLAN}"\r\n\r\nforged\r\n--evil--\r\n'
    dated = {"Date": format_datetime(post.clock.now())}
    answer = post.compose(JO, text=f"Dear Eve,\r\n\r\n{quoted}", headers=dated).as_bytes(policy=policy.SMTP)
    kept = signing.sign(answer, h="to:subject:message-id:date:from:mime-version:from:to:cc:subject")
    kind = next(line for line in answer.splitlines(keepends=True) if line.startswith(b"Content-Type"))
    forged = kept.replace(kind, b"Content-Type: multipart/mixed; boundary=evil\r\n", 1)
    assert "does not cover the Content-Type line" in await refusal(post, forged, "eve@evil.example")


async def test_who_has_kept_a_mail_of_the_schools_does_not_send_it_again_later(facing: Facing) -> None:
    """Decision 12."""
    post, dns = facing
    dns.txt(SCHOOL, NOWHERE)
    kept = signed(post, dns, SCHOOL)
    post.clock.advance(days=8)
    assert "more than 7 days ago" in await refusal(post, kept, "eve@evil.example")
