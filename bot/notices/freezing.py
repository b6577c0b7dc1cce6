"""What is told of files that their school says are the wrong ones."""

from typing import ClassVar, Literal

from pydantic import Field

from bot.notices.examples import COLD, FILE, RECEIVED
from bot.notices.facts import OfFiles

Tidings = Literal["frozen", "wanted", "released", "recalled"]
"""`wanted`: its school wants it back when somebody has had it."""
Readers = Literal["officer", "headteacher", "administrators"]


class Frozen(OfFiles):
    """To whoever said that they are wrong: nobody gets them any more, and who has had them."""

    kind = "frozen"
    had: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """By the references of the files: the names of those who have had the contents. None: nobody has."""
    already: tuple[str, ...] = ()
    """The references of those that were frozen before."""


class Released(OfFiles):
    """To whoever lifted the freeze: the files can be had again."""

    kind = "released"


class WrongFile(OfFiles):
    """To officers, the headteacher, the administrators and whoever has had the contents: it may be a breach."""

    kind = "wrong-file"
    what: Tidings
    by: str
    words: str = ""
    """What they wrote."""
    had: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """As in `Frozen`."""
    reader: Readers
    reader_had: bool = False
    """The reader has had the contents of one of them."""

    example: ClassVar["WrongFile"]


Frozen.example = Frozen(files=(FILE.model_copy(update=COLD),))
Released.example = Released(files=(FILE,))
WrongFile.example = WrongFile(
    files=(RECEIVED.model_copy(update=COLD | {"recallable": False}),), what="frozen", by="Jo Sands", words="Wrong file. Please do not open it.",
    had={RECEIVED.reference: ("Sam Hale",)}, reader="officer", reader_had=True,
)  # fmt: skip
