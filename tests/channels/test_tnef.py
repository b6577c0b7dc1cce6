"""Outlook's parcels, `winmail.dat`, unpacked (lesson L35)."""

import base64
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.arrival import Unreadable
from handlers.mail.message.mime import PARTS_MAX
from handlers.mail.receive import open_message
from handlers.mail.unwrapping import tnef
from handlers.mail.unwrapping.source import Broken, Source
from tests.channels.opening import HashSink, Vault, attached, files_of, mixed, text_of
from tests.channels.packing.tnef import (
    FILE,
    HEAD,
    MESSAGE,
    attached_message,
    attribute,
    codepage,
    file,
    flag,
    of_message,
    outlook,
    parcel,
    properties,
    value,
    words,
)
from tests.measuring import held

PLAN = ("8302000_SENplan20260901.docx", b"a plan" * 100)
LIST = ("8302000_SENlist café20260901.docx", b"a list")
LETTER = "Content-Type: text/plain\n\nHello"


def carrying(
    packed: bytes, *, kind: str = "application/ms-tnef", name: str = "winmail.dat", letter: str = LETTER
) -> bytes:
    """A mail with this parcel."""
    return mixed(letter, attached(base64.encodebytes(packed).decode(), kind=kind, name=name))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("application/ms-tnef", "winmail.dat"),
        ("application/octet-stream", "WinMail.dat"),
        ("application/vnd.ms-tnef", ""),
        ("application/ms-tnef", "att00005.dat"),
    ],
)
def test_its_files_are_files_of_the_mail_and_it_is_none_itself(kind: str, name: str) -> None:
    opened = Vault().open(carrying(outlook([PLAN, LIST]), kind=kind, name=name))
    assert [(one.part, one.name, one.absent) for one in opened.attachments] == [
        ("2.1", PLAN[0], ""),
        ("2.2", LIST[0], ""),
    ]
    assert files_of(carrying(outlook([PLAN, LIST]), kind=kind, name=name)) == [PLAN, LIST]
    assert opened.missing == ()


@pytest.mark.parametrize(
    ("written", "title", "name"),
    [
        ([words(0x3707, "long café.docx")], b"LONGCA~1.DOC", "long café.docx"),
        ([words(0x3707, "long café.docx", charset="cp1252")], b"", "long café.docx"),
        ([words(0x3704, "LONGCA~1.DOC"), words(0x3707, "long.docx")], b"", "long.docx"),
        ([words(0x3001, "shown.docx")], b"", "shown.docx"),
        ([], b"C:\\Users\\jo\\caf\xe9.docx", "café.docx"),
        ([words(0x3707, "../../plan.docx")], b"", "plan.docx"),
        ([], b"", ""),
    ],
)
def test_a_file_has_the_longest_name_that_is_given(written: list[bytes], title: bytes, name: str) -> None:
    assert files_of(carrying(parcel(file(b"ABC", *written, title=title)))) == [(name, b"ABC")]


def test_names_without_unicode_are_in_the_character_set_of_their_sender() -> None:
    packed = HEAD + codepage(1253) + file(b"ABC", title="σχέδιο.docx".encode("cp1253"))
    assert files_of(carrying(packed)) == [("σχέδιο.docx", b"ABC")]


def test_a_property_of_every_kind_is_passed_over() -> None:
    named = (
        struct.pack("<HH", 0x1F, 0x8001) + bytes(16) + struct.pack("<II", 1, 6) + "abc".encode("utf-16-le") + b"\0\0"
    )
    named += struct.pack("<II", 1, 3) + b"xyz\0"
    numbered = struct.pack("<HH", 0x03, 0x8002) + bytes(16) + struct.pack("<III", 0, 7, 9)
    many = struct.pack("<HHI", 0x101E, 0x3A58, 2) + struct.pack("<I", 3) + b"abc\0" + struct.pack("<I", 4) + b"defg"
    numbers = struct.pack("<HHI", 0x1003, 0x3A59, 3) + bytes(12)
    others = [struct.pack("<HH", kind, 0x3A60) + bytes(size) for kind, size in ((2, 4), (5, 8), (0x40, 8), (0x48, 16))]
    packed = parcel(file(b"ABC", named, numbered, many, numbers, *others, words(0x3707, "plan.docx")))
    assert files_of(carrying(packed)) == [("plan.docx", b"ABC")]


def test_contents_may_stand_among_the_properties() -> None:
    assert files_of(carrying(parcel(file(None, value(0x3701, 0x102, b"ABCDE"), words(0x3707, "plan.docx"))))) == [
        ("plan.docx", b"ABCDE")
    ]


def test_the_letter_is_taken_from_it_only_where_there_is_no_other() -> None:
    for body in (of_message(words(0x1000, "As agreed.")), of_message(value(0x1013, 0x102, b"<p>As <b>agreed.</b></p>")),
                 attribute(MESSAGE, 0x0002800C, b"As agreed.\0")):  # fmt: skip
        packed = parcel(body, file(b"ABC", title=b"a.pdf"))
        assert text_of(carrying(packed)) == "Hello"
        assert text_of(carrying(packed, letter="Content-Type: text/plain\n\n \n")) == "As agreed."


def test_a_picture_of_the_letter_is_no_file() -> None:  # lesson L38
    logo = file(b"PNG", words(0x3707, "image001.png"), words(0x3712, "image001.png@01D2"), flag(0x7FFE, on=True))
    assert files_of(carrying(parcel(logo, file(b"ABC", title=b"a.pdf")))) == [("a.pdf", b"ABC")]
    opened = Vault().open(carrying(parcel(logo)))
    assert (opened.attachments, opened.only_pictures) == ((), True)


def test_a_picture_that_was_attached_is_a_file() -> None:
    photo = file(b"PNG", words(0x3707, "image001.png"))
    assert files_of(carrying(parcel(photo))) == [("image001.png", b"PNG")]


def test_files_of_a_message_within_are_taken_and_its_words_are_not() -> None:  # lesson L37
    older = attached_message(of_message(words(0x1000, "recall all")), file(b"ABC", words(0x3707, "plan.docx")))
    mail = carrying(parcel(older), letter="Content-Type: text/plain\n\n ")
    assert (files_of(mail), text_of(mail)) == ([("plan.docx", b"ABC")], "")


def test_messages_within_messages_are_opened_only_so_deep() -> None:
    packed = file(b"ABC", words(0x3707, "plan.docx"))
    for _ in range(tnef.NESTED_MAX):
        packed = attached_message(packed)
    assert files_of(carrying(parcel(packed))) == [("plan.docx", b"ABC")]
    deeper = Vault().open(carrying(parcel(attached_message(packed))))
    assert [one.absent for one in deeper.attachments] == ["winmail-object"]


def test_what_only_outlook_can_open_is_told_of() -> None:
    chart = file(None, value(0x3701, 0x0D, bytes(16) + b"OLE"), words(0x3001, "Chart"))
    (absent,) = Vault().open(carrying(parcel(chart))).attachments
    assert (absent.name, absent.absent) == ("Chart", "winmail-object")


def test_an_empty_one_is_told_of_only_beside_the_letter() -> None:
    opened = Vault().open(carrying(parcel(of_message(words(0x1000, "Hello")))))
    assert (opened.attachments, opened.missing) == ((), ("winmail-empty",))


@pytest.mark.parametrize("damaged", [b"", b"hello", HEAD[:4], HEAD + b"\x01\x02"])
def test_one_that_is_damaged_is_told_of(damaged: bytes) -> None:
    (absent,) = Vault().open(carrying(damaged)).attachments
    assert (absent.name, absent.absent) == ("", "winmail-broken")


def test_a_file_whose_checksum_is_wrong_is_not_taken() -> None:
    packed = parcel(
        file(b"ABC", title=b"a.pdf"), file(b"ABC", title=b"b.pdf", checksum=7), file(b"ABC", title=b"c.pdf")
    )
    vault = Vault()
    opened = vault.open(carrying(packed))
    assert [(one.name, one.absent) for one in opened.attachments] == [
        ("a.pdf", ""), ("b.pdf", "winmail-broken"), ("c.pdf", ""),
    ]  # fmt: skip
    assert vault.abandoned() == ["2.2"]


def test_one_that_is_cut_between_two_files_says_that_there_may_have_been_more() -> None:
    first = parcel(file(b"ABC", title=b"a.pdf"))
    whole = parcel(file(b"ABC", title=b"a.pdf"), file(b"DEF", title=b"b.pdf"))
    begun = whole[: len(first) + 1 + 4 + 4 + 14 + 2 + 3]  # into what follows the attribute with which the second begins
    opened = Vault().open(carrying(begun))
    assert [(one.name, one.absent) for one in opened.attachments] == [("a.pdf", ""), ("", "winmail-broken")]


def test_wherever_one_is_cut_no_file_is_taken_that_is_not_whole() -> None:
    packed = outlook([PLAN, LIST])
    for kept in range(0, len(packed), 3):
        vault = Vault()
        for one in vault.open(carrying(packed[:kept])).attachments:
            contents = bytes(vault.sinks[one.part].contents) if one.part in vault.sinks else b""
            assert one.absent or contents in (PLAN[1], LIST[1])


def test_more_files_than_any_program_packs_are_hostile() -> None:
    with pytest.raises(Unreadable, match="more parts"):
        files_of(carrying(parcel(*[file(b"", title=b"a")] * PARTS_MAX)))


@pytest.mark.parametrize(
    "hostile",
    [
        HEAD + attribute(MESSAGE, 1, b"") * 30_000,
        HEAD + attribute(FILE, 0x00069005, struct.pack("<I", 1 << 31)),
        HEAD + attribute(FILE, 0x00069005, properties(struct.pack("<HHI", 0x101E, 1, 1 << 31) + bytes(400_000))),
        HEAD + attribute(FILE, 0x00069005, properties(struct.pack("<HHI", 0x1003, 1, 1 << 31))),
        HEAD + struct.pack("<BII", 2, 0x0006800F, 0xFFFFFFFF) + bytes(1000),
    ],
)
def test_octets_made_on_purpose_cost_nothing(hostile: bytes) -> None:
    opened = Vault().open(carrying(hostile))
    assert all(one.absent for one in opened.attachments)


def test_a_parcel_of_any_size_is_unpacked_in_the_memory_of_a_small_one() -> None:
    block, count = bytes(range(256)) * 1024, 120
    summed = sum(block) * count & 0xFFFF

    def mail() -> Iterator[bytes]:
        yield b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        yield HEAD + attribute(FILE, 0x00069002, bytes(14)) + struct.pack("<BII", 2, 0x0006800F, len(block) * count)
        for _ in range(count):
            yield block
        yield struct.pack("<H", summed) + attribute(FILE, 0x00018010, b"a.pdf\0")

    with held() as memory:
        (one,) = open_message(mail(), HashSink).attachments
    assert (one.name, one.size, one.absent) == ("a.pdf", len(block) * count, "")
    assert memory.octets < 4 << 20


WHOLE = parcel(
    of_message(words(0x1000, "As agreed.")), file(b"ABC" * 9, words(0x3707, "plan.docx"), title=b"PLAN.DOC"),
    attached_message(file(b"DEF", words(0x3707, "list.docx"))),
)  # fmt: skip


@settings(deadline=None)  # a busy machine is no fault
@given(st.integers(0, len(WHOLE)), st.binary(max_size=8), st.integers(1, 50))
def test_no_octets_raise_anything_but_broken_however_they_come(at: int, put: bytes, size: int) -> None:
    packed = WHOLE[:at] + put + WHOLE[at + len(put) :]

    def read(blocks: list[bytes]) -> list[tnef.Event | str]:
        found: list[tnef.Event | str] = []
        try:
            found += [one for one in tnef.events(Source(blocks)) if not isinstance(one, bytes)]
        except Broken as why:
            found.append(str(why))
        return found

    assert read([packed]) == read([packed[start : start + size] for start in range(0, len(packed), size)])
