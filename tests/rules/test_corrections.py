"""Corrections and choices: whatever comes, what is offered is a valid name, and sure only by the steps that are listed."""

from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.rules.convention import day_of
from bot.rules.filename import Verdict, judge, named
from tests.rules.naming import EXTENSIONS, FOURTH, LEYS, OTHER, SERVICES, TODAY, convention

SENDERS = st.sampled_from([(LEYS,), (LEYS, FOURTH), ()])
DAYS = st.dates(date(2020, 1, 1), date(2029, 12, 31))
VERSIONS = st.integers(1, 99).map(lambda number: f"V{number:02d}")
CASES = st.sampled_from([str.lower, str.upper, str.title])
EXTENSION = st.tuples(st.sampled_from(sorted(EXTENSIONS)), CASES).map(lambda drawn: drawn[1](drawn[0]))
ABOUT = st.from_regex(r"[a-z][a-z0-9]{0,11}", fullmatch=True)
ODD = "_-. –\u00a0\t()Vv019SENspéЯ８\u202e\u0000\u200b/&'"


@st.composite
def valid_names(draw: st.DrawFn, school: str = LEYS) -> str:
    """Names by the four parts of the convention."""
    when = draw(st.one_of(DAYS.map(lambda day: f"{day:%Y%m%d}"), VERSIONS))
    about = draw(ABOUT)
    assume(not (when.startswith("V") and day_of(about[-8:])))
    return f"{school}_{draw(st.sampled_from(sorted(SERVICES)))}{about}{when}.{draw(EXTENSION)}"


@st.composite
def damaged_names(draw: st.DrawFn) -> str:
    """Valid names with characters put in, taken out or replaced."""
    name = draw(valid_names(school=draw(st.sampled_from([LEYS, LEYS, FOURTH, OTHER, "8309999"]))))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(name)))
        name = name[:at] + draw(st.text(ODD, max_size=3)) + name[at + draw(st.integers(0, 2)) :]
    return name


ANY = st.one_of(st.text(max_size=400), damaged_names(), st.text(ODD + "2026830.docx", max_size=40))


def offered(verdict: Verdict) -> tuple[str, ...]:
    """Every name that is offered, sure or not."""
    return ((verdict.meant,) if verdict.meant else ()) + verdict.choices


@given(valid_names(), SENDERS)
def test_a_name_by_the_four_parts_is_valid_and_stays_as_it_is(name: str, schools: tuple[str, ...]) -> None:
    verdict = judge(name, convention(*schools), TODAY)
    assert str(verdict.name) == name
    assert (verdict.faults, verdict.meant, verdict.choices, verdict.refused) == ((), None, (), False)


@given(ANY, SENDERS)
def test_any_text_is_either_valid_or_told_what_is_at_fault(text: str, schools: tuple[str, ...]) -> None:
    verdict = judge(text, convention(*schools), TODAY)
    assert (verdict.name is None) == bool(verdict.faults)
    assert verdict.name is None or str(verdict.name) == verdict.given
    assert len(set(verdict.faults)) == len(verdict.faults)


@given(ANY, SENDERS)
def test_whatever_is_offered_is_a_valid_name_with_the_files_own_extension(text: str, schools: tuple[str, ...]) -> None:
    by = convention(*schools)
    verdict = judge(text, by, TODAY)
    names = offered(verdict)
    assert not (verdict.meant and verdict.choices)
    assert len(set(names)) == len(names) <= 9
    for name in names:
        again = judge(name, by, TODAY)
        assert str(again.name) == name
        assert not schools or name[:7] in schools
        assert verdict.given.rpartition(".")[2].strip(" \t\u00a0\u202e\u0000\u200b") == name.rpartition(".")[2]


@given(ANY)
def test_what_is_refused_is_offered_nothing(text: str) -> None:
    verdict = judge(text, convention(LEYS), TODAY)
    assert not (verdict.refused and offered(verdict))
    assert not (verdict.name and offered(verdict))


@given(valid_names(school=OTHER), st.sampled_from(["", "copy of ", "_", " - "]), st.sampled_from([" ", "-", "", "__"]))
def test_the_number_of_another_school_is_always_refused(name: str, before: str, between: str) -> None:
    verdict = judge(before + name.replace("_", between), convention(LEYS), TODAY)
    assert verdict.refused
    assert offered(verdict) == ()


SEPARATORS = st.sampled_from([" ", "_", "-", ".", "  ", " - ", " – ", "\u00a0"])
JOINTS = st.one_of(SEPARATORS, st.just(""))
WORDS = st.lists(st.sampled_from(["plan", "Review", "TERMLY", "ks2", "forMum"]), min_size=1, max_size=3)
COPIES = st.lists(st.sampled_from([" (1)", " - Copy", "_copy", " - Copy (2)", " copy", "(3)"]), max_size=2)
COPIES_OF = st.lists(st.sampled_from(["copy of ", "Copy (2) of ", "Copy of_"]), max_size=2)
WRITTEN_DAYS = st.sampled_from(
    ["{day:%Y%m%d}", "{day:%d%m%Y}", "{day:%Y}{at}{day:%m}{at}{day:%d}", "{day.day}{at}{day.month}{at}{day:%Y}"]
)


@st.composite
def slips(draw: st.DrawFn) -> tuple[str, str]:
    """A name that only sure steps part from the right one, and the right one."""
    code = draw(st.sampled_from(sorted(SERVICES)))
    words, day = draw(WORDS), draw(DAYS)
    version = draw(st.none() | st.integers(1, 99))
    when, right = f"{day:%Y%m%d}", f"{day:%Y%m%d}"
    if version is None:
        when = draw(WRITTEN_DAYS).format(day=day, at=draw(st.sampled_from(["-", "_", ".", " ", " - "])))
    else:
        when, right = draw(st.sampled_from([f"V{version}", f"V{version:02d}", f"V {version}"])), f"V{version:02d}"
    number = draw(st.sampled_from(["", LEYS + draw(JOINTS), "830 2000" + draw(JOINTS), LEYS + "_"]))
    stem = number + draw(CASES)(code) + draw(SEPARATORS) + draw(SEPARATORS).join(words) + draw(SEPARATORS) + when
    extension = draw(EXTENSION)
    given_name = "".join(draw(COPIES_OF)) + stem + "".join(draw(COPIES)) + draw(st.sampled_from(["", " "]))
    return f"{given_name}.{extension}", f"{LEYS}_{code}{''.join(words).lower()}{right}.{extension}"


@given(slips())
def test_any_mixture_of_the_sure_steps_is_undone(slip: tuple[str, str]) -> None:
    written, right = slip
    verdict = judge(written, convention(LEYS), TODAY)
    assert verdict.meant == right


@given(slips())
def test_for_someone_of_two_schools_the_same_is_sure_only_where_the_number_stands(slip: tuple[str, str]) -> None:
    written, right = slip
    verdict = judge(written, convention(LEYS, FOURTH), TODAY)
    if "2000" in written:
        assert verdict.meant == right
    else:
        assert verdict.meant is None
        assert verdict.choices == (right, right.replace(LEYS, FOURTH))


@given(slips(), st.sampled_from(["\u200b", "\u202e", "\u0007", "é", "８", "&", "'"]), st.data())
def test_no_other_step_is_ever_sure(slip: tuple[str, str], odd: str, data: st.DataObject) -> None:
    stem, _, extension = slip[0].rpartition(".")
    at = data.draw(st.integers(1, len(stem) - 1))
    assert judge(f"{stem[:at]}{odd}{stem[at:]}.{extension}", convention(LEYS), TODAY).meant is None


@given(st.dates(date(2013, 1, 1), date(2099, 12, 31)), st.sampled_from(["%Y%m", "%m%Y", "%Y-%m", "%m.%Y", "%Y"]))
def test_a_month_without_a_day_is_never_completed(day: date, form: str) -> None:
    verdict = judge(f"8302000_SENplan{day.strftime(form)}.docx", convention(LEYS), TODAY)
    assert verdict.meant is None
    assert verdict.choices == ("8302000_SENplanV01.docx",)


@given(ANY, st.one_of(valid_names(), damaged_names()), SENDERS)
def test_a_reply_never_gives_a_file_another_extension(reply: str, name: str, schools: tuple[str, ...]) -> None:
    by = convention(*schools)
    own = name.rpartition(".")[2]
    assume(own.lower() in EXTENSIONS)
    verdict = named(reply, name, by, TODAY)
    names = offered(verdict) + ((str(verdict.name),) if verdict.name else ())
    assert all(one.rpartition(".")[2] == own for one in names)
    assert (verdict.name is None) == bool(verdict.faults)


@given(valid_names(), EXTENSION)
def test_a_whole_valid_name_is_taken_with_or_without_its_extension(name: str, extension: str) -> None:
    stem, _, own = name.rpartition(".")
    for reply in (stem, f"{stem}.{own}", f" {stem}.{own.swapcase()}\n"):
        assert str(named(reply, f"Acronyms.{extension}", convention(LEYS), TODAY).name) == f"{stem}.{extension}" or (
            own.lower() != extension.lower() and "." in reply
        )


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_reply_to_any_name_is_judged(reply: str, name: str) -> None:
    verdict = named(reply, name, convention(LEYS), TODAY)
    assert (verdict.name is None) == bool(verdict.faults)
