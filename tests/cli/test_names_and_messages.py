"""`postroom names check` and `messages preview`."""

import pytest

from bot.notices import KINDS
from tests.cli.conftest import LEYS, NAME, CommandLine
from tests.slack import blockkit


def test_a_valid_name_is_said_to_be_valid(office: CommandLine) -> None:
    (name,) = office.json("names", "check", NAME)
    assert list(name) == ["name", "valid", "faults", "meant", "choices"]
    assert name == {"name": NAME, "valid": True, "faults": [], "meant": None, "choices": []}


def test_an_invalid_name_says_what_is_at_fault_and_what_was_meant(office: CommandLine) -> None:
    bad = NAME.replace("_", " ")
    good, judged = office.json("names", "check", NAME, bad, "--school", LEYS, status=1)
    assert good["valid"]
    assert (judged["valid"], judged["meant"]) == (False, NAME)
    assert [list(fault) for fault in judged["faults"]] == [["code", "text"]]
    assert judged["faults"][0]["text"].endswith(".")
    shown = office.run("names", "check", bad, "--school", LEYS, status=1).stdout
    assert judged["faults"][0]["text"] in shown
    assert NAME in shown


def test_with_several_schools_the_number_is_only_a_choice(office: CommandLine) -> None:
    (judged,) = office.json("names", "check", "SENplan20260901.docx", "--school", LEYS, "--school", "8309001", status=1)
    assert judged["meant"] is None
    assert {choice.partition("_")[0] for choice in judged["choices"]} == {LEYS, "8309001"}


def test_without_a_school_only_the_authoritys_digits_are_checked(office: CommandLine) -> None:
    assert office.json("names", "check", "8301234_SENplan20260901.docx")[0]["valid"]
    assert not office.json("names", "check", "8311234_SENplan20260901.docx", status=1)[0]["valid"]


def test_names_are_checked_without_a_database(office: CommandLine) -> None:
    office.settings.keys.master_key_file.unlink()
    office.run("names", "check", NAME)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_any_message_can_be_previewed(office: CommandLine, kind: str) -> None:
    (message,) = office.json("messages", "preview", kind)
    assert list(message) == ["kind", "subject", "text"]
    assert message["kind"] == kind
    shown = office.run("messages", "preview", kind).stdout
    assert f"Subject: {message['subject']}" in shown


def test_a_message_that_looks_otherwise_can_be_previewed_too(office: CommandLine) -> None:
    shown = office.run("messages", "preview", "advice-too-large").stdout
    assert "Subject: Not sent: 8302000_SENvideo20260901.zip" in shown


def test_without_a_kind_all_are_previewed(office: CommandLine) -> None:
    assert {message["kind"] for message in office.json("messages", "preview")} == set(KINDS)


def test_a_message_can_be_previewed_as_slack_shows_it(office: CommandLine) -> None:
    (message,) = office.json("messages", "preview", "advice", "--channel", "slack")
    assert list(message) == ["kind", "subject", "text", "blocks", "further_pages"]
    assert blockkit.faults(message["blocks"], "message") == []
    assert message["blocks"][0]["type"] == "header"
    shown = office.run("messages", "preview", "advice", "--channel", "slack").stdout
    assert "[Send as 8302000_SENplan20260901.docx]" in shown
    assert "[Don’t send] asks first: The file is destroyed at once" in shown


def test_in_slack_too_all_are_previewed(office: CommandLine) -> None:
    assert {one["kind"] for one in office.json("messages", "preview", "--channel", "slack")} == set(KINDS)


def test_what_cannot_be_previewed_is_wrong_usage(office: CommandLine) -> None:
    assert "receipt" in office.run("messages", "preview", "nothing", status=2).stderr
    office.run("messages", "preview", "receipt", "--channel", "fax", status=2)
