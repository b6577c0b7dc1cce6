"""`postroom people show` and `unlink`: by what a person is known, and taking an account of a chat away from them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import proofs, roster, subject_access
from bot.arrival import MAIL, SLACK
from bot.ledger.tables import Identity, Person, Proof
from bot.rules import address
from handlers.cli import show
from handlers.cli.opening import rooms
from handlers.cli.show import Json, Line, Problem

HELD_COLUMNS = ("where", "at", "what", "about", "words")
COLUMNS = ("channel", "identity", "name", "workspace", "proven_at")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="Any of the person's addresses.")]


class HeldLine(Line, subject_access.Held):
    """One thing that is on record about a person."""


class IdentityLine(Line):
    """One way by which a person is known."""

    channel: str
    identity: str
    """A mailbox; in Slack the ids of the workspace and of the user."""
    name: str
    """What the account was called when it was proven; empty where no proof was asked for."""
    workspace: str
    proven_at: datetime | None


def show_identities(ctx: typer.Context, *, email: Email, as_json: Json = False) -> None:
    """Show the mailboxes and accounts of a person: whatever comes from one of them counts as theirs."""
    with rooms(ctx) as opened:
        lines = opened.ledger.read_now(lambda tx: _lines(tx, _person(tx, email)))
        show.report(lines, COLUMNS, as_json=as_json, zone=opened.settings.timezone)


def show_held(ctx: typer.Context, *, email: Email, as_json: Json = False) -> None:
    """Show all that is on record about a person, for a subject access request; also about leavers and strangers.

    What others wrote about them in words of their own is found by postroom files list --search.
    """
    if (named := address.normal(email)) is None:
        raise Problem(f"“{email}” is not an email address.")
    with rooms(ctx) as opened:
        found = opened.ledger.read_now(lambda tx: subject_access.held(tx, named))
        lines = [HeldLine(**one.model_dump()) for one in found]
        show.report(lines, HELD_COLUMNS, as_json=as_json, zone=opened.settings.timezone)


def unlink(
    ctx: typer.Context,
    *,
    email: Email,
    account: Annotated[
        str, typer.Option("--slack", metavar="WORKSPACE/USER", help="Only this one, as postroom people show prints it.")
    ] = "",
) -> None:
    """Unlink a person's Slack accounts: from now on these are strangers, until they are proven again.

    Where link = "email" (the table slack of channels.toml), an account whose confirmed address is on the roster is theirs again
    when it next writes.
    """
    with rooms(ctx) as opened:
        now = opened.clock.now()
        taken = opened.ledger.write_now(lambda tx: _unlinked(tx, _person(tx, email), account, now))
    if not taken:
        raise Problem(f"{email} has no such Slack account. See: postroom people show {email}")
    for one in taken:
        show.say(f"{one} no longer belongs to {email}.")


def _person(tx: Session, email: str) -> Person:
    """Whose this mailbox is; a leaver's accounts stay theirs, too, until they are taken away."""
    known = select(Person).join(Identity).where(Identity.channel == MAIL, Identity.value == address.normal(email))
    if (person := tx.scalar(known)) is None:
        raise Problem(f"Nobody on the roster has the address {email}. See: postroom people list")
    return person


def _lines(tx: Session, person: Person) -> list[IdentityLine]:
    identities = sorted(person.identities, key=lambda one: (one.channel, one.value))
    return [_line(one, _proof(tx, person, one)) for one in identities]


def _line(one: Identity, proof: Proof | None) -> IdentityLine:
    return IdentityLine(
        channel=one.channel, identity=one.value, name=proof.name if proof else "",
        workspace=proof.workspace if proof else "", proven_at=proof.used_at if proof else None,
    )  # fmt: skip


def _proof(tx: Session, person: Person, one: Identity) -> Proof | None:
    """The proof by which it became theirs."""
    theirs = select(Proof).where(Proof.person_id == person.id, Proof.used_at.is_not(None))
    same = theirs.where(Proof.channel == one.channel, Proof.identity == one.value)
    return tx.scalar(same.order_by(Proof.used_at.desc()).limit(1))


def _unlinked(tx: Session, person: Person, account: str, now: datetime) -> Sequence[str]:
    """The accounts taken away. Links that were mailed before open nothing any more."""
    theirs = sorted(one.value for one in person.identities if one.channel == SLACK)
    taken = [one for one in theirs if not account or one == account]
    for one in taken:
        roster.unlink(tx, person, SLACK, one)
    proofs.void(tx, person, now)
    return taken
