"""What is told of files that their school says are the wrong ones."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from bot.notices.examples import COLD, FILE, NOON, RECEIVED
from bot.notices.facts import Notice, OfFiles

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


def variants() -> Iterator[tuple[str, str, Notice]]:
    """Those that look otherwise: their names, what is different, and themselves."""
    yield (
        "frozen-before", "It was frozen before.",
        Frozen(files=(FILE.model_copy(update=COLD),), already=(FILE.reference,)),
    )  # fmt: skip
    yield (
        "wrong-file-unread", "To the headteacher, and nobody has had the contents.",
        WrongFile(
            files=(FILE.model_copy(update=COLD),), what="frozen", by="Jo Sands", words="Wrong child, sorry.", reader="headteacher",
        ),
    )  # fmt: skip
    yield (
        "wrong-file-wanted", "To the officer who had received it when its sender recalled it in Outlook.",
        WrongFile(
            files=(RECEIVED.model_copy(update=COLD | {"recallable": False}),), what="wanted", by="Jo Sands", reader="officer", reader_had=True,
            had={RECEIVED.reference: ("Sam Hale",)},
        ),
    )  # fmt: skip
    yield (
        "wrong-file-released", "The freeze was lifted.",
        WrongFile(files=(FILE,), what="released", by="Jo Sands", reader="officer"),
    )  # fmt: skip
    yield (
        "wrong-file-recalled", "The frozen file was taken back.",
        WrongFile(
            files=(FILE.model_copy(update={"status": "Recalled", "recalled_by": "Jo Sands", "recalled_at": NOON}),),
            what="recalled", by="Jo Sands", reader="administrators",
        ),
    )  # fmt: skip
