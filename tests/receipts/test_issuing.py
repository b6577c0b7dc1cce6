"""What a receipt holds, and with which notices one goes."""

import base64
import json

import pytest

from bot.intake import FILES_MAX
from bot.notices import FILE, HELD, KINDS, RECEIVED, SENT, Mixed, Outcome, Receipt, Verdict
from bot.receipts import Glance, issue
from bot.receipts.document import canonical
from handlers.mail.message.parameters import NAME_MAX
from tests.receipts import NOON, NORTHSHIRE, NOTICE_ID, OTHER, OURS, issued, judged, receipt_of, said

WITH_RECEIPTS = {"receipt", "mixed"}


def test_it_says_what_was_sent_to_whom_by_whom_and_when_in_this_order() -> None:
    made = issued(receipt_of(FILE, OTHER))
    document = said(made.octets)
    assert made.name == "receipt-PR-7K3Q-M2XW.json"
    assert list(document) == ["postroom_receipt", "notice", "issued_at", "authority", "files", "signature"]
    assert document["postroom_receipt"] == 1
    assert document["notice"] == NOTICE_ID
    assert document["issued_at"] == "2026-09-01T12:00:00Z"
    assert document["authority"] == {"name": "Northshire County Council", "number": "830"}
    assert list(document["files"][0].items()) == [
        ("reference", "PR-7K3Q-M2XW"), ("name", "8302000_SENplan20260901.docx"), ("school", "8302000"),
        ("school_name", "Leys Junior School"), ("service", "SEN"), ("service_name", "SEN – (EHCP via EHC Hub)"),
        ("size", 48_213), ("sha256", FILE.sha256), ("sent_at", "2026-09-01T12:00:00Z"), ("sent_by", "Jo Sands"),
    ]  # fmt: skip
    assert document["files"][1]["given"] == "r"
    assert list(document["signature"]) == ["algorithm", "key", "value"]
    assert document["signature"]["algorithm"] == "Ed25519"


def test_it_says_nothing_that_may_change_and_nothing_that_is_private() -> None:
    file = RECEIVED.model_copy(update={"tag": "Census", "reason": "Wrong child"})
    text = issued(receipt_of(file)).octets.decode()
    for word in ("Received", "Sam Hale", "autumn plan", "Census", "Wrong child", "@"):
        assert word not in text


def test_people_can_read_it() -> None:
    text = issued().octets.decode()
    assert text.startswith('{\n  "postroom_receipt": 1,\n')
    assert "SEN – (EHCP via EHC Hub)" in text
    assert text.endswith("}\n")


def test_a_repeat_is_the_same_to_the_octet() -> None:
    assert issued().octets == issued().octets


@pytest.mark.parametrize("kind", KINDS)
def test_one_goes_with_every_notice_that_says_that_something_was_sent_and_with_no_other(kind: str) -> None:
    made = issue(KINDS[kind].example, NOTICE_ID, NOON, NORTHSHIRE, OURS)
    assert (made is not None) == (kind in WITH_RECEIPTS)


def test_of_several_files_only_those_that_were_sent_stand_in_it() -> None:
    refused = Outcome(verdict="refused", given="tool.exe")
    duplicate = Outcome(verdict="duplicate", given=FILE.name, file=FILE)
    sent = SENT.model_copy(update={"file": OTHER})
    made = issued(Mixed(outcomes=(HELD, refused, duplicate, sent), remaining=(HELD,)))
    assert made.name == "receipt-PR-0000-0000.json"
    assert [file["reference"] for file in said(made.octets)["files"]] == ["PR-0000-0000"]


def test_what_still_waits_stands_in_no_receipt() -> None:
    made = issued(Receipt(outcomes=(SENT,), remaining=(HELD.model_copy(update={"file": OTHER}),)))
    assert [file["reference"] for file in said(made.octets)["files"]] == ["PR-7K3Q-M2XW"]


def test_what_is_signed_is_the_canonical_form_of_all_but_the_signature() -> None:
    document = said(issued().octets)
    signature = document.pop("signature")
    octets = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert OURS.public.proves(base64.b64decode(signature["value"]), octets)


def test_the_canonical_form_is_that_of_rfc_8785() -> None:
    """The strings of its section 3.2.2, as far as receipts hold such."""
    told = {"b": '€$\x0f\nA\'B"\\\\"/\x7f\u2028', "a": [56, "", {}], "10": 1, "9": "ö"}
    expected = '{"10":1,"9":"ö","a":[56,"",{}],"b":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f\u2028"}'
    assert canonical(told) == expected.encode()


def test_the_longest_names_of_the_most_files_are_noticed_as_a_receipt() -> None:
    long = FILE.model_copy(update={"name": "x" * NAME_MAX, "given": "👍" * NAME_MAX})
    octets = issued(receipt_of(*[long] * FILES_MAX)).octets
    glance = Glance()
    glance.see(octets)
    assert glance.contents() == octets
    found = judged(octets)
    assert found
    assert found.verdict is Verdict.GENUINE
