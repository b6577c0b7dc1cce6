"""How mistakes are told: all at once, where they are, with what would be right, and never a secret."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.settings import Misconfigured, Settings, load, reveal
from tests.settings import BASE, problems, the_problem, written


def test_a_misspelt_key_suggests_the_nearest_and_is_one_mistake(tmp_path: Path) -> None:
    problem = the_problem(written(tmp_path, base=BASE.replace("number =", "nubmer =")))

    assert (problem.where, problem.line, problem.key) == ("base.toml", 3, "authority.nubmer")
    assert problem.right == "there is no such key; did you mean number?"
    assert problem.found is None


def test_a_misspelt_table_is_one_mistake_whatever_it_lacks(tmp_path: Path) -> None:
    problem = the_problem(written(tmp_path, base=BASE.replace("[authority]", "[authorty]")))

    assert (problem.key, problem.line) == ("authorty", 1)
    assert "did you mean authority?" in problem.right


def test_a_key_that_resembles_none_is_refused_without_a_guess(tmp_path: Path) -> None:
    assert the_problem(written(tmp_path, more="[web]\nqqq = 1\n")).right == "there is no such key"


def test_what_must_be_set_is_told_with_its_meaning_and_the_file_it_belongs_in(tmp_path: Path) -> None:
    found = problems(written(tmp_path, base=""))

    assert {(one.where, one.key) for one in found} == {
        ("authority.toml", "authority.name"),
        ("authority.toml", "authority.number"),
        ("authority.toml", "help.team"),
        ("authority.toml", "help.email"),
        ("authority.toml", "access.shared_mailboxes"),
        ("authority.toml", "access.personal_domains"),
        ("authority.toml", "files.extensions"),
        ("services.toml", "services"),
        ("channels.toml", "email.address"),
    }
    assert "must be set. The returns mailbox." in [one.right for one in found]


def test_every_mistake_is_told_at_once_with_its_file_line_value_and_remedy(tmp_path: Path) -> None:
    base = BASE.replace('"830"', '"83"').replace('"FIN"', '"sen"').replace('name = "Finance"', 'name = "special needs"')
    more = (
        '[web]\nprot = 80\n[email.smtp]\nport = 99999\ntls_key = "k"\n[retention]\nwarn_days = 70\ncontents_days = 30\n'
    )
    folder = written(tmp_path, base=base, more=more)

    told = str(Misconfigured(problems(folder, {"POSTROOM__TAGS": '["a", "A"]'})))

    assert [line.strip() for line in told.splitlines()] == [
        "The configuration has 8 mistakes:",
        'base.toml, line 3: authority.number = "83": three digits, such as "830"',
        'base.toml, line 24: services[entry 2].code = "sen": capital letters alone, such as SEN',
        'base.toml, line 25: services[entry 2].name = "special needs": another one: this stands at services entry 1 name already',
        'environment variable POSTROOM__TAGS: tags[entry 2] = "A": another one: this stands at tags entry 1 already',
        "more.toml, line 2: web.prot: there is no such key; did you mean port?",
        "more.toml, line 4: email.smtp.port = 99999: 65,535 or less",
        'more.toml, line 5: email.smtp.tls_key = "k": tls_certificate as well: a key is of no use without its certificate',
        "more.toml, line 7: retention.warn_days = 70: less than contents_days, which is 30",
    ]


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"[web]\nport = \n", 2, "not TOML"),
        (b"[web]\nport = 1\nport = 2\n", 3, "not TOML"),
        (b"[web", None, "not TOML"),
        ("[web]\n# caf\xe9\n".encode("latin-1"), None, "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_what_it_may_hold_is_not_missed(
    tmp_path: Path, content: bytes, line: int | None, words: str
) -> None:
    (tmp_path / "authority.toml").write_bytes(content)
    problem = the_problem(tmp_path)

    assert (problem.where, problem.line) == ("authority.toml", line)
    assert words in problem.right


@pytest.mark.parametrize("name", ["", "missing"])
def test_a_folder_without_configuration_is_one_mistake(tmp_path: Path, name: str) -> None:
    problem = the_problem(tmp_path / name)

    assert problem.where == str(tmp_path / name)
    assert "no configuration" in problem.right


def test_a_secret_in_a_file_is_refused_unseen_and_told_where_it_belongs(tmp_path: Path) -> None:
    problem = the_problem(
        written(tmp_path, more='[email.outgoing]\nuser = "p"\npassword = "hunter2"\npassword_file = "f"\n')
    )

    assert (problem.key, problem.line) == ("email.outgoing.password", 3)
    assert "password_file" in problem.right
    assert "POSTROOM__EMAIL__OUTGOING__PASSWORD" in problem.right
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize(
    "toml",
    [
        "[slack]\nbot_token_file = ['hunter2']\napp_token_file = 'f'\n",
        "[slack]\nbot_tokn = 'hunter2'\nbot_token_file = 'b'\napp_token_file = 'f'\n",
        "[email.outgoing]\npassword_file = 'hunter2'\n",
        "[email]\noutgoing = 'hunter2'\n",
        "[email.imap]\nmain = 'hunter2'\n",
        "[web]\nbase_url = 'https://me:hunter2@council.example'\n",
        "[ledger]\nurl = 'postgresql://me:hunter2@db.example/postroom'\n",
    ],
)
def test_no_secret_is_shown_wherever_it_was_put_by_mistake(tmp_path: Path, toml: str) -> None:
    base = BASE.replace("[email]\naddress", "email.address") if toml.startswith("[email]") else BASE
    assert "hunter2" not in str(Misconfigured(problems(written(tmp_path, base=base, more=toml))))


def test_secrets_do_not_show_in_the_settings(tmp_path: Path) -> None:
    environ = {"POSTROOM__EMAIL__OUTGOING__PASSWORD": "hunter2", "POSTROOM__EMAIL__OUTGOING__USER": "p"}
    read = load(written(tmp_path), environ)

    assert "hunter2" not in f"{read!r} {read} {read.email.outgoing}"
    assert reveal(read.email.outgoing.password, None) == "hunter2"


def test_a_long_value_is_shown_in_part(tmp_path: Path) -> None:
    problem = the_problem(written(tmp_path, base=BASE.replace('"830"', f'"{"8" * 500}"')))

    assert problem.found is not None
    assert len(problem.found) == 80


def keys_of(model: type[Settings]) -> list[str]:
    """Every table and key that a variable could name."""
    names = ["EMAIL__IMAP__MAIN__PORT", "EMAIL__IMAP__MAIN", "SLACK__MODE", "TEAMS__CLIENT_ID", "KEYS__MIRROR"]
    for name, field in model.model_fields.items():
        names += [
            name.upper(),
            *(f"{name}__{below}".upper() for below in getattr(field.annotation, "model_fields", ())),
        ]
    return names


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec="utf-8"), max_size=20)
WORDS = st.sampled_from(["code", "name", "text", "host", "main", "outgoing", "port", "x"])
JUNK = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(keys_of(Settings)), JUNK, min_size=1, max_size=4))
def test_whatever_is_written_is_taken_or_told_and_nothing_else_is_raised(junk: Mapping[str, object]) -> None:
    with TemporaryDirectory() as folder:
        written(Path(folder))
        environ = {f"POSTROOM__{key}": json.dumps(value, ensure_ascii=False) for key, value in junk.items()}
        try:
            assert load(Path(folder), environ).directory == Path(folder)
        except Misconfigured as fault:
            assert all(problem.where and problem.right for problem in fault.problems)  # noqa: PT017 (either outcome is right)
