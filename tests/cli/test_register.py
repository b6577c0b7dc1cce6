"""`postroom schools import` with the public register as it is: whatever it holds, and whatever is taken for it."""

import pytest

from bot.roster.imports import Unfit, read_schools
from tests.cli.conftest import HEAD, JO, LEYS, CommandLine
from tests.measuring import held, no_more_work_than
from tests.register import HEADER, LINKS, england, establishment, written

MOOR = "8309001"
PLENTY = 50_000
"""Lines of the register of all England."""


def imported(office: CommandLine, *lines: dict[str, object], options: tuple[str, ...] = (), status: int = 0) -> str:
    """What is said of an import."""
    file = office.config.parent / "edubasealldata20260901.csv"
    file.write_bytes(written(lines))
    done = office.run("schools", "import", str(file), *options, status=status)
    return " ".join((done.stdout + done.stderr).split())


def listed(office: CommandLine) -> dict[str, str]:
    return {line["number"]: line["status"] for line in office.json("schools", "list")}


def known(office: CommandLine, *, without: tuple[str, ...] = ()) -> list[dict[str, object]]:
    """The register as it has the demo's schools."""
    return [
        establishment(line["number"][3:], line["name"], PhaseOfEducation=line["phase"])
        for line in office.json("schools", "list")
        if line["number"] not in without
    ]


def test_the_register_as_it_is_published_enters(office: CommandLine) -> None:
    assert len(HEADER) == len(set(HEADER)) > 130
    imported(office, *known(office), establishment("0042", "Saint André’s"), establishment(7, "Little Larches"))
    school = office.json("schools", "show", "8300042")
    assert (school["name"], school["headteacher"]) == ("Saint André’s", "Mrs Zoë O’Brien")
    assert office.json("schools", "show", "8300007")["name"] == "Little Larches"


def test_what_is_imported_again_differs_in_nothing(office: CommandLine) -> None:
    lines = [*known(office), establishment("0042", "Saint André’s")]
    imported(office, *lines)
    assert imported(office, *lines) == "Done: nothing differs."


def test_an_academy_keeps_the_number_of_the_school_that_it_was(office: CommandLine) -> None:
    """Two lines of one number: the open one counts, wherever it stands, and nothing is said of the closed one."""
    old = establishment("2000", "Leys Junior School", EstablishmentStatus="Closed", CloseDate="31-08-2026", URN=990_001)
    new = establishment("2000", "Leys Junior Academy", TypeOfEstablishment="Academy converter", URN=995_001)
    others = known(office, without=(LEYS,))
    for lines in ([old, new], [new, old]):
        told = imported(office, *others, *lines)
        assert "closed" not in told
        assert office.json("schools", "show", LEYS)["name"] == "Leys Junior Academy"
        assert listed(office)[LEYS] == "Open"


def test_of_several_closed_ones_the_last_counts(office: CommandLine) -> None:
    first = establishment("2000", "Leys Juniors", EstablishmentStatus="Closed")
    last = establishment("2000", "Leys Academy", EstablishmentStatus="Closed")
    imported(office, *known(office, without=(LEYS,)), first, last)
    assert office.json("schools", "show", LEYS)["name"] == "Leys Academy"


def test_schools_that_closed_before_anybody_knew_them_are_left_out_unless_they_are_asked_for(
    office: CommandLine,
) -> None:
    lines = [*known(office), establishment("4000", "Old School", EstablishmentStatus="Closed")]
    assert "Left out, because they are closed: 1. --closed imports them" in imported(office, *lines)
    assert "8304000" not in listed(office)
    imported(office, *lines, options=("--closed",))
    assert listed(office)["8304000"] == "Closed"
    assert "Left out" not in imported(office, *lines), "from now on it is known"


def test_establishments_without_a_number_are_counted(office: CommandLine) -> None:
    told = imported(office, *known(office), establishment("", "Children’s Centre"))
    assert "no number and nobody can send for them: 1." in told


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_who_may_still_send_for_a_closed_school_is_named(office: CommandLine, options: tuple[str, ...]) -> None:
    office.take_in()
    closed = establishment("2000", "Leys Junior School", EstablishmentStatus="Closed")
    became = establishment("4001", "Leys Through School", PreviousLA_code=830, PreviousEstablishmentNumber="2000")
    closed_too = establishment(
        "4002", "Leys Infants", PreviousLA_code=830, PreviousEstablishmentNumber="2000", EstablishmentStatus="Closed"
    )
    told = imported(office, *known(office, without=(LEYS,)), closed, became, closed_too, options=options)
    assert "closed 8302000 Leys Junior School" in told
    for part in (
        HEAD,
        JO,
        "open files: 1",
        "is now 8304001",
        "postroom people remove EMAIL",
        "Nobody's access was changed",
    ):
        assert part in told
    assert "8304002" not in told
    assert listed(office)[LEYS] == ("Open" if options else "Closed")
    assert JO in {line["email"] for line in office.json("people", "list", "--school", LEYS)}


def test_a_school_that_the_register_has_no_more_is_named_and_stays(office: CommandLine) -> None:
    told = imported(office, *known(office, without=(MOOR,)))
    assert f"gone {MOOR} Moorview Primary School may still send for it: beth.lowe@moorview.example" in told
    assert MOOR in listed(office)


def test_of_a_closed_school_on_which_nothing_hangs_nothing_more_is_said(office: CommandLine) -> None:
    quiet = "8309005"
    assert office.json("people", "list", "--school", quiet) == [] or office.json("schools", "show", quiet)
    for line in office.json("people", "list", "--school", quiet):
        office.run("people", "remove", line["email"])
    told = imported(office, *known(office, without=(quiet,)))
    assert quiet not in told


def test_a_program_is_told_of_them_in_the_same_list(office: CommandLine) -> None:
    file = office.config.parent / "edubase.csv"
    file.write_bytes(written(known(office, without=(MOOR,))))
    (gone,) = [one for one in office.json("schools", "import", str(file)) if one["change"] == "gone"]
    assert (gone["who"], gone["name"]) == (MOOR, "Moorview Primary School")
    assert gone["details"][0].startswith("may still send for it: beth.lowe@moorview.example")


WRONG = {
    "a workbook": (b"PK\x03\x04\x14\x00\x06\x00", "an Excel workbook", "save it as «CSV UTF-8»"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "older Excel", "save it as «CSV UTF-8»"),
    "a page": (b"\r\n<!DOCTYPE html><html><title>Sorry</title>", "a web page", "download the file again"),
    "the links": (LINKS.encode(), "file of links between establishments", "«Establishment fields CSV»"),
    "the groups": (b'"Group UID","Group Name"\r\n1,"Trust"\r\n', "groups and trusts", "«Establishment fields CSV»"),
    "people": (b"email,name,role,other_emails\n", "list of people", "postroom people import"),
    "nothing": (b" \r\n", "empty", ""),
    "octets": (b"\x7fELF\x00\x00\x01", "not text", "CSV UTF-8"),
    "another authority's": (written([establishment(1, "x", LA_code=831)]), "No line of the file has 830", "LA (code)"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_taken_for_the_register_is_told_kindly(office: CommandLine, what: str) -> None:
    octets, named, remedy = WRONG[what]
    before = listed(office)
    file = office.config.parent / "edubase.csv"
    file.write_bytes(octets)
    told = office.run("schools", "import", str(file), status=1).stderr
    assert named in told
    assert remedy in told
    assert listed(office) == before


def test_missing_columns_are_named_all_at_once() -> None:
    with pytest.raises(Unfit) as unfit:
        read_schools(b'"URN","EstablishmentName","LA (name)"\r\n990001,"Leys","Derbyshire"\r\n', "830")
    (fault,) = unfit.value.faults
    missing = (
        "LA (code)",
        "EstablishmentNumber",
        "PhaseOfEducation (name)",
        "EstablishmentStatus (name)",
        "HeadLastName",
    )
    assert all(column in fault.problem for column in missing)


def test_all_of_england_is_read_in_seconds_and_in_little_more_memory_than_it_is_long() -> None:
    octets = written(england(PLENTY))
    assert len(octets) > 20_000_000
    with no_more_work_than(20):  # less than two on an idle machine
        register = read_schools(octets, "830")
    assert 100 < len(register.schools) < 500
    some = octets[: len(octets) // 5].rpartition(b"\n")[0]
    with held() as memory:
        read_schools(some, "830")
    assert memory.octets < len(some)


def test_the_headteacher_of_a_school_that_closed_or_has_none_is_known_no_longer(office: CommandLine) -> None:
    lines = [*known(office), establishment("0042", "Saint André’s"), establishment("0043", "Saint Brigid’s")]
    imported(office, *lines)
    nobody = {"HeadTitle": "", "HeadFirstName": "", "HeadLastName": ""}
    left = [
        establishment("0042", "Saint André’s", EstablishmentStatus="Closed"),
        establishment("0043", "Saint Brigid’s", **nobody),
    ]
    told = imported(office, *lines[:-2], *left, options=("--dry-run",))
    imported(office, *lines[:-2], *left)
    for number, name in (("8300042", "Saint André’s"), ("8300043", "Saint Brigid’s")):
        school = office.json("schools", "show", number)
        assert (school["name"], school["headteacher"]) == (name, None)
        assert f"changed {number} {name}" in told
    assert "head name: Mrs Zoë O’Brien → none" in told
    assert office.json("schools", "show", LEYS)["headteacher"]
    assert imported(office, *lines[:-2], *left) == "Done: nothing differs."


def test_of_a_school_that_the_file_lacks_everything_stays(office: CommandLine) -> None:
    lines = [*known(office), establishment("0042", "Saint André’s")]
    imported(office, *lines)
    before = {line["number"]: line for line in office.json("schools", "list")}
    assert before["8300042"]["headteacher"] == "Mrs Zoë O’Brien"
    told = imported(office, *lines[:1])  # the file of some schools only
    assert f"Left as they are, because they are not in the file: {len(before) - 1}." in told
    assert {line["number"]: line for line in office.json("schools", "list")} == before
