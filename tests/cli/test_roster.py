"""`postroom schools …` and `people …`; what the files may hold is tested in tests/test_roster_import.py."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot import roster
from bot.ledger.tables import Duty, Person, Proof
from tests.cli.conftest import DEE, HEAD, JO, LEYS, NOON, SAM, CommandLine

PEOPLE = "email,name,role,schools,services,other_emails\n"


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


def emails(office: CommandLine, *filters: str) -> set[str]:
    return {line["email"] for line in office.json("people", "list", *filters)}


def test_a_school_is_shown_with_its_headteacher(office: CommandLine) -> None:
    school = office.json("schools", "show", LEYS)
    assert school == {
        "number": LEYS, "name": "Leys Junior School", "phase": "Primary", "status": "Open", "headteacher": "Priya Nair",
        "head_email": HEAD,
    }  # fmt: skip
    assert school in office.json("schools", "list")
    assert "Leys Junior School" in office.run("schools", "list").stdout


def test_without_a_headteacher_on_the_roster_the_registers_name_stands(office: CommandLine) -> None:
    office.run("people", "remove", HEAD)
    school = office.json("schools", "show", LEYS)
    assert (school["headteacher"], school["head_email"]) == ("Mrs Priya Nair", None)


def test_an_unknown_school_is_a_problem(office: CommandLine) -> None:
    assert "postroom schools list" in office.run("schools", "show", "8300000", status=1).stderr


def test_schools_are_imported_and_a_dry_run_changes_nothing(office: CommandLine, tmp_path: Path) -> None:
    columns = (
        '"LA (code)","EstablishmentNumber","EstablishmentName","PhaseOfEducation (name)","EstablishmentStatus (name)"'
    )
    file = tmp_path / "gias.csv"
    file.write_text(
        f'{columns},"HeadTitle (name)","HeadFirstName","HeadLastName"\n830,2000,Leys Primary,Primary,Open,Mrs,Priya,Nair\n'
    )
    shown = office.run("schools", "import", str(file), "--dry-run").stdout
    assert "Leys Junior School → Leys Primary" in shown
    assert office.json("schools", "show", LEYS)["name"] == "Leys Junior School"
    office.run("schools", "import", str(file))
    assert office.json("schools", "show", LEYS)["name"] == "Leys Primary"
    assert len(office.json("schools", "list")) == 6


def test_a_file_with_faults_names_all_of_them_and_enters_nothing(office: CommandLine, people: Path) -> None:
    people.write_text(PEOPLE + f"new@leysjunior.example,New,sender,{LEYS},,\nx,,chief,,,\n")
    stderr = office.run("people", "import", str(people), status=1).stderr
    for place in ("line 3, email", "line 3, name", "line 3, role"):
        assert place in stderr
    assert "new@leysjunior.example" not in emails(office)


def test_a_file_that_is_not_there_is_wrong_usage(office: CommandLine) -> None:
    office.run("people", "import", "nowhere.csv", status=2)


def test_a_dry_run_shows_the_difference_and_changes_nothing(office: CommandLine, people: Path) -> None:
    people.write_text(PEOPLE + f"new@leysjunior.example,New,sender,{LEYS},,\n")
    (difference,) = office.json("people", "import", str(people), "--dry-run")
    assert difference == {
        "change": "new",
        "who": "new@leysjunior.example",
        "name": "New",
        "details": [f"+ sender {LEYS}"],
    }
    assert "new@leysjunior.example" in office.run("people", "import", str(people), "--dry-run").stdout
    assert "new@leysjunior.example" not in emails(office)
    office.run("people", "import", str(people))
    assert "new@leysjunior.example" in emails(office)


def test_a_whole_list_that_is_cut_short_needs_a_yes(office: CommandLine, people: Path) -> None:
    people.write_text(PEOPLE + f"{JO},Jo Sands,sender,{LEYS},,\n")
    before = emails(office)
    office.run("people", "import", str(people), "--whole", "--dry-run", status=1)
    assert "--yes" in office.run("people", "import", str(people), "--whole", status=1).stderr
    assert emails(office) == before
    office.run("people", "import", str(people), "--whole", "--yes")
    assert emails(office) == {JO}


def test_people_are_added_role_by_role(office: CommandLine) -> None:
    new = "new@leysjunior.example"
    nameless = office.run("people", "add", new, "--role", "sender", "--school", LEYS, status=1).stderr
    assert nameless.startswith("Nobody was added.")
    assert "--name: the name is missing" in nameless
    reachless = office.run("people", "add", new, "--name", "New One", "--role", "sender", status=1).stderr
    assert "--school: a sender needs some; each is given by itself, or * for all" in reachless
    office.run(
        "people",
        "add",
        new,
        "--name",
        "New One",
        "--role",
        "sender",
        "--school",
        LEYS,
        "--other-email",
        "n1@leysjunior.example",
    )
    office.run("people", "add", new, "--role", "officer", "--service", "SEN", "--service", "EP")
    found = [line for line in office.json("people", "list") if line["email"] == new]
    assert [(line["role"], line["schools"], line["services"]) for line in found] == [
        ("officer", [], ["EP", "SEN"]),
        ("sender", [LEYS], []),
    ]
    assert found[0]["other_emails"] == ["n1@leysjunior.example"]
    assert "already" in office.run("people", "add", new, "--role", "sender", "--school", LEYS).stdout


@pytest.mark.parametrize(
    "words",
    [
        ["new@leysjunior.example", "--role", "sender"],
        ["new@leysjunior.example", "--role", "sender", "--school", "8300000"],
        ["new@leysjunior.example", "--role", "officer", "--service", "XYZ"],
        ["office@leysjunior.example", "--role", "sender", "--school", LEYS],
        ["new@gmail.com", "--role", "sender", "--school", LEYS],
        ["new", "--role", "sender", "--school", LEYS],
    ],
)
def test_who_cannot_be_added_is_not(office: CommandLine, words: list[str]) -> None:
    before = emails(office)
    office.run("people", "add", *words, "--name", "New", status=1)
    assert emails(office) == before


def test_an_unknown_role_is_wrong_usage(office: CommandLine) -> None:
    office.run("people", "add", "new@leysjunior.example", "--role", "chief", status=2)


def test_a_removed_person_is_a_leaver_at_once(office: CommandLine) -> None:
    office.run("people", "remove", "J.Sands@LeysJunior.example")
    assert JO not in emails(office)
    assert "postroom people list" in office.run("people", "remove", JO, status=1).stderr


def test_the_list_of_a_school_holds_who_may_act_for_it(office: CommandLine) -> None:
    assert emails(office, "--school", "8309003") == {
        "ruth.calder@hollybank.example",
        "lena.frost@hollybank.example",
        DEE,
    }
    office.run("people", "add", SAM, "--role", "sender", "--school", "*")
    assert SAM in emails(office, "--school", "8309003")


def test_the_list_says_to_whom_mail_cannot_be_delivered(office: CommandLine) -> None:
    assert "unreachable" not in office.run("people", "list").stdout.lower()
    office.mark(JO, "the mailbox is full")
    told = {line["email"]: line["unreachable"] for line in office.json("people", "list")}
    assert told[JO] == "the mailbox is full"
    assert told[DEE] == ""
    assert "the mailbox is full" in office.run("people", "list").stdout


JOS_ACCOUNT = "T0SCHOOLS1/U000000002"


@pytest.fixture
def linked(office: CommandLine) -> CommandLine:
    """Jo has proven one account in Slack, has another by her confirmed address, and was mailed one more link."""

    def link(tx: Session) -> None:
        jo = roster.who(tx, "email", JO)
        assert jo
        for account in (JOS_ACCOUNT, "T0SCHOOLS1/U000000009"):
            roster.link(tx, jo, "slack", account)
        asked = {"person_id": jo.id, "address": JO, "channel": "slack", "identity": JOS_ACCOUNT, "workspace": "Council"}
        times = {"made_at": NOON, "expires_at": datetime(2100, 1, 1, tzinfo=UTC)}
        tx.add_all(
            [
                Proof(id="a" * 26, name="jo", used_at=NOON, **asked, **times),
                Proof(id="b" * 26, name="jo", **asked, **times),
            ]
        )

    office.write(link)
    return office


def test_a_person_is_shown_with_all_by_which_they_are_known(linked: CommandLine) -> None:
    shown = linked.json("people", "show", JO)
    assert [(line["channel"], line["identity"]) for line in shown] == [
        ("email", "j.sands@leysjunior.example"), ("email", JO), ("slack", JOS_ACCOUNT), ("slack", "T0SCHOOLS1/U000000009"),
    ]  # fmt: skip
    assert [(line["name"], line["workspace"], line["proven_at"]) for line in shown[1:3]] == [
        ("", "", None), ("jo", "Council", "2026-09-01T11:00:00Z"),
    ]  # fmt: skip
    assert JOS_ACCOUNT in linked.run("people", "show", JO).stdout
    assert JOS_ACCOUNT not in linked.run("people", "list").stdout
    assert "postroom people list" in linked.run("people", "show", "x@y.example", status=1).stderr


def test_an_account_is_taken_away_and_no_link_mailed_before_brings_it_back(linked: CommandLine) -> None:
    assert JOS_ACCOUNT in linked.run("people", "unlink", JO, "--slack", JOS_ACCOUNT).stdout
    left = {line["identity"] for line in linked.json("people", "show", JO) if line["channel"] == "slack"}
    assert left == {"T0SCHOOLS1/U000000009"}
    assert linked.read(lambda tx: tx.get_one(Proof, "b" * 26).expires_at) < datetime(2100, 1, 1, tzinfo=UTC)
    assert "people show" in linked.run("people", "unlink", JO, "--slack", JOS_ACCOUNT, status=1).stderr


def test_a_leavers_account_is_taken_away_as_well(linked: CommandLine) -> None:
    linked.run("people", "remove", JO)
    assert JOS_ACCOUNT in linked.run("people", "unlink", JO).stdout
    assert {line["channel"] for line in linked.json("people", "show", JO)} == {"email"}


def test_all_accounts_of_a_person_are_taken_away_and_no_mailbox_is(linked: CommandLine) -> None:
    linked.run("people", "unlink", JO)
    assert {line["channel"] for line in linked.json("people", "show", JO)} == {"email"}
    assert JO in emails(linked)


def test_who_comes_back_holds_only_what_is_given_anew(office: CommandLine) -> None:
    office.run("people", "add", DEE, "--role", "officer", "--service", "SEN", "--other-email", "dee@old.example")
    office.run("people", "remove", DEE)
    assert office.read(lambda tx: tx.query(Duty).join(Person).filter(Person.email == DEE).count()) == 0
    office.run("people", "add", DEE, "--role", "officer", "--service", "SEN")
    (line,) = (line for line in office.json("people", "list") if line["email"] == DEE)
    assert (line["role"], line["services"], line["other_emails"]) == ("officer", ["SEN"], [])
    assert office.read(lambda tx: tx.query(Person).filter_by(email=DEE).count()) == 1


def test_all_that_is_on_record_about_somebody_can_be_listed_leavers_included(office: CommandLine) -> None:
    reference = office.take_in(comment="The plan as agreed")
    office.run("files", "receive", reference, "--by", "sam.hale@derbyshire.example")
    office.run("people", "remove", JO)
    found = office.json("people", "held", JO)
    assert {"where": "file", "what": "sent, Received", "about": reference}.items() <= _of("file", found).items()
    assert "The plan as agreed" in _of("file", found)["words"]
    assert _of("roster", found)["what"] == "left"
    assert {one["what"] for one in found if one["where"] == "history"} == {"sent"}
    assert {one["where"] for one in found} >= {"roster", "file", "history", "notice"}
    assert "SENplan" in office.run("people", "held", JO).stdout
    assert office.json("people", "held", "nobody@elsewhere.example") == []
    assert "not an email address" in office.run("people", "held", "Jo", status=1).stderr


def _of(where: str, found: list[dict[str, str]]) -> dict[str, str]:
    return next(one for one in found if one["where"] == where)
