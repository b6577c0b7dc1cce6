"""How the command line behaves whatever is asked of it: exit status, streams, one JSON document, sentences for failures."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from handlers.cli import COMMANDS, main, serving, show
from tests.cli.conftest import CommandLine


def test_every_command_is_there_and_explains_itself(office: CommandLine) -> None:
    for name, command in COMMANDS.items():
        assert " ".join(command.summary.split()[:3]) in office.run("--help").stdout
        assert "Usage" in office.run(name, "--help").stdout


@pytest.mark.parametrize("module", ["handlers.cli", "handlers.cli.names", "handlers.cli.send"])
def test_what_needs_no_database_and_no_mail_server_loads_none(module: str) -> None:
    heavy = "{'sqlalchemy', 'alembic', 'aiosmtpd', 'cryptography'}"
    code = f"import sys, {module}; sys.exit(bool({heavy} & {{name.partition('.')[0] for name in sys.modules}}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_serves_loads_nothing_that_it_may_never_need() -> None:
    """Each of these takes 1 to 20 MiB: what is not configured, what a table, a page or a slip of the hand needs, what is others',
    what the process aside does."""
    needless = (
        "{'rich', 'pygments', 'greenlet', 'rapidfuzz', 'dns', 'alembic', 'slack_sdk', 'imapclient', 'msal', 'requests',"
        " 'aiohttp', 'cryptography.x509', 'sqlalchemy.dialects.postgresql', 'jinja2', 'markdown_it', 'css_inline'}"
    )
    code = f"import sys, handlers.cli; handlers.cli.load('serve'); sys.exit(str({needless} & set(sys.modules) or ''))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.strip() == ""


@pytest.mark.parametrize(
    "words", [["sing"], ["files", "sing"], ["files", "list", "--status", "Lost"], ["files", "show"], ["files"], []]
)
def test_wrong_usage_ends_with_status_2(office: CommandLine, words: list[str]) -> None:
    office.run(*words, status=2)


def test_a_wrong_configuration_names_every_mistake_with_file_key_value_and_remedy(office: CommandLine) -> None:
    channels = office.config / "channels.toml"
    channels.write_text(
        channels.read_text().replace("port = 2525", 'port = "smtp"').replace('tls = "none"', 'tls = "some"')
    )
    result = office.run("files", "list", status=1)
    assert result.stdout == ""
    for key, value in (("email.smtp.port", "smtp"), ("email.outgoing.tls", "some")):
        assert re.search(rf"channels\.toml.*{re.escape(key)}.*{value}.*", result.stderr)


def test_a_folder_without_configuration_is_said_so(office: CommandLine, tmp_path: Path) -> None:
    assert f"postroom init {tmp_path}" in office.run("files", "list", status=1, config=tmp_path).stderr


def test_the_environment_names_the_configuration_where_the_command_does_not(
    office: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTROOM_CONFIG", str(office.config))
    assert CliRunner().invoke(main, ["schools", "show", "8302000"]).exit_code == 0


def test_without_either_it_is_the_folder_config_here(office: CommandLine) -> None:
    assert CliRunner().invoke(main, ["schools", "show", "8302000"]).exit_code == 0


def test_without_a_database_the_next_step_is_said(office: CommandLine) -> None:
    (office.config.parent / "var" / "ledger.db").unlink()
    assert "postroom migrate" in office.run("files", "list", status=1).stderr


def test_without_its_master_key_nothing_is_opened(office: CommandLine) -> None:
    (office.config.parent / "var" / "master.key").unlink()
    assert "master key" in office.run("files", "list", status=1).stderr


def test_a_failure_that_should_not_be_leaves_its_details_in_a_private_file(
    office: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("jo.sands@leysjunior.example")

    monkeypatch.setattr(serving, "check_parts", broken)
    result = office.run("serve", status=1)
    assert "leysjunior" not in result.output
    found = re.search(r"Show (\S+) to", result.stderr)
    assert found
    kept = Path(found[1])
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "KeyError" in kept.read_text()
    kept.unlink()


def test_what_strangers_wrote_cannot_command_the_terminal() -> None:
    assert show.safe("a\x1b[2Jb\u202ec\x9bd\r\né «–»") == "a\ufffd[2Jb\ufffdc\ufffdd\ufffd\né «–»"


def test_no_value_is_ever_markup(capsys: pytest.CaptureFixture[str]) -> None:
    show.table(("name",), [["[bold]8302000[/bold] :smile:"]])
    assert "[bold]8302000[/bold] :smile:" in capsys.readouterr().out


def test_nothing_is_cut_off_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show.table(("name", "more"), [["n" * 300, "m" * 300]])
    assert f"{'n' * 300}  {'m' * 300}" in capsys.readouterr().out


def test_an_empty_report_says_none(capsys: pytest.CaptureFixture[str]) -> None:
    show.table(("name",), [])
    assert capsys.readouterr().out == "none\n"


HELP_TYPE = re.compile(r"<(?!EMAIL>)[^ ]*>|\[\[|…\.\.\.")
"""How the library shows a type of Python's, and brackets that stand twice."""


def helps(office: CommandLine, *words: str) -> Iterator[tuple[str, str]]:
    """The help of a command and of all those below it."""
    shown = office.run(*words, "--help").stdout
    yield " ".join(words), shown
    _, _, below = shown.partition("─ Commands ─")
    for command in re.findall(r"^│ ([a-z]+)", below, re.MULTILINE):
        yield from helps(office, *words, command)


def test_help_names_values_in_words_and_says_what_each_argument_is(
    office: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 200)
    shown = dict(helps(office))
    assert len(shown) > len(COMMANDS) + 30
    assert {command: HELP_TYPE.findall(text) for command, text in shown.items() if HELP_TYPE.search(text)} == {}
    bare = re.compile(r"^│ \*? +[A-Z][A-Za-z.]* +(?:\[required\] *)?│$", re.MULTILINE)
    assert {command: bare.findall(text) for command, text in shown.items() if bare.search(text)} == {}
