"""`postroom try`: what would become of a mail, and why; nothing of it stays."""

from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot import roster
from bot.ledger.tables import DestroyOrder, File, InboxItem, Mention, OutboxItem, Table
from tests.cli.conftest import JO, LEYS, NAME, NOON, CommandLine

STRANGER = "somebody@elsewhere.example"


def mail(
    office: CommandLine, *names: str, sender: str = JO, subject: str = "Autumn", text: str = "", **headers: str
) -> Path:
    """A mail as somebody saved it from their mail program."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, office.settings.email.address, subject
    message["Message-ID"] = "<1@leysjunior.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name in names:
        message.add_attachment(b"PK\x03\x04", maintype="application", subtype="octet-stream", filename=name)
    path = office.config.parent / "saved.eml"
    path.write_bytes(message.as_bytes())
    return path


def tried(office: CommandLine, file: Path, *options: str) -> Any:
    return office.json("try", str(file), *options)


def test_a_good_file_would_be_sent_and_its_receipt_is_shown(office: CommandLine) -> None:
    found = tried(office, mail(office, NAME))
    assert (found["sender"], found["person"], found["outcome"]) == (JO, "Jo Sands", "handled")
    assert "submission" in found["believed"]
    assert found["files"] == [
        {"name": NAME, "verdict": "sent", "taken_as": NAME, "service": "SEN", "faults": [], "offers": []}
    ]
    (reply,) = found["replies"]
    assert (reply["kind"], reply["to"]) == ("receipt", JO)
    assert NAME in reply["text"]
    assert found["others_told"], "its service would be told"
    assert {one["text"] for one in found["others_told"]} == {None}


def test_a_badly_named_file_is_told_all_that_is_wrong(office: CommandLine) -> None:
    found = tried(office, mail(office, NAME.replace("_", " ")))
    (file,) = found["files"]
    assert (file["verdict"], file["offers"]) == ("held", [NAME])
    assert file["faults"][0]["text"].endswith(".")


def test_a_command_is_answered_as_it_would_be(office: CommandLine) -> None:
    (reply,) = tried(office, mail(office, text="status"))["replies"]
    assert reply["kind"] == "status"


def test_a_reply_is_tied_to_what_it_answers_by_its_address(office: CommandLine) -> None:
    plea = {"text": "Is that right?", "subject": "Re: Sent"}
    (reply,) = tried(office, mail(office, **plea))["replies"]
    assert reply["kind"] == "nothing-attached"
    local, _, domain = office.settings.email.address.partition("@")
    office.write(lambda tx: tx.add(notice_to_jo(tx, "a2b3c4")))
    (reply,) = tried(office, mail(office, Delivered_To=f"{local}+a2b3c4@{domain}", **plea))["replies"]
    assert reply["kind"] == "help"


def notice_to_jo(tx: Any, token: str) -> OutboxItem:
    jo = roster.who(tx, "email", JO)
    assert jo
    return OutboxItem(
        id="1",
        token=token,
        kind="help",
        recipient=JO,
        person_id=jo.id,
        facts={},
        route={},
        created_at=NOON,
        next_at=NOON,
    )


def test_a_stranger_would_be_told_so(office: CommandLine) -> None:
    found = tried(office, mail(office, NAME, sender=STRANGER))
    assert (found["why"], found["person"], found["files"]) == ("nobody on the roster", None, [])
    assert found["replies"][0]["kind"] == "not-authorised"


def test_of_a_mail_for_practice_it_is_said_that_it_is_one(office: CommandLine) -> None:
    file = mail(office, NAME)
    assert tried(office, file)["practice"] is False
    to = str(office.settings.email.try_address).encode()
    file.write_bytes(file.read_bytes().replace(office.settings.email.address.encode(), to))
    assert tried(office, file)["practice"] is True
    assert "It is addressed for practice" in office.run("try", str(file)).stdout


def test_a_machine_would_not_be_answered(office: CommandLine) -> None:
    found = tried(office, mail(office, Auto_Submitted="auto-replied"))
    assert found["automatic"] == "Auto-Submitted: auto-replied"
    assert found["replies"] == []


def test_mail_from_elsewhere_would_be_refused_with_the_words_that_its_sender_reads(office: CommandLine) -> None:
    found = tried(office, mail(office, NAME), "--from-ip", "198.51.100.7")
    assert found["outcome"] == "refused in the dialogue"
    assert found["why"].startswith("550 5.7.1")
    assert found["steps"][0] == {
        "check": "peer", "result": "anybody", "words": "198.51.100.7: a host that we know nothing of",
    }  # fmt: skip
    assert found["steps"][-1]["result"] == "unproven"


def test_a_mail_below_the_lines_of_every_server_that_it_passed_is_read_as_well(office: CommandLine) -> None:
    path = mail(office, NAME)
    path.write_bytes(b"Received: from a by b; Tue, 1 Sep 2026 08:00:00 +0000\n" * 30 + path.read_bytes())
    found = tried(office, path)
    assert (found["sender"], found["automatic"], found["outcome"]) == (JO, None, "handled")


def test_that_nobody_would_be_answered_is_said(office: CommandLine) -> None:
    shown = office.run("try", str(mail(office, Auto_Submitted="auto-replied"))).stdout
    assert "No reply would be sent." in shown


def test_nothing_of_it_stays(office: CommandLine) -> None:
    def rows(tx: Any) -> dict[str, int]:
        return {
            table.name: tx.scalar(select(func.count()).select_from(table)) for table in Table.metadata.sorted_tables
        }

    before, on_disk = office.read(rows), _on_disk(office)
    assert tried(office, mail(office, NAME, "scan.pdf", text="status"))["files"]
    assert office.read(rows) == before
    assert {table.__tablename__ for table in (DestroyOrder, File, InboxItem, Mention, OutboxItem)} < set(before)
    assert _on_disk(office) == on_disk


def test_a_mail_saved_with_the_line_ends_of_its_machine_reads_the_same(office: CommandLine) -> None:
    file = mail(office, NAME)
    octets = file.read_bytes().replace(b"\r\n", b"\n")
    file.write_bytes(octets)
    unix = tried(office, file)["files"]
    file.write_bytes(octets.replace(b"\n", b"\r\n"))
    assert tried(office, file)["files"] == unix != []


def test_it_can_be_read_as_well(office: CommandLine) -> None:
    shown = office.run("try", str(mail(office, NAME, f"{LEYS} plan.pdf"))).stdout
    for part in (
        f"Sender: {JO} (Jo Sands)",
        "Believed: ",
        f"File {NAME}: sent, to SEN",
        "Reply to",
        "Nothing was stored",
    ):
        assert part in shown


def _on_disk(office: CommandLine) -> set[Path]:
    return {path for path in office.settings.vault.folder.rglob("*") if path.is_file()}
