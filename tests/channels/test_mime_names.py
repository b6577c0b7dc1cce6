"""Names of attached files, in every form they come in (docs/mail-and-chat.md, L32 to L34)."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.mail.message.head import Head
from handlers.mail.message.parameters import NAME_MAX, Field, Name, name_of


def name(disposition: str = "", kind: str = "", location: str = "") -> Name:
    head = Head.parse(f"Content-Location: {location}\r\n".encode())
    return name_of(head, Field.parse(kind), Field.parse(disposition))


@pytest.mark.parametrize(
    ("disposition", "meant"),
    [
        ('attachment; filename="a b.pdf"; size=3', "a b.pdf"),
        ('attachment;FILENAME="a.pdf"', "a.pdf"),
        ('attachment ; filename = "a.pdf" ;', "a.pdf"),
        ("attachment; filename=a.pdf", "a.pdf"),
        ("attachment filename=a.pdf", "a.pdf"),
        ('attachment; filename="a.pdf" size=3', "a.pdf"),
        ('attachment; filename="say \\"hi\\".pdf"', 'say "hi".pdf'),
        ('attachment; filename="say "hi".pdf"; size=3', 'say "hi".pdf'),
        ('attachment; filename="a;b=c.pdf"', "a;b=c.pdf"),
        ("attachment; filename*=utf-8''caf%C3%A9%20x.pdf", "café x.pdf"),
        ("attachment; filename*=iso-8859-1'en'caf%E9.pdf", "café.pdf"),
        ("attachment; filename*=UTF-8''caf%E9.pdf", "café.pdf"),
        ("attachment; filename*=x-unheard''caf%C3%A9.pdf", "café.pdf"),
        ("attachment; filename*=caf%C3%A9.pdf", "café.pdf"),
        ("attachment; filename*=utf-8''100%.pdf", "100%.pdf"),
        ("attachment; filename=cafe.pdf; filename*=utf-8''caf%C3%A9.pdf", "café.pdf"),
        ('attachment; filename*0="8302000_"; filename*1="SENplan.pdf"', "8302000_SENplan.pdf"),
        ('attachment; filename*1="SENplan.pdf"; filename*0="8302000_"', "8302000_SENplan.pdf"),
        ("attachment; filename*0*=utf-8''%e2%82; filename*1*=%ac%; filename*2*=20x; filename*3=%20.pdf", "€ x%20.pdf"),
        ('attachment; filename="=?utf-8?B?Y2Fmw6kucGRm?="', "café.pdf"),
        ("attachment; filename==?utf-8?Q?caf=C3=A9?= =?utf-8?Q?=20x.pdf?=", "café x.pdf"),
        ('attachment; filename*0="=?utf-8?B?Y2Fm"; filename*1="w6kucGRm?="', "café.pdf"),
        ('attachment; filename="café.pdf"', "café.pdf"),
        ('attachment; filename="first.pdf"; filename="second.pdf"', "first.pdf"),
    ],
)
def test_a_name_reads_as_it_was_meant(disposition: str, meant: str) -> None:  # lessons L32, L33
    assert name(disposition) == Name(meant)


@pytest.mark.parametrize(
    ("disposition", "meant"),
    [
        ('attachment; filename="../../etc/passwd.doc"', "passwd.doc"),
        ('attachment; filename="C:\\Users\\jo\\a.doc"', "a.doc"),
        ('attachment; filename="C:\\\\Users\\\\jo\\\\a.doc"', "a.doc"),
        ("attachment; filename*=utf-8''..%2F..%5Ca.doc", "a.doc"),
        ("attachment; filename*=utf-8''a%0D%0Ab.doc", "ab.doc"),
        ("attachment; filename*=utf-8''a%00%E2%80%AEb.doc", "a\0\u202eb.doc"),
        ('attachment; filename="  a.doc "', "  a.doc "),
    ],
)
def test_a_name_keeps_its_faults_but_for_folders_and_line_ends(disposition: str, meant: str) -> None:  # lesson L34
    assert name(disposition).text == meant


@pytest.mark.parametrize(
    ("disposition", "meant"),
    [
        ("attachment; filename=8302000_SEN plan.pdf", Name("8302000_SEN plan.pdf")),
        ("attachment; filename=8302000_SEN a;b.pdf; size=3", Name("8302000_SEN a;b.pdf")),
        ("attachment; filename=8302000_SEN; size=3", Name("8302000_SEN", cut=True)),
        ("attachment; filename=8302000_SEN autumn plan", Name("8302000_SEN autumn plan", cut=True)),
        ('attachment; filename="8302000_SENpl', Name("8302000_SENpl", cut=True)),
        ('attachment; filename="8302000_SENplan.pdf', Name("8302000_SENplan.pdf")),
        ("attachment; filename*0=8302000_; filename*2=plan.pdf", Name("8302000_plan.pdf", cut=True)),
        ('attachment; filename="8302000_SEN"', Name("8302000_SEN")),
    ],
)
def test_a_name_that_may_have_been_cut_short_says_so(disposition: str, meant: Name) -> None:  # lesson L34
    assert name(disposition) == meant


def test_a_whole_name_elsewhere_goes_before_one_that_was_cut() -> None:
    kind = 'application/pdf; name="8302000_SEN plan.pdf"'
    assert name("attachment; filename=8302000_SEN", kind) == Name("8302000_SEN plan.pdf")
    assert name('attachment; filename="a.pdf"', kind) == Name("a.pdf")
    assert name("attachment", kind) == name('attachment; filename=""', kind) == Name("8302000_SEN plan.pdf")


def test_where_it_came_from_is_a_name_only_as_a_last_resort() -> None:  # lesson L32
    assert name(location="http://leys.example/a%20b/plan%20one.pdf?v=1") == Name("plan one.pdf")
    assert name("attachment; filename=a.pdf", location="http://leys.example/b.pdf") == Name("a.pdf")
    assert name(location="http://[bad") == name() == Name("")


def test_an_endless_name_is_cut() -> None:
    assert name(f'attachment; filename="{"a" * 5000}.pdf"') == Name("a" * NAME_MAX, cut=True)


TOKENS = st.sampled_from(
    [
        "filename",
        "name",
        "*",
        "*0",
        "*1*",
        "=",
        '"',
        ";",
        " ",
        "\\",
        "'",
        "%C3",
        "%",
        "utf-8''",
        "=?utf-8?Q?",
        "?=",
        "é",
        "/",
    ]
)


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(TOKENS).map("".join) | st.text())
def test_no_field_makes_it_raise(value: str) -> None:
    found = name(f"attachment; {value}", value)
    assert not set(found.text) & set("/\\\r\n")


@pytest.mark.parametrize("token", ['a="', '"', "a=;", 'x=" ', ";a", "; ", "\\", "a*0=%", '"a=', "'"])
def test_the_longest_field_takes_no_time(token: str) -> None:
    begun = time.process_time()
    name(f"attachment; filename={token * (200_000 // len(token))}")
    assert time.process_time() - begun < 2
