"""What is supposed of a message that nobody can be sure of, from marks as they are seen at work."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.supposing import Clues, Known, Roll, Source, Supposed, spoken, suppose

JO = Known("Jo Sands", "jo.sands@leys.example", frozenset({"8302000"}))
MINA = Known("Mina Okafor", "mina@trust.example", frozenset({"8302000", "8309002"}))
BETH = Known("Beth Lowe", "beth@moorview.example", frozenset({"8309001"}))
ROLL = Roll(
    people={one.email: one for one in (JO, MINA, BETH)} | {"j.sands@leys.example": JO},
    schools={"8302000": "Leys Junior School", "8309001": "Moorview Primary School", "8309002": "Riverbank Infant School", "8309009": "Hollies"},
    personal_domains=("gmail.com",),
    shared_mailboxes=("office", "head"),
)  # fmt: skip


def guess(roll: Roll = ROLL, /, **clues: object) -> str:
    return spoken(suppose(Clues(**{"sender": ""} | clues), roll), roll.schools)  # type: ignore[arg-type]


def with_people(**people: Known) -> Roll:
    """The roll, and these too, by their addresses."""
    return replace(ROLL, people={**ROLL.people, **people})


@pytest.mark.parametrize(
    ("clues", "school"),
    [
        ({"sender": "jo.sands@leys.example"}, "8302000 Leys Junior School"),
        ({"sender": "j.sands@leys.example"}, "8302000 Leys Junior School"),
        ({"sender": "jo.sands@gmail.com"}, "8302000 Leys Junior School"),  # the same name at another domain
        ({"sender": "scan@leys.example"}, "8302000 Leys Junior School, from a photocopier"),
        ({"sender": "office@moorview.example"}, "8309001 Moorview Primary School"),
        ({"sender": "x@elsewhere.example", "files": ("8309001_INFOeyfs20260901.zip",)}, "8309001 Moorview Primary School"),
        ({"sender": "x@elsewhere.example", "subject": "FW: return for 8309002"}, "8309002 Riverbank Infant School"),
        ({"sender": "x@elsewhere.example", "subject": "Riverbank infant school - census"}, "8309002 Riverbank Infant School"),
        ({"sender": "x@elsewhere.example", "shown": "Moorview Primary School"}, "8309001 Moorview Primary School"),
    ],
)  # fmt: skip
def test_the_school_is_supposed_from_the_address_the_files_or_the_subject(
    clues: dict[str, object], school: str
) -> None:
    assert guess(**clues) == f"probably {school}"


@pytest.mark.parametrize(
    "clues",
    [
        {"sender": "kim@elsewhere.example"},
        {"sender": "kim@gmail.com"},
        {"sender": "office@elsewhere.example"},  # a shared name at another domain is nobody's
        {"sender": "x@elsewhere.example", "files": ("8309999_SENplan.docx", "98302000_x.pdf", "83020001_x.pdf")},
        {"sender": "x@elsewhere.example", "subject": "Hollies and ivies"},  # one word is in too many subjects
        {"sender": "x@elsewhere.example", "subject": "Our Leys Junior Schoolboys"},
    ],
)  # fmt: skip
def test_nothing_is_supposed_where_nothing_says_so(clues: dict[str, object]) -> None:
    assert guess(**clues) == ""


def test_marks_that_contradict_each_other_name_every_school() -> None:
    assert guess(sender="jo.sands@leys.example", files=("8309001_SENplan.pdf",)).startswith(
        "perhaps 8302000 Leys Junior School or 8309001 Moorview Primary School"
    )
    assert guess(sender="mina@trust.example") == "perhaps 8302000 Leys Junior School or 8309002 Riverbank Infant School"


def test_the_school_with_the_most_marks_is_named_first() -> None:
    marked = {"files": ("8309001_SENplan.pdf", "8309001_SENform.pdf"), "shown": "Moorview Primary School"}
    named = guess(sender="jo.sands@leys.example", **marked)
    assert named == "perhaps 8309001 Moorview Primary School or 8302000 Leys Junior School"


def test_a_name_that_two_people_have_at_their_domains_is_neither_of_them_at_a_third() -> None:
    namesake = replace(BETH, name="Jo Sands", email="jo.sands@moorview.example")
    roll = with_people(**{namesake.email: namesake})
    assert suppose(Clues("jo.sands@elsewhere.example"), roll) == Supposed()


def test_a_shared_name_at_another_domain_is_nobodys_though_one_is_on_the_roll() -> None:
    assert guess(with_people(**{"office@moorview.example": BETH}), sender="office@elsewhere.example") == ""


def test_a_domain_that_anybody_may_have_says_nothing_of_a_school() -> None:
    assert guess(with_people(**{"beth.lowe@gmail.com": BETH}), sender="kim@gmail.com") == ""


def test_who_acts_for_several_schools_leaves_a_domain_to_those_who_act_for_one() -> None:
    roll = with_people(**{"mina@leys.example": MINA})
    assert guess(roll, sender="kim@leys.example") == "probably 8302000 Leys Junior School"


def test_a_name_that_two_schools_have_names_neither() -> None:
    roll = replace(ROLL, schools={**ROLL.schools, "8309003": "Moorview primary school"})
    assert guess(roll, sender="x@elsewhere.example", subject="Moorview Primary School") == ""


@pytest.mark.parametrize(
    "clues",
    [
        {"program": "RICOH MP C3004"}, {"program": "KONICA MINOLTA bizhub C258"}, {"program": "Xerox WorkCentre 7845"},
        {"program": "Canon iR-ADV C3530"}, {"program": "SHARP MX-3071"}, {"program": "KYOCERA TASKalfa 3253ci"},
        {"program": "HP Digital Sending Software"}, {"program": "HP LaserJet MFP M528"}, {"program": "TOSHIBA e-STUDIO3515AC"},
        {"subject": "Scanned from a Xerox Multifunction Printer"}, {"subject": "Message from KM_C258"},
        {"subject": "Message from \"RNP002673A1B2C3\""}, {"subject": "Attached Image"}, {"subject": "Image data from MX-3071"},
        {"subject": "Scan from a HP Digital Sender"}, {"subject": "Scanned image from Finance MFP"},
        {"files": ("scan0001.pdf",)}, {"files": ("20261125103015.pdf",)}, {"files": ("doc00123420261125103015.pdf",)},
        {"files": ("SKM_C25826090112300.pdf",)}, {"files": ("SKMBT_C22020261125.pdf",)}, {"files": ("Scanned from a Xerox multifunction device001.pdf",)},
        {"files": ("Xerox Scan_25112026.pdf",)}, {"files": ("IMG_20261125.tiff",)}, {"files": ("Scan.pdf",)},
        {"sender": "scanner@elsewhere.example"}, {"sender": "office.copier@elsewhere.example"}, {"sender": "mfp3@elsewhere.example"},
        {"sender": "scan2email@elsewhere.example"},
    ],
)  # fmt: skip
def test_a_photocopier_is_known_by_its_program_its_subject_its_files_or_its_mailbox(clues: dict[str, object]) -> None:
    assert suppose(Clues(**{"sender": "x@elsewhere.example"} | clues), ROLL).source is Source.PHOTOCOPIER  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "clues",
    [
        {"program": "Microsoft Outlook 16.0"}, {"program": "Apple Mail (2.3774.600.62)"}, {"program": "iPhone Mail (21F90)"},
        {"subject": "Scandinavian exchange visit"}, {"subject": "A message from the head"}, {"subject": "Sharp rise in absence"},
        {"files": ("8302000_SENplan20260901.docx",)}, {"files": ("8302000_SENscan20260901.pdf",)}, {"files": ("document.pdf",)},
        {"files": ("20260901.docx",)}, {"files": ("image001.png",)},
        {"sender": "sharpe.j@elsewhere.example"}, {"sender": "canonbury@elsewhere.example"},
    ],
)  # fmt: skip
def test_what_people_send_is_not_taken_for_a_photocopiers(clues: dict[str, object]) -> None:
    assert suppose(Clues(**{"sender": "x@elsewhere.example"} | clues), ROLL).source is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("clues", "source"),
    [
        ({"program": "SIMS.net"}, Source.SCHOOL_SYSTEM), ({"sender": "no-reply@arbor-education.com"}, Source.SCHOOL_SYSTEM),
        ({"shown": "Bromcom MIS"}, Source.SCHOOL_SYSTEM), ({"forwarded": True}, Source.RULE),
        ({"automatic": "X-MS-Exchange-Inbox-Rules-Loop, with every answer suppressed"}, Source.RULE),
        ({"subject": "Automatic reply: plan"}, Source.ABSENCE), ({"automatic": "Auto-Submitted: auto-replied"}, Source.ABSENCE),
        ({"automatic": "List-Id"}, Source.LIST), ({"automatic": "it is from mailer-daemon"}, Source.MAIL_SYSTEM),
        ({"automatic": "Precedence: bulk"}, None), ({"subject": "Arborist's report"}, None),
    ],
)  # fmt: skip
def test_other_machines_are_known_by_their_marks(clues: dict[str, object], source: Source | None) -> None:
    assert suppose(Clues(**{"sender": "x@elsewhere.example"} | clues), ROLL).source is source  # type: ignore[arg-type]


def test_it_is_said_why_and_as_whom_it_might_be_released() -> None:
    found = suppose(Clues("jo.sands@gmail.com", files=("8302000_SENplan.pdf",), program="RICOH MP"), ROLL)
    assert (found.email, found.schools, found.source) == ("jo.sands@leys.example", ("8302000",), Source.PHOTOCOPIER)
    assert found.because == (
        "Jo Sands, who may send, is known as jo.sands@leys.example: the same name at another domain",
        "Jo Sands acts for 8302000", "the name of an attached file holds 8302000", "it calls itself «RICOH MP»",
    )  # fmt: skip


@given(st.text(), st.text(), st.text(), st.lists(st.text(), max_size=3), st.text())
def test_it_never_raises_and_names_nobody_who_is_not_on_the_roll(
    sender: str, subject: str, shown: str, files: list[str], program: str
) -> None:
    found: Supposed = suppose(Clues(sender, subject, shown, tuple(files), program, subject), ROLL)
    assert set(found.schools) <= set(ROLL.schools)
    assert found.email in {"", *(one.email for one in ROLL.people.values())}
