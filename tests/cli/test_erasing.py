"""`postroom files erase`: contents that must go before their 90 days (docs/rules.md, «Retention»)."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.ledger.tables import File, OutboxItem
from bot.rules.lifecycle import Act
from bot.vault import Unavailable, Vault
from tests.cli.conftest import ALEX, CONTENTS, HEAD, JO, SAM, CommandLine
from tests.cli.terminal import Terminal

NADIA, DEE = "nadia.brook@derbyshire.example", "dee.lomas@derbyshire.example"
OTHER = "8302000_SENother20260901.docx"
WHY = "Request for erasure granted"


def told(office: CommandLine) -> dict[str, str]:
    """Who was told of an erasure, as what."""
    rows = select(OutboxItem).where(OutboxItem.kind == "erased")
    return {one.recipient: str(one.facts["reader"]) for one in office.read(lambda tx: tx.scalars(rows).all())}


def received(office: CommandLine) -> str:
    """A file that Sam has received."""
    reference = office.take_in()
    office.run("files", "receive", reference, "--by", SAM)
    return reference


def erase(office: CommandLine, reference: str, *words: str, status: int = 0) -> str:
    said = office.run("files", "erase", reference, "--why", WHY, "--yes", *words, status=status)
    return said.stdout if status == 0 else said.stderr


def is_sealed_away(office: CommandLine, reference: str) -> bool:
    """Whether the key is there."""
    with office.rooms() as rooms:
        object_id = rooms.ledger.read_now(
            lambda tx: tx.scalars(select(File.object_id).where(File.reference == reference)).one()
        )
        return rooms.vault.holds(object_id)


def test_contents_are_destroyed_before_their_time_and_history_and_certificate_say_why(office: CommandLine) -> None:
    reference = received(office)
    assert "are destroyed" in erase(office, reference)

    file = office.json("files", "show", reference)
    assert (file["status"], file["contents"]) == ("Received", "destroyed")
    assert not is_sealed_away(office, reference)
    last = office.json("files", "history", reference)[-1]
    assert (last["act"], last["by"], last["why"]) == ("destroyed", "postroom", f"erased: {WHY}")
    (certificate,) = office.json("retention", "certificates")["destroyed"]
    assert (certificate["reference"], certificate["why"]) == (reference, f"erased: {WHY}")
    assert certificate["key_gone"]
    assert office.json("ledger", "verify")["whole"]


def test_whoever_sent_it_leads_the_school_takes_it_in_or_has_had_it_and_the_administrators_are_told(
    office: CommandLine,
) -> None:
    reference = received(office)
    assert "Left with whoever had them: Sam Hale" in erase(office, reference)
    officers = dict.fromkeys((SAM, NADIA, DEE), "officer")
    assert told(office) == {JO: "sender", HEAD: "headteacher", ALEX: "administrators", **officers}
    had = select(OutboxItem.recipient).where(OutboxItem.facts["reader_had"].as_boolean())
    assert office.read(lambda tx: tx.scalars(had).all()) == [SAM]


def test_of_what_was_rejected_unopened_no_officer_needs_to_be_told(office: CommandLine) -> None:
    reference = office.take_in()
    office.run("files", "reject", reference, "--by", SAM, "--reason", "Wrong child")
    erase(office, reference)
    assert told(office) == {JO: "sender", HEAD: "headteacher", ALEX: "administrators"}


def test_a_held_file_is_discarded_and_only_its_sender_who_alone_knew_of_it_is_told(office: CommandLine) -> None:
    reference = office.take_in("plan.docx", act=Act.HELD)
    erase(office, reference)
    file = office.json("files", "show", reference)
    assert (file["status"], file["contents"]) == ("Discarded", "destroyed")
    assert [one["why"] for one in office.json("files", "history", reference)[1:]] == [f"erased: {WHY}"] * 2
    assert told(office) == {JO: "sender"}
    assert office.json("ledger", "verify")["whole"]


def test_whoever_has_left_is_told_nothing(office: CommandLine) -> None:
    reference = office.take_in()
    office.run("people", "remove", JO)
    erase(office, reference)
    assert JO not in told(office)
    assert told(office)[HEAD] == "headteacher"


def test_an_administrator_may_be_named_and_nobody_else(office: CommandLine) -> None:
    reference = office.take_in()
    assert "no administrator of all services" in erase(office, reference, "--by", SAM, status=1)
    assert office.json("files", "show", reference)["contents"] == "kept"
    erase(office, reference, "--by", ALEX)
    assert office.json("files", "history", reference)[-1]["by"] == ALEX
    assert office.json("retention", "certificates")["destroyed"][0]["ordered_by"] == ALEX


def test_a_frozen_file_can_be_erased(office: CommandLine) -> None:
    reference = office.take_in()
    office.run("files", "freeze", reference, "--by", JO)
    erase(office, reference)
    file = office.json("files", "show", reference)
    assert (file["contents"], file["frozen_at"]) == ("destroyed", None)


def test_what_is_gone_already_is_said_to_be(office: CommandLine) -> None:
    reference = office.take_in()
    office.run("files", "recall", reference, "--by", JO)
    said = erase(office, reference, status=1)
    assert f"The contents of {reference} (Recalled) are destroyed already" in said
    assert "postroom files history" in said
    assert told(office) == {}


def test_nobody_gets_the_contents_after_it_and_the_same_can_be_sent_anew(office: CommandLine) -> None:
    reference = office.take_in()
    erase(office, reference)
    assert "destroyed" in office.run("files", "receive", reference, "--by", SAM, status=1).stderr
    office.run("files", "export", reference, "-o", str(office.config.parent / "x.docx"), status=1)
    assert office.json("files", "show", office.take_in())["contents"] == "kept"


def test_without_yes_nothing_is_destroyed_and_it_is_said_who_would_be_told(office: CommandLine) -> None:
    reference = office.take_in()
    said = office.run("files", "erase", reference, "--why", WHY, status=1).stderr
    assert reference in said
    assert f"{JO}, " in said
    assert "--yes" in said
    assert office.json("files", "show", reference)["contents"] == "kept"
    assert told(office) == {}
    office.run("files", "erase", reference, "--why", " ", "--yes", status=2)


@pytest.mark.parametrize(("answer", "contents", "status"), [("n", "kept", 1), ("y", "destroyed", 0)])
def test_at_a_terminal_it_asks(office: CommandLine, answer: str, contents: str, status: int) -> None:
    reference = office.take_in()
    folder = office.config.parent
    terminal = Terminal("--config", str(office.config), "files", "erase", reference, "--why", WHY, folder=folder)
    terminal.answers("Destroy its contents for good?", answer)
    assert terminal.ends() == status
    assert office.json("files", "show", reference)["contents"] == contents


def test_where_the_keys_cannot_be_written_to_it_says_so_and_typing_it_again_completes_it(
    office: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = office.take_in()

    def fail(*_: object) -> None:
        raise Unavailable("the disk")

    with monkeypatch.context() as broken:
        broken.setattr(Vault, "destroy", fail)
        said = office.run("files", "erase", reference, "--why", WHY, "--yes", status=1).stdout
    assert "could not be destroyed yet" in said
    assert office.json("files", "show", reference)["contents"] == "kept"
    office.run("files", "receive", reference, "--by", SAM, status=1)

    assert "are destroyed" in erase(office, reference)
    assert office.history(reference) == ["sent", "destroyed"]
    assert len(told(office)) == 6


def test_what_is_left_elsewhere_is_named(office: CommandLine) -> None:
    channels = office.config / "channels.toml"
    channels.write_text(channels.read_text().replace("[email.trust]", '[email.trust]\nauthserv_ids = ["mx.example"]'))
    (office.config / "more.toml").write_text(
        '[email.imap.returns]\nhost = "127.0.0.1"\nuser = "returns"\npassword_file = "password"\n'
    )
    (office.config / "password").write_text("secret")
    reference, twin = office.take_in(), office.take_in(OTHER)
    said = erase(office, reference)
    assert f"also kept as {twin}" in said
    assert "may lie in Postroom done" in said
    assert office.json("files", "show", twin)["contents"] == "kept"


def test_what_was_erased_after_a_backup_does_not_come_back_with_it(office: CommandLine, tmp_path: Path) -> None:
    # lesson L68
    reference, place, machine = office.take_in(), tmp_path / "backup", tmp_path / "machine"
    office.take_in(OTHER, contents=b"PK\x03\x04 another plan")
    office.run("backup", str(place))
    erase(office, reference)

    (machine / "var").mkdir(parents=True)
    shutil.copy(office.settings.keys.master_key_file, machine / "var" / "master.key")
    clean = CommandLine(machine / "config")
    report = clean.json("restore", str(place), "--keys", str(office.settings.keys.path))
    assert report["destroyed"] == [reference]
    assert clean.json("files", "show", reference)["contents"] == "destroyed"
    assert not is_sealed_away(clean, reference)
    assert CONTENTS not in b"".join(path.read_bytes() for path in machine.rglob("*") if path.is_file())
