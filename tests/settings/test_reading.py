"""How the parts of a configuration join, and what the environment says."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr, ValidationError

from bot.settings import load, reveal
from tests.settings import BASE, problems, the_problem, written


def test_what_is_not_written_has_its_default(tmp_path: Path) -> None:
    read = load(written(tmp_path), {})

    assert read.retention.contents_days == 90
    assert read.files.attachment_bytes_max == 150_000_000
    assert read.email.smtp.port == 2525
    assert read.email.trust.submission_networks == ()
    assert (read.slack, read.teams, read.scanner.clamd, read.reasons) == (None, None, "", ())


def test_services_are_found_by_their_code_and_times_are_told_in_the_zone(tmp_path: Path) -> None:
    read = load(written(tmp_path), {})

    assert read.timezone == ZoneInfo("Europe/London")
    assert (found := read.service("FIN")) is not None
    assert found.name == "Finance"
    assert read.service("NONE") is None


def test_tables_join_whichever_files_their_keys_stand_in(tmp_path: Path) -> None:
    read = load(written(tmp_path, a="[email.smtp]\nport = 25\n", z="[email]\nreplies_per_hour = 9\n"), {})

    assert (read.email.smtp.port, read.email.replies_per_hour) == (25, 9)
    assert read.email.address == "returns@council.example"


def test_only_files_directly_in_the_folder_count(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path / "demo", base="[nonsense]\n")
    (tmp_path / ".base.toml").write_text("[nonsense]\n")

    assert load(tmp_path, {}).directory == tmp_path


def test_a_key_in_two_files_is_a_mistake_that_names_both(tmp_path: Path) -> None:
    problem = the_problem(written(tmp_path, more='# twice\n[authority]\nnumber = "831"\n'))

    assert (problem.where, problem.line, problem.key) == ("more.toml", 3, "authority.number")
    assert "base.toml" in problem.right


@pytest.mark.parametrize("again", ["services = []\n", "[[services]]\ncode = 'HR'\nname = 'x'\n", "email = 3\n"])
def test_a_list_or_a_table_in_two_files_is_a_mistake_too(tmp_path: Path, again: str) -> None:
    assert [(one.where, one.line) for one in problems(written(tmp_path, more=again))] == [("more.toml", 1)]


def test_relative_paths_start_at_the_folder_and_absolute_ones_stay(tmp_path: Path) -> None:
    text = '[ledger]\nurl = "sqlite:///../there/l.db"\n[keys]\nmirror = "/mnt/keys.db"\n'
    read = load(written(tmp_path / "config", storage=text), {})

    assert read.ledger.url == f"sqlite:///{tmp_path}/there/l.db"
    assert read.ledger.file == tmp_path / "there" / "l.db"
    assert read.keys.mirror == Path("/mnt/keys.db")
    assert read.keys.master_key_file == tmp_path / "var" / "master.key"


@pytest.mark.parametrize("url", ["../a b/vault", "file://{}/a%20b/vault"])
def test_the_vault_is_a_folder_by_path_or_by_url(tmp_path: Path, url: str) -> None:
    read = load(written(tmp_path / "config", storage=f'[vault]\nurl = "{url.format(tmp_path)}"\n'), {})

    assert read.vault.folder == tmp_path / "a b" / "vault"
    assert read.vault.url == f"file://{tmp_path}/a%20b/vault"


def test_the_defaults_of_paths_start_at_the_folder_too(tmp_path: Path) -> None:
    read = load(written(tmp_path / "config"), {})

    assert (read.ledger.file, read.vault.folder) == (tmp_path / "var" / "ledger.db", tmp_path / "var" / "vault")


def test_a_link_to_a_certificate_is_left_for_its_reader_to_follow(tmp_path: Path) -> None:
    (tmp_path / "live.pem").symlink_to(tmp_path / "archive-3.pem")
    tls = '[email.smtp]\ntls_certificate = "live.pem"\ntls_key = "live.key"\n'

    assert load(written(tmp_path, tls=tls), {}).email.smtp.tls_certificate == tmp_path / "live.pem"


def test_the_environment_has_the_last_word_and_is_typed_as_the_key_is(tmp_path: Path) -> None:
    environ = {
        "POSTROOM__AUTHORITY__NUMBER": "831",
        "POSTROOM__EMAIL__SMTP__PORT": "2626",
        "POSTROOM__EMAIL__SMTP__REQUIRE_TLS": "false",
        "POSTROOM__EMAIL__TRUST__SUBMISSION_NETWORKS": '["127.0.0.0/8"]',
        "POSTROOM__TAGS": "['Census', 'Other']",
        "POSTROOM__SERVICES": '[{"code": "HR", "name": "Health"}]',
        "POSTROOM_CONFIG": "/elsewhere",
        "PATH": "/bin",
    }
    read = load(written(tmp_path, smtp="[email.smtp]\nport = 25\n"), environ)

    assert (read.authority.number, read.email.smtp.port, read.email.smtp.require_tls) == ("831", 2626, False)
    assert [str(network) for network in read.email.trust.submission_networks] == ["127.0.0.0/8"]
    assert read.tags == ("Census", "Other")
    assert [service.code for service in read.services] == ["HR"]


def test_the_environment_can_set_what_no_file_has(tmp_path: Path) -> None:
    environ = {
        "POSTROOM__SLACK__BOT_TOKEN": "xoxb-1",
        "POSTROOM__SLACK__APP_TOKEN": "xapp-1",
        "POSTROOM__EMAIL__IMAP__MAIN__HOST": "imap.council.example",
        "POSTROOM__EMAIL__IMAP__MAIN__USER": "returns",
        "POSTROOM__EMAIL__IMAP__MAIN__PASSWORD": "secret",
        "POSTROOM__EMAIL__TRUST__AUTHSERV_IDS": '["mx.council.example"]',
    }
    read = load(written(tmp_path), environ)

    assert read.slack is not None
    assert reveal(read.slack.bot_token, read.slack.bot_token_file) == "xoxb-1"
    assert read.email.imap["main"].port == 993


def test_an_empty_variable_unsets_what_may_be_unset(tmp_path: Path) -> None:
    folder = written(tmp_path, keys='[keys]\nmirror = "../mirror.db"\n')

    assert load(folder, {"POSTROOM__KEYS__MIRROR": "", "POSTROOM__KEYS__MASTER_KEY": ""}).keys.mirror is None


@pytest.mark.parametrize(
    ("variable", "near"),
    [
        ("POSTROOM__EMAL__ADDRESS", "did you mean email?"),
        ("POSTROOM__EMAIL__SMTP__PRT", "did you mean port?"),
        ("POSTROOM__EMAIL__ADDRESS__DEEPER", "no such key"),
        ("POSTROOM__ZZZZZZ", "no such key"),
        ("POSTROOM__", "no such key"),
        ("POSTROOM__DIRECTORY", "no such key"),
        ("POSTROOM__SERVICES__0__CODE", "no such key"),
    ],
)
def test_a_variable_that_sets_nothing_is_a_mistake(tmp_path: Path, variable: str, near: str) -> None:
    problem = the_problem(written(tmp_path), {variable: "hunter2"})

    assert problem.where == f"environment variable {variable}"
    assert near in problem.right
    assert "hunter2" not in str(problem)


def test_a_variable_is_named_where_its_value_is_wrong(tmp_path: Path) -> None:
    problem = the_problem(written(tmp_path, smtp="[email.smtp]\nport = 25\n"), {"POSTROOM__EMAIL__SMTP__PORT": "smtp"})

    assert (problem.where, problem.line) == ("environment variable POSTROOM__EMAIL__SMTP__PORT", None)
    assert str(problem).endswith(': email.smtp.port = "smtp": a whole number, without quotes')


def test_a_byte_order_mark_as_windows_editors_write_it_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "all.toml").write_bytes(b"\xef\xbb\xbf" + BASE.encode())

    assert load(tmp_path, {}).authority.number == "830"


def test_a_secret_is_revealed_from_the_environment_else_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from the file\n")

    assert reveal(SecretStr("given"), tmp_path / "password") == "given"
    assert reveal(None, tmp_path / "password") == "from the file"
    assert reveal(None, None) is None
    with pytest.raises(FileNotFoundError):
        reveal(None, tmp_path / "missing")


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    read = load(written(tmp_path), {})

    with pytest.raises(ValidationError):
        read.email.smtp.port = 1
