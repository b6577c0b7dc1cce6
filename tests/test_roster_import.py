"""What a file of schools or people must hold, what of it enters, and that nothing enters of a file that is not right."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import data, roster
from bot.ledger import Ledger, schema
from bot.ledger.tables import Identity, Person, School
from bot.roster import imports
from bot.roster.imports import Plan, TooManyLeavers, Unfit
from bot.roster.imports.sheet import Columns, read
from bot.settings import Settings, load

T = TypeVar("T")

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
DEMO = data.folder("config") / "demo"
HEADER = "email,name,role,schools,services,other_emails\n"
GIAS = (
    '"URN","LA (code)","EstablishmentNumber","EstablishmentName","EstablishmentStatus (name)","PhaseOfEducation (name)",'
    '"HeadTitle (name)","HeadFirstName","HeadLastName"\n'
)
LEYS, MOOR = "8302000", "8309001"


@dataclass
class Roster:
    """The demo's settings and two schools, in a record of their own."""

    ledger: Ledger
    settings: Settings

    def read(self, work: Callable[[Session], T]) -> T:
        return self.ledger.read_now(work)

    def schools(self, *lines: str) -> list[imports.Difference]:
        register = imports.read_schools((GIAS + "\n".join(lines)).encode(), "830")
        return self.ledger.write_now(lambda tx: imports.import_schools(tx, register)).differences

    def people(
        self, *lines: str, header: str = HEADER, whole: bool = False, anyway: bool = False, now: datetime = NOW
    ) -> Plan:
        sheet = imports.read_people((header + "\n".join(lines)).encode())
        return self.ledger.write_now(
            lambda tx: imports.import_people(tx, sheet, self.settings, now, whole=whole, anyway=anyway)
        )

    def faults(self, *lines: str) -> list[tuple[int | None, str]]:
        """Where a file of people is at fault; nothing of it must have entered."""
        before = self.all()
        with pytest.raises(Unfit) as unfit:
            self.people(*lines)
        assert self.all() == before
        return [(fault.line, fault.column) for fault in unfit.value.faults]

    def all(self) -> dict[str, tuple[str, list[tuple[str, str]], list[str]]]:
        """Everybody present: their name, duties and addresses."""

        def everybody(tx: Session) -> dict[str, tuple[str, list[tuple[str, str]], list[str]]]:
            present = tx.scalars(select(Person).where(Person.left_at.is_(None)))
            return {
                one.email: (
                    one.name,
                    sorted((duty.role.value, duty.scope) for duty in one.duties),
                    sorted(identity.value for identity in one.identities),
                )
                for one in present
            }

        return self.read(everybody)

    def who(self, address: str) -> int | None:
        """The person known by this address."""
        person = self.read(lambda tx: roster.who(tx, "email", address))
        return person.id if person else None


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Roster]:
    url = f"sqlite:///{tmp_path}/ledger.db"
    schema.upgrade(url)
    with Ledger(url, b"key") as ledger:
        found = Roster(ledger, load(DEMO, {}))
        found.schools(
            "1,830,2000,Leys Junior School,Open,Primary,Mrs,Priya,Nair", "2,830,9001,Moorview,Open,Primary,,,"
        )
        yield found


def test_the_demos_own_files_enter(office: Roster) -> None:
    register = imports.read_schools((DEMO / "schools.csv").read_bytes(), "830")
    sheet = imports.read_people((DEMO / "people.csv").read_bytes())
    office.ledger.write_now(lambda tx: imports.import_schools(tx, register))
    office.ledger.write_now(lambda tx: imports.import_people(tx, sheet, office.settings, NOW))
    assert office.read(lambda tx: roster.headteachers(tx, LEYS))[0].name == "Priya Nair"
    again = office.ledger.write_now(lambda tx: imports.import_people(tx, sheet, office.settings, NOW, whole=True))
    assert again.differences == []


# Schools


def test_a_school_has_its_number_of_authority_and_establishment(office: Roster) -> None:
    leys = office.read(lambda tx: tx.get_one(School, LEYS))
    office.schools("1,830,47,Small School,Open,Primary,,,")
    assert office.read(lambda tx: tx.get_one(School, "8300047")).name == "Small School"
    assert (leys.phase, leys.status, leys.head_name) == ("Primary", "Open", "Mrs Priya Nair")


def test_schools_of_other_authorities_are_left_alone(office: Roster) -> None:
    office.schools("1,831,4000,Derby School,Open,Secondary,,,", "2,830,9002,Riverbank,Open,Primary,,,")
    assert office.read(roster.numbers) == {LEYS, MOOR, "8309002"}


def test_importing_again_changes_only_what_differs_and_removes_nothing(office: Roster) -> None:
    (change,) = office.schools("1,830,2000,Leys Junior School,Closed,Primary,Mrs,Priya,Nair")
    details = ("status: Open → Closed", "head name: Mrs Priya Nair → none")
    assert (change.change, change.who, change.details) == ("changed", LEYS, details)
    assert office.read(roster.numbers) == {LEYS, MOOR}
    assert office.schools("1,830,2000,Leys Junior School,Closed,Primary,Mrs,Priya,Nair") == []


def test_of_two_lines_with_one_number_the_living_school_counts(office: Roster) -> None:
    office.schools(
        "1,830,4000,Old School,Closed,Secondary,,,",
        "2,830,4000,New Academy,Open,Secondary,,,",
        "3,830,4000,Older School,Closed,Secondary,,,",
    )
    assert office.read(lambda tx: tx.get_one(School, "8304000")).name == "New Academy"


def test_establishments_without_a_number_are_counted_and_left_out() -> None:
    register = imports.read_schools((GIAS + "1,830,,Centre,Open,,,,\n2,830,9001,Moorview,Open,,,,\n").encode(), "830")
    assert (len(register.schools), register.unnumbered) == (1, 1)


def test_windows_1252_is_read_as_well_as_utf_8() -> None:
    line = GIAS + "1,830,9001,Saint André’s,Open,Primary,,,\n"
    for encoding in ("utf-8", "utf-8-sig", "windows-1252"):
        assert imports.read_schools(line.encode(encoding), "830").schools[0].name == "Saint André’s"


def test_missing_columns_are_named_all_at_once() -> None:
    with pytest.raises(Unfit) as unfit:
        imports.read_schools(b"URN,EstablishmentName\n1,Leys\n", "830")
    (fault,) = unfit.value.faults
    for column in ("LA (code)", "EstablishmentNumber", "PhaseOfEducation (name)", "HeadLastName"):
        assert column in fault.problem
    assert "EstablishmentName," not in fault.problem


@pytest.mark.parametrize(
    "lines",
    [
        "1,831,4000,Derby School,Open,Secondary,,,\n",
        "",
        "1,830,20x0,Leys,Open,Primary,,,\n",
        "1,830,20000,Leys,Open,Primary,,,\n",
        "1,830,2000,,Open,Primary,,,\n",
        "1,830,2000,Leys,Open,Primary,,,,one too many\n",
        '1,830,2000,"Leys"x,Open,Primary,,,\n',
    ],
)
def test_a_register_that_is_not_right_does_not_enter(office: Roster, lines: str) -> None:
    with pytest.raises(Unfit):
        office.schools(
            "3,830,9005,Larches,Open,Nursery,,,", lines
        ) if lines and ",831," not in lines else office.schools(lines)
    assert office.read(roster.numbers) == {LEYS, MOOR}


def test_utf_16_is_read_as_well() -> None:
    """What Excel calls «Unicode text», with tabulators between the cells."""
    line = (GIAS + "1,830,9001,Saint André’s,Open,Primary,,,\n").replace(",", "\t")
    assert imports.read_schools(line.encode("utf-16"), "830").schools[0].name == "Saint André’s"


def test_a_line_of_any_length_is_no_more_than_unfit() -> None:
    for octets in (b"x" * 200_000, b"email,name\n" + b"x" * 200_000, b'sep="\nemail,name\n', b"sep=\r\nemail,name\n"):
        with pytest.raises(Unfit):
            read(octets, Columns(("email", "role"), ("name",)))


@given(st.one_of(st.binary(max_size=400), st.text(max_size=100).map(lambda text: f"sep=;\n{text}".encode("utf-16"))))
def test_no_file_whatever_it_holds_is_more_than_unfit(octets: bytes) -> None:
    with suppress(Unfit):
        for row in read(octets, Columns(("email",), ("name",))).rows:
            assert set(row.cells) <= {"email", "name"}


# People


def test_rows_with_one_email_add_up(office: Roster) -> None:
    office.people(
        "dee@derbyshire.example,Dee Lomas,officer,,SEN;EP,d.lomas@derbyshire.example",
        f"Dee@Derbyshire.example,Dee Lomas,sender,{LEYS};{MOOR},,",
    )
    assert office.all() == {
        "dee@derbyshire.example": (
            "Dee Lomas",
            [("officer", "EP"), ("officer", "SEN"), ("sender", LEYS), ("sender", MOOR)],
            ["d.lomas@derbyshire.example", "dee@derbyshire.example"],
        )
    }


def test_an_administrator_acts_for_all(office: Roster) -> None:
    office.people("a@derbyshire.example,Al,administrator,,,", "b@derbyshire.example,Bo,administrator,*,*,")
    assert [person.name for person in office.read(roster.administrators)] == ["Al", "Bo"]


def test_all_schools_is_a_scope(office: Roster) -> None:
    office.people("trust@trust.example,Trust Lead,sender,*,,")
    assert office.all()["trust@trust.example"][1] == [("sender", "*")]


def test_what_a_later_file_says_of_a_person_is_all_that_they_hold(office: Roster) -> None:
    office.people(f"jo@leys.example,Jo,sender,{LEYS},,j@leys.example")
    before = office.who("jo@leys.example")
    plan = office.people(f"jo@leys.example,Jo Sands,sender,{MOOR},,")
    (change,) = plan.differences
    assert change.change == "changed"
    assert change.details == ("name: Jo → Jo Sands", f"+ sender {MOOR}", f"- sender {LEYS}", "- j@leys.example")
    assert office.who("jo@leys.example") == before
    assert office.who("j@leys.example") is None
    assert office.all() == {"jo@leys.example": ("Jo Sands", [("sender", MOOR)], ["jo@leys.example"])}


def test_people_who_are_not_in_the_file_are_left_alone(office: Roster) -> None:
    office.people(f"jo@leys.example,Jo,sender,{LEYS},,")
    office.people(f"tom@leys.example,Tom,sender,{LEYS},,")
    assert set(office.all()) == {"jo@leys.example", "tom@leys.example"}


def test_who_gets_a_new_address_stays_the_same_person(office: Roster) -> None:
    office.people(f"jo@leys.example,Jo,sender,{LEYS},,jo@trust.example")
    before = office.who("jo@leys.example")
    office.people(f"jo@trust.example,Jo,sender,{LEYS},,")
    assert office.who("jo@trust.example") == before
    assert office.who("jo@leys.example") is None


def test_identities_in_other_channels_survive_an_import(office: Roster) -> None:
    office.people(f"jo@leys.example,Jo,sender,{LEYS},,")
    number = office.who("jo@leys.example")
    office.ledger.write_now(lambda tx: tx.add(Identity(channel="slack", value="T1/U1", person_id=number)))
    office.people(f"jo@leys.example,Jo,sender,{MOOR},,")
    assert office.read(lambda tx: roster.who(tx, "slack", "T1/U1")) is not None


def test_a_leaver_who_comes_back_is_the_same_person_with_what_is_given_anew(office: Roster) -> None:
    office.people(f"jo@leys.example,Jo,sender,{LEYS};{MOOR},,")
    before = office.who("jo@leys.example")
    office.ledger.write_now(lambda tx: imports.remove_person(tx, "jo@leys.example", NOW))
    assert office.who("jo@leys.example") is None
    plan = office.people(f"jo@leys.example,Jo,sender,{LEYS},,")
    assert plan.differences[0].change == "back"
    assert office.who("jo@leys.example") == before
    assert office.all()["jo@leys.example"][1] == [("sender", LEYS)]


def test_a_plan_changes_nothing_and_says_what_the_import_then_does(office: Roster) -> None:
    sheet = imports.read_people((HEADER + f"jo@leys.example,Jo,sender,{LEYS},,\n").encode())
    planned = office.read(lambda tx: imports.plan_people(tx, sheet, office.settings).differences)
    assert office.all() == {}
    done = office.ledger.write_now(lambda tx: imports.import_people(tx, sheet, office.settings, NOW))
    assert done.differences == planned


def staff(count: int) -> list[str]:
    return [f"p{number}@leys.example,Person {number},sender,{LEYS},," for number in range(count)]


def test_a_whole_list_makes_absentees_leavers_up_to_one_in_ten(office: Roster) -> None:
    office.people(*staff(20))
    plan = office.people(*staff(18), whole=True)
    assert plan.leavers == 2
    assert office.who("p19@leys.example") is None
    left = office.read(lambda tx: tx.scalars(select(Person).where(Person.left_at.is_not(None))).all())
    assert {(person.email, person.left_at) for person in left} == {("p18@leys.example", NOW), ("p19@leys.example", NOW)}


def test_a_whole_list_that_would_lose_more_stops_unless_somebody_says_yes(office: Roster) -> None:
    office.people(*staff(20))
    with pytest.raises(TooManyLeavers, match="3 of 20"):
        office.people(*staff(17), "new@leys.example,New,sender,8302000,,", whole=True)
    assert len(office.all()) == 20
    office.people(*staff(17), whole=True, anyway=True)
    assert len(office.all()) == 17


def test_every_fault_of_every_row_is_named_by_line_and_column(office: Roster) -> None:
    assert office.faults(
        f"good@leys.example,Good,sender,{LEYS},,",
        "nobody,,chief,,,",
        "jo@leys.example,Jo,sender,8300000,SEN,",
        "",
        "sam@derbyshire.example,Sam,officer,8302000,XYZ;SEN,x y",
        "ann@leys.example,Ann,sender,,,",
        f"al@derbyshire.example,Al,administrator,{LEYS},,",
        f"one@leys.example,One,sender,{LEYS},,,more",
    ) == [
        (3, "role"), (3, "email"), (3, "name"),
        (4, "services"), (4, "schools"),
        (6, "other_emails"), (6, "schools"), (6, "services"),
        (7, "schools"),
        (8, "schools"),
        (9, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(("role", "scope"), [("sender", f"{LEYS},"), ("officer", ",SEN"), ("administrator", ",")])
@pytest.mark.parametrize("mailbox", ["office@leys.example", "head@leys.example", "jo@gmail.com", "jo@hotmail.co.uk"])
def test_shared_and_private_mailboxes_are_refused_to_who_acts(
    office: Roster, role: str, scope: str, mailbox: str
) -> None:
    assert office.faults(f"{mailbox},Jo,{role},{scope},") == [(2, "email")]
    assert office.faults(f"jo@leys.example,Jo,{role},{scope},{mailbox}") == [(2, "other_emails")]


def test_a_headteacher_may_be_told_at_a_shared_mailbox_but_not_at_a_private_one(office: Roster) -> None:
    office.people(f"head@leys.example,Priya Nair,headteacher,{LEYS},,")
    assert [head.email for head in office.read(lambda tx: roster.headteachers(tx, LEYS))] == ["head@leys.example"]
    assert office.faults(f"priya@gmail.com,Priya Nair,headteacher,{MOOR},,") == [(2, "email")]
    assert office.faults(f"head@leys.example,Priya Nair,sender,{LEYS},,") == [(2, "email")]


def test_where_the_authority_allows_them_shared_mailboxes_may_act(office: Roster) -> None:
    office.settings = load(DEMO, {"POSTROOM__ACCESS__REFUSE_SHARED": "false"})
    office.people(f"office@leys.example,The Office,sender,{LEYS},,")
    assert "office@leys.example" in office.all()


def test_an_address_is_one_persons_alone(office: Roster) -> None:
    office.people(f"jo@leys.example,Jo,sender,{LEYS},,j@leys.example", f"tom@leys.example,Tom,sender,{LEYS},,")
    assert office.faults(f"new@leys.example,New,sender,{LEYS},,j@leys.example") == [(2, "other_emails")]
    assert office.faults(f"tom@leys.example,Tom,sender,{LEYS},,jo@leys.example") == [(2, "other_emails")]
    assert office.faults(
        f"a@leys.example,A,sender,{LEYS},,x@leys.example", f"b@leys.example,B,sender,{LEYS},,x@leys.example"
    ) == [(3, "other_emails")]
    assert office.faults(f"a@leys.example,A,sender,{LEYS},,b@leys.example", f"b@leys.example,B,sender,{LEYS},,") == [
        (3, "email")
    ]
    assert office.faults(f"jo@leys.example,Jo,sender,{LEYS},,", f"j@leys.example,Jo,sender,{LEYS},,") == [(3, "email")]


def test_a_leavers_address_is_not_handed_to_another(office: Roster) -> None:
    office.people(f"jo@leys.example,Jo,sender,{LEYS},,j@leys.example")
    office.ledger.write_now(lambda tx: imports.remove_person(tx, "jo@leys.example", NOW))
    assert office.faults(f"new@leys.example,New,sender,{LEYS},,j@leys.example") == [(2, "other_emails")]


def test_two_names_for_one_email_are_a_fault(office: Roster) -> None:
    assert office.faults(f"jo@leys.example,Jo,sender,{LEYS},,", f"jo@leys.example,Joe,sender,{MOOR},,") == [(3, "name")]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("email,schools\n", "name, role"),
        ("email,name,role,school\n", "school"),
        ("email,name,role,email\n", "more than once"),
        ("", "empty"),
        ("Title,Surname\n", "email, name, role"),
    ],
)
def test_wrong_columns_are_named(header: str, words: str) -> None:
    with pytest.raises(Unfit, match=words):
        imports.read_people(header.encode())


def test_columns_may_stand_in_any_order_and_what_is_optional_may_be_absent(office: Roster) -> None:
    office.people(f"{LEYS},sender,Jo,jo@leys.example", header="schools,role,name,email\n")
    assert office.all()["jo@leys.example"][1] == [("sender", LEYS)]


def test_a_cell_over_several_lines_does_not_confuse_the_line_numbers(office: Roster) -> None:
    assert office.faults(f'jo@leys.example,"Jo\nSands",sender,{LEYS},,', "x,X,sender,8302000,,") == [(4, "email")]


MESSY = {
    "with semicolons, as Excel writes it in much of Europe": (
        f"email;name;role;schools\r\njo@leys.example;Jo;sender;{LEYS}\r\n".encode()
    ),
    "as «Unicode text»": f"email\tname\trole\tschools\r\njo@leys.example\tJo\tsender\t{LEYS}\r\n".encode("utf-16"),
    "as «CSV UTF-8»": f"\ufeffemail,name,role,schools\r\njo@leys.example,Jo,sender,{LEYS}\r\n".encode(),
    "with a line for Excel": f"sep=;\r\nemail;name;role;schools\r\njo@leys.example;Jo;sender;{LEYS}\r\n".encode(),
    "with empty lines and cells": (
        f"\r\nemail,name,role,schools,\r\njo@leys.example,Jo,sender,{LEYS},\r\n,,,,\r\n , ,,,\r\n\r\n".encode()
    ),
    "with other names of columns": f"E-Mail , NAME,Role,Schools\njo@leys.example,Jo,sender,{LEYS}\n".encode(),
    "with what nobody sees": (
        f"\u200bemail,na\u00adme,role,schools\n\u200bjo@leys.example\u00a0,\u00a0Jo ,sender\u00a0,\u2060{LEYS} \n".encode()
    ),
    "with mailto": f"email,name,role,schools\nmailto:Jo@Leys.example,Jo,sender,{LEYS}\n".encode(),
    "with a name before the address": f'email,name,role,schools\n"Sands, Jo <jo@leys.example>",Jo,sender,{LEYS}\n'.encode().replace(
        b'"Sands, Jo <', b'"""Sands, Jo"" <'
    ),
    "with quotation marks round the address": f"email,name,role,schools\n“jo@leys.example”,Jo,Sender,{LEYS}\n".encode(),
    "with a slash in the number": f"email,name,role,schools\njo@leys.example,Jo,SENDER,{LEYS[:3]}/{LEYS[3:]}\n".encode(),
}


@pytest.mark.parametrize("how", MESSY)
def test_a_list_is_read_however_it_was_written(office: Roster, how: str) -> None:
    sheet = imports.read_people(MESSY[how])
    office.ledger.write_now(lambda tx: imports.import_people(tx, sheet, office.settings, NOW))
    assert office.all() == {"jo@leys.example": ("Jo", [("sender", LEYS)], ["jo@leys.example"])}


def test_an_accent_is_part_of_its_letter_whichever_machine_wrote_the_list(office: Roster) -> None:
    octets = f"email,name,role,schools\njo@leys.example,Zoe\u0308,sender,{LEYS}\n".encode()  # as a Mac does
    sheet = imports.read_people(octets)
    office.ledger.write_now(lambda tx: imports.import_people(tx, sheet, office.settings, NOW))
    assert office.all()["jo@leys.example"][0] == "Zo\u00eb"


def test_names_keep_their_commas_and_apostrophes(office: Roster) -> None:
    octets = f'email,name,role,schools\njo@leys.example,"O\x92Neill, Jo",sender,{LEYS}\n'.encode("latin-1")
    sheet = imports.read_people(octets)
    office.ledger.write_now(lambda tx: imports.import_people(tx, sheet, office.settings, NOW))
    assert office.all()["jo@leys.example"][0] == "O’Neill, Jo"


@pytest.mark.parametrize(
    "several", [f"{LEYS};{MOOR}", f"{LEYS}, {MOOR}", f"{LEYS} {MOOR}", f"{LEYS}\n{MOOR}", f" {MOOR} ;{LEYS};"]
)
def test_several_schools_may_be_parted_as_people_part_them(office: Roster, several: str) -> None:
    office.people(f'jo@leys.example,Jo,sender,"{several}",,"j@leys.example, jo.s@leys.example"')
    _, duties, addresses = office.all()["jo@leys.example"]
    assert duties == [("sender", LEYS), ("sender", MOOR)]
    assert addresses == ["j@leys.example", "jo.s@leys.example", "jo@leys.example"]


def test_codes_and_roles_are_known_in_any_case(office: Roster) -> None:
    office.people("sam@derbyshire.example,Sam,Officer,,sen;Ep,", f"pri@leys.example,Pri,Head Teacher,{LEYS},,")
    assert office.all()["sam@derbyshire.example"][1] == [("officer", "EP"), ("officer", "SEN")]
    assert office.all()["pri@leys.example"][1] == [("headteacher", LEYS)]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (f",Jo,sender,{LEYS},,", "line 2, email: the address is missing"),
        (f"jo@leys.example;tom@leys.example,Jo,sender,{LEYS},,", "is not one email address"),
        (f"jo@leys.example,Jo,,{LEYS},,", "the role is missing; write sender"),
        ("jo@leys.example,Jo,sender,2000,,", "«2000» is no school's number: it has seven digits"),
        ("jo@leys.example,Jo,sender,8304999,,", "there is no school 8304999 on the roster: see postroom schools list"),
        ("jo@leys.example,Jo,officer,,xyz,", "there is no service with the code XYZ"),
    ],
)
def test_a_fault_says_what_would_be_right(office: Roster, row: str, words: str) -> None:
    with pytest.raises(Unfit, match=re.escape(words)):
        office.people(row)


def test_two_rows_without_an_address_are_not_taken_for_one_person(office: Roster) -> None:
    assert office.faults(f",Jo,sender,{LEYS},,", f",Tom,sender,{LEYS},,") == [(2, "email"), (3, "email")]


@pytest.mark.parametrize("whole", [True, False])
def test_the_last_administrator_goes_only_if_somebody_says_yes(office: Roster, whole: bool) -> None:
    staff = [f"p{number}@leys.example,P{number},sender,{LEYS},," for number in range(30)]
    office.people("al@derbyshire.example,Al,administrator,,,", *staff)
    rest = staff if whole else ["al@derbyshire.example,Al,officer,,SEN,"]
    with pytest.raises(TooManyLeavers, match="no administrator would be left"):
        office.people(*rest, whole=whole)
    office.people(
        "al@derbyshire.example,Al,officer,,SEN,", "bo@derbyshire.example,Bo,administrator,,,", *staff, whole=True
    )
    office.people(*staff, "al@derbyshire.example,Al,officer,,SEN,", whole=True, anyway=True)
    assert "bo@derbyshire.example" not in office.all()


def test_a_register_of_schools_is_told_from_a_list_of_people() -> None:
    with pytest.raises(Unfit, match="postroom schools import takes it"):
        imports.read_people(GIAS.encode())


def test_the_same_list_again_differs_in_nothing(office: Roster) -> None:
    rows = ["Jo@Leys.example,Jo  Sands,Sender,830/2000 ,,J@leys.example", "sam@derbyshire.example,Sam,officer,,sen,"]
    office.people(*rows)
    assert office.people(*rows, whole=True).differences == []
