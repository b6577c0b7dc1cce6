"""Eight years on the hand-wound clock: everybody of the first week leaves, and in the end nothing of them is anywhere.

docs/privacy.md and docs/operations.md («Retention») say what goes when: this is what holds them to it.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import quarantine, subject_access, verifying
from bot.ledger.tables import Contents, InboxState, Table
from bot.quarantine import Decider, Wish
from bot.retention import by_word
from bot.roster import imports
from bot.roster.imports import Row
from handlers.cli.files.finding import asking, file_of
from tests.bounces import UNKNOWN, bounce_of
from tests.office import TestOffice
from tests.slack_office import SlackOffice, open_slack_office
from tests.visitor import links_in, visitor

ZEB = "zebedee.quince@leysjunior.example"
HEAD = "ottilie.marsh@leysjunior.example"
BARNABY = "barnaby.finch@derbyshire.example"
WILLA = "wilhelmina.strand@derbyshire.example"
STRANGER = "kasimir.stranger@elsewhere.example"
PEOPLE = (
    (ZEB, "Zebedee Quince", "sender", "8302000", ""),
    (HEAD, "Ottilie Marsh", "headteacher", "8302000", ""),
    (BARNABY, "Barnaby Finch", "officer", "", "SEN;FIN"),
    (WILLA, "Wilhelmina Strand", "administrator", "*", "*"),
)
PERSONAL = re.compile(
    rb"zebedee|quince|ottilie|marsh|barnaby|finch|wilhelmina|strand|kasimir|"
    rb"quillwort|subjectword|commentword|reasonword|releaseword|discardword|destroyword",
    re.IGNORECASE,
)
"""Names, addresses, names of files, subjects, comments and reasons of the first week."""
PROOF = re.compile(r"https?://\S+/prove/[a-z0-9]+")
MACHINE = {"Auto-Submitted": "auto-generated"}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    async with open_slack_office(tmp_path, link="proof") as opened:
        opened.people = {**opened.people, "zeb": opened.slack.world.user("zeb.quince", ZEB)}
        yield opened


async def test_after_its_years_nothing_of_anybody_who_has_left_is_anywhere(office: SlackOffice) -> None:
    post = office.post
    await a_week_of_everything(office)
    assert {"files", "history", "inbox", "decisions", "outbox", "people", "proofs", "unreachable"} <= set(holding(post))
    assert {*about(post, ZEB), *about(post, BARNABY), *about(post, WILLA)} == set(get_args(subject_access.Where))
    assert {"message", "notice"} == about(post, STRANGER)
    for email, *_ in PEOPLE:
        await post.leave(email)
    await days(post, 120)
    assert {file.contents for file in post.files()} == {Contents.DESTROYED}
    assert vault_names(post) == []

    await days(post, 360)  # letters_days after the last that was said of what lay in quarantine
    assert set(holding(post)) == {"files", "history", "destroy_orders", "people", "identities"}
    assert verifying.faults(post.rooms.ledger, post.rooms.vault, post.rooms.signing_keys) == []

    await days(post, 365 * 8)  # past the academic year in which the seven years of the record end
    assert holding(post) == {}
    assert post.files() == []
    assert [about(post, email) for email, *_ in PEOPLE] == [set()] * len(PEOPLE)
    assert verifying.faults(post.rooms.ledger, post.rooms.vault, post.rooms.signing_keys) == []
    assert in_the_clear(post) == []


async def a_week_of_everything(office: SlackOffice) -> None:
    """Something of every kind that leaves personal data behind."""
    post = office.post
    for person in PEOPLE:
        await appoint(post, person)
    await forgotten(post)
    await decided_by_link(post)
    await decided_by_mail(post)
    await held(post)
    await quarantined(post)
    await practised_and_unknown(post)
    await returned(post)
    await chatted(office)


async def appoint(post: TestOffice, person: tuple[str, ...]) -> None:
    columns = ("email", "name", "role", "schools", "services", "other_emails")
    cells = dict(zip(columns, (*person, ""), strict=True))
    row, settings, now = Row(None, cells), post.rooms.settings, post.clock.now()
    await post.rooms.ledger.write(lambda tx: imports.add_person(tx, row, settings, now))


async def send(post: TestOffice, rest: str, service: str = "SEN") -> str:
    """A return with a comment; its reference."""
    name = f"8302000_{service}quillwort{rest}20260901.docx"
    await post.email(
        f"Zebedee Quince <{ZEB}>", subject="Subjectword", text="Commentword.", attach=name, envelope_from=ZEB
    )
    return post.files()[-1].reference


async def decided_by_link(post: TestOffice) -> None:
    await send(post, "link")
    async with visitor(post) as barnaby:
        await barnaby.open(links_in(post.expect(BARNABY, "new-files"))[0])
        await barnaby.press("receive")
        await barnaby.download()


async def decided_by_mail(post: TestOffice) -> None:
    await post.email(BARNABY, text=f"reject {await send(post, 'rejected')} Reasonword, the wrong child")
    await post.email(ZEB, text=f"recall {await send(post, 'recalled')}")
    frozen = await send(post, "frozen")
    await post.email(ZEB, text=f"freeze {frozen}")
    await post.email(HEAD, text=f"release {frozen}")
    await post.email(BARNABY, text=f"move {frozen} FIN")
    await post.email(BARNABY, text=f"receive {frozen}")
    await post.email(HEAD, text=f"history {frozen}")


async def forgotten(post: TestOffice) -> None:
    """Nobody receives it; once it is overdue an administrator has it destroyed."""
    reference, rooms = await send(post, "forgotten"), post.rooms
    for _ in range(4):
        await days(post, 30)

    def order(tx: Session) -> None:
        by_word.destroy(tx, [file_of(tx, reference)], "Destroyword", asking(tx, WILLA, rooms))

    await rooms.ledger.write(order)
    await post.settle()


async def held(post: TestOffice) -> None:
    await post.email(ZEB, attach="8302000 SENquillwortheld20260901.docx")


async def quarantined(post: TestOffice) -> None:
    """One is released, one discarded, and about one nobody decides."""
    wishes = (Wish(0, "release", sender=ZEB), Wish(0, "discard", reason="Discardword"), None)
    for number, wish in enumerate(wishes):
        await post.email(
            ZEB, subject="Subjectword", attach=f"8302000_SENquillwortscan{number}x20260901.pdf", headers=MACHINE
        )
        (item,) = [one for one in post.waiting() if one.state is InboxState.QUARANTINED]
        if wish:
            await decide(post, Wish(item.id, wish.act, sender=wish.sender, reason=wish.reason))
    await post.email(BARNABY, text=f"receive {post.files()[-1].reference}")


async def decide(post: TestOffice, wish: Wish) -> None:
    rooms = post.rooms

    def settle(tx: Session) -> str:
        asked = asking(tx, WILLA, rooms)
        return quarantine.decide(tx, wish, Decider("email", asked.person), asked).verdict

    assert await rooms.ledger.write(settle) == "done"
    await post.settle()


async def practised_and_unknown(post: TestOffice) -> None:
    await post.email(
        ZEB, subject="Subjectword", attach="8302000_SENquillwort20260901.docx", to="returns-try@derbyshire.example"
    )
    await post.email(STRANGER, subject="Subjectword", text="Who are you?")


async def returned(post: TestOffice) -> None:
    """A receipt cannot be delivered."""
    receipt = post.expect(ZEB, "receipt")
    await post.post(bounce_of(receipt, UNKNOWN), "", receipt.envelope_from)


async def chatted(office: SlackOffice) -> None:
    """An account is proven, a file posted and discussed, a home opened; by a stranger, too."""
    post, zeb = office.post, office.people["zeb"]
    await office.send("zeb", text="status")
    (link,) = PROOF.findall(post.expect(ZEB, "prove-identity").text)
    async with visitor(post) as browser:
        await browser.open(link)
        await browser.press("prove")
    await office.settle()
    await office.send("zeb", "8302000_SENquillwortchat20260901.docx", text="Commentword")
    assert (await office.slack.open_home(zeb)).ok
    stranger = office.slack.world.user("kasimir", STRANGER)
    assert (await office.slack.open_home(stranger)).ok
    await office.settle()
    await post.email(BARNABY, text=f"receive {post.files()[-1].reference}")


async def days(post: TestOffice, count: int) -> None:
    """The service is on every few weeks."""
    for _ in range(0, count, 30):
        post.clock.advance(days=30)
        await post.settle()
        post.clock.advance(hours=1)
        await post.settle()


def holding(post: TestOffice) -> dict[str, list[str]]:
    """The tables in which anything personal of the first week stands, and where."""
    found = dict[str, list[str]]()
    for table in Table.metadata.sorted_tables:
        for row in post.rooms.ledger.read_now(lambda tx, table=table: tx.execute(select(table)).mappings().all()):  # type: ignore[misc]
            told = [name for name, value in row.items() if PERSONAL.search(repr(value).encode())]
            if told:
                found.setdefault(table.name, []).append(f"{told} of {dict(row)}")
    return found


def about(post: TestOffice, email: str) -> set[str]:
    """Where a subject access request finds something about the person of this address."""
    return {one.where for one in post.rooms.ledger.read_now(lambda tx: subject_access.held(tx, email))}


def vault_names(post: TestOffice) -> list[str]:
    return sorted(post.rooms.vault.object_ids())


def in_the_clear(post: TestOffice) -> list[str]:
    """Where any of it can still be read on the disk, whatever the record says."""
    return [
        f"{path}: {PERSONAL.findall(octets)[:3]}"
        for path in sorted(post.directory.rglob("*"))
        if path.is_file() and "config" not in path.parts
        for octets in [path.read_bytes(), path.name.encode()]
        if PERSONAL.search(octets)
    ]
