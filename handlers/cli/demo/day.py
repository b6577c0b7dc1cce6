"""A day in the life: who sends what, and what must come of it. Pure description; `player` plays it."""

import io
import zipfile
from dataclasses import dataclass
from datetime import date

JO = "jo.sands@leysjunior.example"
TOM = "tom.ashe@leysjunior.example"
BETH = "beth.lowe@moorview.example"
MOORVIEW_HEAD = "head@moorview.example"
SAM = "sam.hale@derbyshire.example"
IAN = "ian.farrow@derbyshire.example"
STRANGER = "kim.doe@elsewhere.example"

PDF = b"%PDF-1.4\n% a made-up plan\n%%EOF\n"


@dataclass(frozen=True)
class Step:
    """One mail, and the notices that it must bring about."""

    title: str
    sender: str
    expect: tuple[tuple[str, str], ...]
    """Recipient and kind of each notice."""
    text: str = ""
    subject: str = ""
    files: tuple[tuple[str, bytes], ...] = ()
    logo: bool = False
    """The mail's signature shows a logo."""
    answers: str = ""
    """The title of the step whose notice to this sender it replies to."""
    stored: int | None = None
    """How many files its first notice must speak of."""


def day(today: date) -> list[Step]:
    """The steps, with file names of today."""
    on = f"{today:%Y%m%d}"
    return [*_one_file(on), *_several_files(on), *_deciding()]


def _one_file(on: str) -> list[Step]:
    """The morning: schools send a file at a time, and so does a stranger."""
    return [
        Step(
            "A good return",
            JO,
            ((JO, "receipt"), (SAM, "new-files")),
            subject="Autumn plan",
            text="Here is the plan we spoke about on the telephone.\n\n-- \nJo Sands\nLeys Junior School\n",
            files=((f"8302000_SENplan{on}.pdf", PDF),),
            stored=1,
        ),
        Step(
            "A badly named one",
            JO,
            ((JO, "advice"),),
            subject="Review",
            text="And the review.",
            files=((f"8302000 SENreview{on}.pdf", PDF + b"review"),),
            stored=1,
        ),
        Step(
            "Put right with one word",
            JO,
            ((JO, "receipt"), (SAM, "new-files")),
            text="yes",
            answers="A badly named one",
            stored=1,
        ),
        Step(
            "A stranger's",
            STRANGER,
            ((STRANGER, "not-authorised"),),
            subject="Plan",
            text="Please find attached.",
            files=((f"8302000_SENother{on}.pdf", PDF),),
            stored=0,
        ),
    ]


def _several_files(on: str) -> list[Step]:
    """Before noon: several files in one mail, and in one zip."""
    return [
        Step(
            "Three files and a signature logo in one mail",
            TOM,
            ((TOM, "receipt"),),
            subject="This week's",
            text="All three for this week.",
            files=(
                (f"8302000_FINbudget{on}.csv", b"line,amount\n1,200\n"),
                (f"8302000_SSHRstarters{on}.csv", b"name,from\nA. N. Other,2026\n"),
                (f"8302000_ADMISSappeals{on}.pdf", PDF + b"appeals"),
            ),
            logo=True,
            stored=3,
        ),
        Step(
            "Several documents, zipped",
            BETH,
            ((BETH, "receipt"), (IAN, "new-files")),
            subject="EYFS return",
            text="tag: EYFSP\nBoth classes.",
            files=((f"8309001_INFOeyfsreturn{on}.zip", _zip()),),
            stored=1,
        ),
    ]


def _deciding() -> list[Step]:
    """The afternoon: schools ask and take back, officers decide."""
    return [
        Step("Where do our files stand?", JO, ((JO, "status"),), subject="status"),
        Step(
            "Taken back in time",
            JO,
            ((JO, "recalled"),),
            text="recall",
            answers="Put right with one word",
            stored=1,
        ),
        Step(
            "An officer receives",
            SAM,
            ((SAM, "decided"), (JO, "received")),
            text="receive",
            answers="A good return",
            stored=1,
        ),
        Step(
            "A recall that comes too late",
            JO,
            ((JO, "too-late"),),
            text="recall",
            answers="A good return",
            stored=1,
        ),
        Step(
            "A copy of one's own file, by a link",
            JO,
            ((JO, "copy"),),
            text="copy",
            answers="A good return",
            stored=1,
        ),
        Step(
            "A rejection, of which the headteacher hears",
            IAN,
            ((IAN, "decided"), (BETH, "rejected"), (MOORVIEW_HEAD, "rejected")),
            text="reject Class 2 is missing from the zip",
            answers="Several documents, zipped",
            stored=1,
        ),
    ]


def _zip() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as folder:
        folder.writestr("class1.csv", "pupil,stage\n1,expected\n")
        folder.writestr("class2.csv", "pupil,stage\n2,exceeding\n")
    return held.getvalue()
