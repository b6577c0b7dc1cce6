"""Real mails damaged octet by octet and line by line: nothing raises but Unreadable, nothing is taken for whole that is not."""

import base64
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.arrival import Unreadable
from tests.channels.opening import RECORDED, Vault, attached, mixed, pieces
from tests.channels.packing.tnef import attached_message, file, outlook, parcel, words

PARCEL = parcel(
    file(b"ABC" * 30, words(0x3707, "plan.docx")), attached_message(file(b"DEF", words(0x3707, "list.docx")))
)
SIGNED = bytes.fromhex("308006092a864886f70d010702a0803080020101310030800609") + b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
SIGNED += (
    b"\xa0\x80\x24\x80\x04\x82\x00\x40" + b"Content-Type: application/pdf; name=a.pdf\r\n\r\nABC".ljust(64) + bytes(8)
)
MAILS = [
    *(path.read_bytes() for path in sorted(RECORDED.glob("*.eml"))),
    mixed(attached(base64.encodebytes(PARCEL).decode(), kind="application/ms-tnef", name="winmail.dat")),
    mixed(attached(base64.encodebytes(outlook([("a.docx", b"ABC")])).decode(), name="winmail.dat")),
    mixed(attached(base64.encodebytes(SIGNED).decode(), kind="application/pkcs7-mime", name="smime.p7m")),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A mail with octets flipped, left out or put in, lines doubled or swapped, or its end cut off."""
    raw = draw(st.sampled_from(MAILS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(raw)))
        match draw(st.sampled_from(["flip", "drop", "put", "double", "swap", "cut"])):
            case "flip":
                raw = (
                    raw[:at]
                    + bytes(octet ^ (1 << draw(st.integers(0, 7))) for octet in raw[at : at + 1])
                    + raw[at + 1 :]
                )
            case "drop":
                raw = raw[:at] + raw[at + draw(st.integers(1, 80)) :]
            case "put":
                raw = raw[:at] + draw(st.binary(min_size=1, max_size=8)) + raw[at:]
            case "cut":
                raw = raw[:at]
            case how:
                lines = raw.split(b"\n")
                line = draw(st.integers(0, len(lines) - 1))
                there = draw(st.integers(0, len(lines) - 1)) if how == "swap" else line
                lines.insert(there, lines[line])
                raw = b"\n".join(lines)
    return raw


@settings(deadline=None)  # a busy machine is no fault
@given(damaged(), st.integers(1, 5000))
def test_a_damaged_mail_is_read_or_is_unreadable_the_same_however_it_comes(raw: bytes, size: int) -> None:
    def read(chunks: bytes | list[bytes]) -> object:
        vault = Vault()
        try:
            opened = vault.open(chunks)
        except Unreadable as why:
            assert vault.abandoned() == list(vault.sinks)
            return str(why)
        kept = {part for part, sink in vault.sinks.items() if sink.finished and not sink.abandoned}
        assert {one.part for one in opened.attachments if not one.absent} == kept
        return opened

    assert read(raw) == read(list(pieces(raw, size)))


@pytest.mark.parametrize("mail", range(len(MAILS)))
def test_wherever_a_mail_is_cut_it_is_read_at_once_and_no_file_of_it_is_other_than_in_the_whole(mail: int) -> None:
    raw, whole = MAILS[mail], Vault()
    files = {one.sha256 for one in whole.open(raw).attachments}
    begun = time.process_time()
    for kept in range(0, len(raw), max(1, len(raw) // 150)):
        opened = Vault().open(raw[:kept])
        if b"multipart/mixed" in raw:
            assert {one.sha256 for one in opened.attachments if not one.absent} <= files
    assert time.process_time() - begun < 20
