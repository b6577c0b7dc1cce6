"""`postroom files list`, `show`, `history`, and the acts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.ledger.tables import DestroyOrder, File, OutboxItem
from bot.rules.lifecycle import Act
from tests.cli.conftest import ALEX, CONTENTS, DEE, HEAD, JO, LEYS, MEGAN, NAME, NOON, SAM, CommandLine

KEYS = [
    "reference",
    "name",
    "school",
    "service",
    "status",
    "sent_by",
    "sent_at",
    "size",
    "sha256",
    "tag",
    "comment",
    "received_by",
    "received_at",
    "rejected_by",
    "rejected_at",
    "reason",
    "recalled_by",
    "recalled_at",
    "moved_from",
    "contents",
    "frozen_by",
    "frozen_at",
]


def references(office: CommandLine, *filters: str) -> list[str]:
    return [file["reference"] for file in office.json("files", "list", *filters)]


def test_a_listed_file_has_exactly_the_promised_keys(office: CommandLine) -> None:
    reference = office.take_in(comment="The autumn plan", tag="SEN")
    (file,) = office.json("files", "list")
    assert list(file) == KEYS
    assert file["reference"] == reference
    assert (file["sent_by"], file["status"], file["contents"]) == (JO, "Sent", "kept")
    assert (file["comment"], file["tag"], file["size"]) == ("The autumn plan", "SEN", len(CONTENTS))
    assert datetime.fromisoformat(file["sent_at"]) == NOON
    assert file["received_by"] is None
    assert office.json("files", "show", reference.lower().replace("-", "")) == file


def test_an_empty_list_is_a_json_document_too(office: CommandLine) -> None:
    assert office.json("files", "list") == []


def test_all_files_are_listed_newest_first_also_held_ones(office: CommandLine) -> None:
    first = office.take_in()
    second = office.take_in("plan.docx", at=NOON + timedelta(days=1), act=Act.HELD)
    assert references(office) == [second, first]


def test_each_filter_keeps_what_it_names(office: CommandLine) -> None:
    jo = office.take_in(comment="50% of the autumn plan")
    kit = office.take_in(
        "8309001_SENreview20260901.docx", by="kit.marsden@moorview.example", at=NOON + timedelta(days=9)
    )
    assert references(office, "--school", LEYS) == [jo]
    assert references(office, "--service", "SEN") == [kit, jo]
    assert references(office, "--service", "EP") == []
    assert references(office, "--status", "sent", "--status", "Held") == [kit, jo]
    assert references(office, "--status", "Held") == []
    assert references(office, "--sent-by", "J.Sands@leysjunior.example") == [jo]
    assert references(office, "--search", "50%") == [jo]
    assert references(office, "--search", "REVIEW") == [kit]
    assert references(office, "--from", "2026-09-02") == [kit]
    assert references(office, "--to", "2026-09-01") == [jo]
    assert references(office, "--from", "2026-09-01", "--to", "2026-09-10") == [kit, jo]


def test_days_begin_in_the_authoritys_zone(office: CommandLine) -> None:
    late = office.take_in(at=datetime(2026, 9, 1, 23, 30, tzinfo=UTC))
    assert references(office, "--from", "2026-09-02", "--to", "2026-09-02") == [late]


def test_a_table_shows_people_the_time_in_their_zone(office: CommandLine) -> None:
    office.take_in()
    shown = office.run("files", "list").stdout
    assert NAME in shown
    assert "2026-09-01 12:00" in shown


@pytest.mark.parametrize("reference", ["PR-0000-009D", "PR-0000-0000", "PR-0000-0001", "plan"])
def test_an_unknown_or_mistyped_reference_is_a_problem(office: CommandLine, reference: str) -> None:
    assert "postroom files list" in office.run("files", "show", reference, status=1).stderr


def test_history_says_who_did_what_why_and_how(office: CommandLine) -> None:
    reference = office.take_in()
    office.run("files", "reject", reference, "--by", SAM, "--reason", "Wrong child")
    sent, rejected = office.json("files", "history", reference)
    assert (sent["by"], sent["act"], sent["channel"]) == (JO, "sent", "email")
    assert list(rejected) == ["at", "by", "act", "why", "channel"]
    assert (rejected["by"], rejected["act"], rejected["why"], rejected["channel"]) == (
        SAM,
        "rejected",
        "Wrong child",
        "cli",
    )


def test_an_officer_receives_and_the_sender_is_told(office: CommandLine) -> None:
    reference = office.take_in()
    assert reference in office.run("files", "receive", reference, "--by", SAM).stdout
    file = office.json("files", "show", reference)
    assert (file["status"], file["received_by"]) == ("Received", SAM)
    told = office.read(lambda tx: [(item.kind, item.recipient) for item in tx.scalars(select(OutboxItem))])
    assert told == [("received", JO)]


def test_a_rejection_tells_sender_and_headteacher_and_needs_a_reason(office: CommandLine) -> None:
    reference = office.take_in()
    office.run("files", "reject", reference, "--by", SAM, status=2)
    office.run("files", "reject", reference, "--by", SAM, "--reason", " ", status=2)
    office.run("files", "reject", reference, "--by", SAM, "--reason", "Wrong child")
    told = office.read(lambda tx: {(item.kind, item.recipient) for item in tx.scalars(select(OutboxItem))})
    assert told == {("rejected", JO), ("rejected", HEAD)}


def test_a_move_needs_a_service_that_is_there(office: CommandLine) -> None:
    reference = office.take_in()
    office.run("files", "move", reference, "--by", SAM, status=2)
    assert "XYZ" in office.run("files", "move", reference, "--by", SAM, "--service", "XYZ", status=1).stderr
    office.run("files", "move", reference, "--by", SAM, "--service", "EP")
    file = office.json("files", "show", reference)
    assert (file["status"], file["service"], file["moved_from"]) == ("Sent", "EP", "SEN")


def test_a_freeze_keeps_the_contents_from_everybody_until_it_is_released(office: CommandLine, tmp_path: Path) -> None:
    reference, out = office.take_in(), tmp_path / "out"
    assert "frozen" in office.run("files", "freeze", reference, "--by", JO, "--reason", "wrong child").stdout
    file = office.json("files", "show", reference)
    assert (file["status"], file["frozen_by"], file["contents"]) == ("Sent", JO, "kept")
    assert file["frozen_at"]
    refused = office.run("files", "receive", reference, "--by", SAM, status=1)
    assert "frozen by Jo Sands" in refused.stderr
    for by in (JO, SAM):
        said = office.run("files", "export", reference, "-o", str(out), "--by", by, status=1)
        assert "frozen" in said.stderr
    assert not out.exists()
    assert "may not release" in office.run("files", "release", reference, "--by", SAM, status=1).stderr
    office.run("files", "release", reference, "--by", JO)
    office.run("files", "receive", reference, "--by", SAM)
    assert office.history(reference) == ["sent", "frozen", "released", "received"]
    assert office.json("files", "history", reference)[1]["why"] == "wrong child"
    office.run("ledger", "verify")


def test_a_recall_destroys_the_contents_at_once(office: CommandLine) -> None:
    reference = office.take_in()
    assert "destroyed" in office.run("files", "recall", reference, "--by", JO).stdout
    file = office.json("files", "show", reference)
    assert (file["status"], file["recalled_by"], file["contents"]) == ("Recalled", JO, "destroyed")
    assert office.history(reference) == ["sent", "recalled", "destroyed"]
    with office.rooms() as rooms:
        object_id = rooms.ledger.read_now(lambda tx: tx.scalars(select(File.object_id)).one())
        assert not rooms.vault.holds(object_id)
        assert not rooms.ledger.read_now(
            lambda tx: tx.scalars(select(DestroyOrder).where(DestroyOrder.done_at.is_(None))).all()
        )


def test_who_comes_too_late_hears_who_did_what_when(office: CommandLine) -> None:
    reference = office.take_in()
    office.run("files", "receive", reference, "--by", SAM)
    assert "Received by Sam Hale" in office.run("files", "recall", reference, "--by", JO, status=1).stderr
    assert "Received by Sam Hale" in office.run("files", "receive", reference, "--by", ALEX, status=1).stderr
    assert office.history(reference) == ["sent", "received"]


@pytest.mark.parametrize("by", [MEGAN, JO, "kit.marsden@moorview.example"])
def test_who_may_not_is_refused_and_nothing_changes(office: CommandLine, by: str) -> None:
    reference = office.take_in()
    assert "may not" in office.run("files", "receive", reference, "--by", by, status=1).stderr
    assert office.history(reference) == ["sent"]


def test_nobody_receives_a_file_of_their_own_school(office: CommandLine) -> None:  # lesson L63
    reference = office.take_in("8309003_SENplan20260901.docx", by="lena.frost@hollybank.example")
    office.run("files", "receive", reference, "--by", DEE, status=1)


@pytest.mark.parametrize("by", ["nobody@leysjunior.example", "jo", "head@moorview.example"])
def test_strangers_and_shared_mailboxes_act_for_nobody(office: CommandLine, by: str) -> None:
    reference = office.take_in("8309001_SENplan20260901.docx", by="kit.marsden@moorview.example")
    assert by in office.run("files", "recall", reference, "--by", by, status=1).stderr
    assert office.history(reference) == ["sent"]


def test_a_leaver_acts_no_more(office: CommandLine) -> None:
    reference = office.take_in()
    office.run("people", "remove", JO)
    office.run("files", "recall", reference, "--by", JO, status=1)
    assert office.json("files", "show", reference)["status"] == "Sent"


def test_a_search_finds_what_was_said_when_a_file_was_rejected(office: CommandLine) -> None:
    reference = office.take_in()
    office.run("files", "reject", reference, "--by", SAM, "--reason", "This is about Robin Example")
    assert [one["reference"] for one in office.json("files", "list", "--search", "robin")] == [reference]
    assert office.json("files", "list", "--search", "nobody of this name") == []


def test_a_list_by_what_there_is_not_says_what_there_is(office: CommandLine) -> None:
    reference = office.take_in()
    refused = office.run("files", "list", "--service", "XX", status=1)
    assert "no service with the code XX" in refused.stderr
    assert "EP, EWS, FIN" in refused.stderr
    assert refused.stdout == ""
    for noun in ("files", "people"):
        assert "postroom schools list" in office.run(noun, "list", "--school", "8309999", status=1).stderr
    assert references(office, "--service", "sen") == [reference]


def test_files_of_a_service_that_was_given_up_are_listed_all_the_same(office: CommandLine) -> None:
    reference = office.take_in()
    with office.rooms() as rooms:
        rooms.ledger.write_now(lambda tx: tx.execute(update(File).values(service="OLD")))
    assert references(office, "--service", "OLD") == [reference]


@pytest.mark.parametrize(
    "words",
    [("files", "list", "--from"), ("files", "list", "--to"), ("retention", "due", "--on"), ("retention", "certificates", "--to")],
)  # fmt: skip
@pytest.mark.parametrize("day", ["31/01/2027", "2027-02-29", "tomorrow", ""])
def test_what_is_no_day_is_answered_with_how_one_is_written(
    office: CommandLine, words: tuple[str, ...], day: str
) -> None:
    said = " ".join(office.run(*words, day, status=2).stderr.replace("│", "").split())
    assert f"“{day}” is not a day" in said
    assert "2027-01-31" in said


@pytest.mark.parametrize("words", [("files", "list", "--status"), ("inbox", "list", "--state"), ("try",)])
def test_a_wrong_value_is_refused_in_no_librarys_words(office: CommandLine, words: tuple[str, ...]) -> None:
    assert "Value error" not in office.run(*words, "nonsense", status=2).stderr
