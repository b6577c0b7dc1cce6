"""`postroom doctor`: what is wrong on this machine, and what to do."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import space
from bot.arrival import Arrival
from bot.clock import Clock
from bot.ledger import files, upkeep
from bot.ledger.tables import InboxItem
from bot.ledger.upkeep import Chore
from bot.vault import MasterKey
from tests.channels.conftest import new_certificate
from tests.cli.conftest import ALEX, JO, NOON, CommandLine
from tests.dns_peer import name_server
from tests.office import free_port

pytestmark = pytest.mark.usefixtures("not_served")


def examined(office: CommandLine, *, status: int = 0) -> dict[str, Any]:
    """What the doctor found, by what was looked at."""
    found = office.json("doctor", status=status)
    assert all(list(one) == ["check", "ok", "detail", "remedy"] for one in found)
    assert all(one["ok"] or one["remedy"] for one in found)
    assert status == int(not all(one["ok"] for one in found))
    return {one["check"]: one for one in found}


def test_a_sound_office_has_no_fault(office: CommandLine) -> None:
    office.take_in()
    assert set(examined(office)) == {
        "configuration",
        "user",
        "secret files",
        "data folders",
        "time",
        "parts",
        "database",
        "destruction",
        "master key",
        "vault",
        "free space",
        "key mirror",
        "backup",
        "people",
        "services",
        "mailboxes",
        "senders",
        "mail out",
        "practice",
        "sub-addresses",
        "domain: mail servers",
        "service",
        "web address",
    }
    with office.rooms() as rooms:
        assert list(rooms.vault.object_ids()) == ["f1-1"]


def test_it_is_told_with_ticks_and_crosses_and_each_fault_with_its_remedy(office: CommandLine) -> None:
    assert office.run("doctor").stdout.startswith("✓ configuration: ")
    office.settings.keys.master_key_file.chmod(0o644)
    shown = office.run("doctor", status=1).stdout
    assert "\n✗ master key: " in shown
    assert "Run: chmod 600 " in shown
    assert "\n    Type that command. If somebody may have copied the key" in shown
    office.settings.keys.master_key_file.unlink()
    assert "\n    Put the right master key back." in office.run("doctor", status=1).stdout


def test_an_office_that_was_never_started_has_no_fault(office: CommandLine) -> None:
    shutil.rmtree(office.settings.vault.folder)
    assert "will be made" in examined(office)["vault"]["detail"]
    assert not office.settings.vault.folder.exists()


def test_a_mistake_in_the_configuration_is_named(office: CommandLine) -> None:
    (office.config / "more.toml").write_text("[web]\nlink_days = 0\n")
    found = examined(office, status=1)
    assert list(found) == ["configuration"]
    assert "web.link_days" in found["configuration"]["detail"]


def test_where_there_is_no_configuration_it_is_said_how_to_begin(office: CommandLine, tmp_path: Path) -> None:
    (found,) = office.json("doctor", status=1, config=tmp_path / "nowhere")
    assert "postroom init" in found["remedy"]


def test_what_this_version_does_not_have_is_named(office: CommandLine) -> None:
    (office.config / "more.toml").write_text('[scanner]\nclamd = "unix:/run/clamd"\n')
    assert "[scanner] clamd" in examined(office, status=1)["parts"]["detail"]


def test_a_disk_with_too_little_room_for_mail_is_named(office: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "free_bytes", lambda _: 0)
    assert "0 MB are free" in examined(office, status=1)["free space"]["detail"]


@pytest.mark.parametrize(
    ("days", "status", "said"),
    [(-1, 1, "ended on"), (5, 1, "ends on"), (60, 0, "is good until"), (None, 1, "cannot be used")],
)
def test_the_certificate_for_mail_is_looked_at(
    office: CommandLine, tmp_path: Path, days: int | None, status: int, said: str
) -> None:
    pem = tmp_path / "smtp.pem"
    pem.write_bytes(b"-" if days is None else new_certificate(datetime.now(UTC) + timedelta(days)))
    smtp = f'[email.smtp]\ntls_certificate = "{pem}"\ntls_key = "{pem}"\n'
    (office.config / "more.toml").write_text(smtp)
    assert said in examined(office, status=status)["certificate for mail"]["detail"]


def test_a_missing_database_is_made_by_migrating(office: CommandLine) -> None:
    for file in office.config.parent.glob("var/ledger.db*"):
        file.unlink()
    assert "postroom migrate" in examined(office, status=1)["database"]["remedy"]


def test_a_database_that_is_none_is_no_traceback(office: CommandLine) -> None:
    for file in office.config.parent.glob("var/ledger.db*"):
        file.unlink()
    (office.config.parent / "var" / "ledger.db").write_text("something else " * 100)
    assert "not a database" in examined(office, status=1)["database"]["detail"]


@pytest.mark.parametrize("text", ["", "ab"])
def test_a_master_key_that_is_none_is_said_to_be_so(office: CommandLine, text: str) -> None:
    office.settings.keys.master_key_file.write_text(text)
    found = examined(office, status=1)
    assert "64 hexadecimal digits" in found["master key"]["detail"]
    assert "vault" not in found


def test_a_master_key_that_is_not_the_one_is_said_to_be_so(office: CommandLine) -> None:
    office.take_in()
    office.settings.keys.master_key_file.unlink()
    MasterKey.generate(office.settings.keys.master_key_file)
    assert "its keys were made with master key" in examined(office, status=1)["vault"]["detail"]


def test_a_vault_that_cannot_be_written_is_said_to_be_so(office: CommandLine) -> None:
    office.take_in()
    folder = office.settings.vault.folder
    for inside in folder.iterdir():
        for file in inside.iterdir():
            file.unlink()
        inside.rmdir()
        inside.write_text("no folder")
    found = examined(office, status=1)["vault"]
    assert str(folder) in found["detail"]
    assert "right to write" in found["remedy"]


async def test_name_servers_are_asked_where_senders_are_proven_by_them(office: CommandLine) -> None:
    more = office.config / "more.toml"
    async with name_server() as dns:
        more.write_text(f"[email.trust]\nauthenticate = true\n[dns]\nnameservers = {dns.nameservers}\n")
        assert (await asyncio.to_thread(examined, office))["name servers"]["ok"]
        dns.fail("derbyshire.example")
        found = await asyncio.to_thread(examined, office, status=1)
        assert "UDP and TCP" in found["name servers"]["remedy"]


def test_mailboxes_that_mail_comes_back_from_are_named(office: CommandLine) -> None:
    office.mark(JO, "there is no such mailbox")
    found = examined(office, status=1)["mailboxes"]
    assert f"{JO} (2 times since 1 September 2026: there is no such mailbox)" in found["detail"]
    assert "Telephone" in found["remedy"]


def test_of_many_mailboxes_some_are_named(office: CommandLine) -> None:
    everybody = sorted({line["email"] for line in office.json("people", "list")})
    for address in everybody[:14]:
        office.mark(address, "no")
    assert "and 4 more" in examined(office, status=1)["mailboxes"]["detail"]


def test_a_leavers_mailbox_is_nobodys_concern(office: CommandLine) -> None:
    office.mark(JO, "no")
    office.run("people", "remove", JO)
    assert examined(office)["mailboxes"]["ok"]


@pytest.mark.parametrize(("hours", "status"), [(47, 0), (49, 1)])
def test_a_backup_that_is_older_than_two_days_is_named(office: CommandLine, hours: int, status: int) -> None:
    assert "None has been taken yet" in examined(office)["backup"]["detail"]
    taken = Clock().now() - timedelta(hours=hours)
    office.write(lambda tx: upkeep.note(tx, Chore.BACKED_UP, taken))
    found = examined(office, status=status)["backup"]
    assert f"{taken.astimezone(office.settings.timezone):%H:%M on}" in found["detail"]
    assert ("postroom backup" in found["remedy"]) == bool(status)
    assert found["ok"] == (not found["remedy"])


def test_what_it_means_to_have_no_mirror_of_the_keys_is_said(office: CommandLine) -> None:
    found = examined(office)["key mirror"]
    assert "no stored file can ever be read again" in found["detail"]
    assert "storage.toml, then run: postroom keys mirror" in found["remedy"]


def test_what_is_not_there_has_no_tick_and_is_no_fault(office: CommandLine) -> None:
    shown = office.run("doctor").stdout
    assert "\n• key mirror: There is none." in shown
    assert "\n    Name a file on another disk as mirror in [keys] of storage.toml" in shown
    assert "\n• backup: None has been taken yet." in shown


def test_a_way_out_that_is_shut_is_named(office: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("POSTROOM__EMAIL__OUTGOING__PORT", str(port))
    found = examined(office, status=1)["mail out"]
    assert f"127.0.0.1:{port} cannot be used" in found["detail"]
    assert "[email.outgoing]" in found["remedy"]


def test_an_authority_without_an_administrator_is_told_that_nobody_hears_of_troubles(office: CommandLine) -> None:
    office.run("people", "remove", ALEX)
    found = examined(office, status=1)["people"]
    assert "nobody hears" in found["detail"]
    assert "--role administrator" in found["remedy"]


def test_a_practice_address_of_another_domain_is_named_until_mail_to_it_has_come(office: CommandLine) -> None:
    assert "no mail to it has come yet" in examined(office)["practice"]["detail"]
    channels = office.config / "channels.toml"
    channels.write_text(channels.read_text().replace("returns-try@derbyshire.example", "try@elsewhere.example"))
    found = examined(office, status=1)["practice"]
    assert "another domain than returns@derbyshire.example" in found["detail"]
    assert "hand it over" in found["remedy"]
    office.write(lambda tx: tx.add(arrived(tx, trial=False)))
    assert not examined(office, status=1)["practice"]["ok"]
    office.write(lambda tx: tx.add(arrived(tx, trial=True)))
    assert "came in at 12:00 on 1 September 2026" in examined(office)["practice"]["detail"]


def arrived(_tx: Any, *, trial: bool) -> InboxItem:
    arrival = Arrival(channel="email", key=str(trial), sender=JO, believed="", trial=trial)
    return InboxItem(
        channel="email", key=str(trial), state="done", arrived_at=NOON, next_at=NOON, tries=0, why="", sender=JO, subject="",
        arrival=arrival.model_dump(mode="json"), object_id=f"raw-{trial}", sealed=None,
    )  # fmt: skip


def test_a_master_key_that_the_service_manager_hands_over_is_taken_as_it_shows_it(
    office: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = office.settings.keys.master_key_file
    key.chmod(0o440)
    assert not examined(office, status=1)["master key"]["ok"]
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(key.parent))
    assert examined(office)["master key"]["ok"]


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir], ids=["file", "folder"])
def test_what_lies_in_the_vault_and_is_not_postroom_s_is_named(
    office: CommandLine, make: Callable[[Path], None]
) -> None:
    name = "Alfie’s plan.docx" if make is Path.touch else "attached"
    make(office.settings.vault.folder / "3f" / name)
    found = examined(office, status=1)["vault"]
    assert "is not Postroom's" in found["detail"]
    assert "take it away" in found["remedy"]


@pytest.mark.parametrize(("minutes", "ok"), [(59, True), (61, False)])
def test_an_order_to_destroy_that_is_not_carried_out_within_an_hour_is_told_of(
    office: CommandLine, minutes: int, ok: bool
) -> None:
    ordered = Clock().now() - timedelta(minutes=minutes)
    office.write(lambda tx: files.order_destruction(tx, "f1-1", why="orphan", now=ordered))
    found = examined(office, status=int(not ok))["destruction"]
    assert found["ok"] == ok
    assert ("not done yet: 1." in found["detail"]) != ok
