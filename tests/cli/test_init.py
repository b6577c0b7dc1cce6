"""`postroom init` at a terminal and from scripts: few questions, judged at once; nothing by halves."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot import data
from bot.settings import Settings, load
from handlers.cli import init
from tests.cli.conftest import CommandLine
from tests.cli.terminal import Terminal

SHIPPED = data.folder("config")


@pytest.fixture
def nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """An empty folder."""
    monkeypatch.delenv("POSTROOM_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return CommandLine(tmp_path / "config")


def remarks(folder: Path) -> list[str]:
    """Every remark of a configuration, but for what it asks to have changed."""
    lines = [line for file in sorted(folder.glob("*.toml")) for line in file.read_text("utf-8").splitlines()]
    return [line.partition(" CHANGE THIS")[0] for line in lines if line.startswith("# ")]


def answered_for_everybody(terminal: Terminal) -> None:
    """What is asked before the way of mail."""
    terminal.answers("The authority's name", "Anyshire «County» Council")
    terminal.answers("three digits", "83")
    terminal.sees("That will not do: three digits")
    terminal.answers("", '"931"')  # as the remark shows it
    terminal.answers("time zone")
    terminal.answers("returns mailbox", "returns@anyshire.example")
    terminal.answers("name beside")
    terminal.answers("Who helps", "Web team")
    terminal.answers("telephone", "01632 960999")
    terminal.answers("Their email", "returns@anyshire.example")
    terminal.sees("That will not do: an address that people read")
    terminal.sees("webteam@anyshire.example")
    terminal.answers("")


def test_at_a_terminal_it_asks_what_nobody_can_guess_and_judges_each_answer_at_once(tmp_path: Path) -> None:
    terminal = Terminal("init", folder=tmp_path)
    answered_for_everybody(terminal)
    terminal.answers("How does mail arrive", "9")
    terminal.sees("a number from 1 to 5")
    terminal.answers("", "1")
    terminal.answers("mailbox's server", "imap anyshire")
    terminal.sees("That will not do: a host name")
    terminal.answers("", "imap.anyshire.example")
    terminal.answers("log in with")
    terminal.answers("Authentication-Results", "mx.anyshire.example, mx2.anyshire.example")
    terminal.answers("handed to", "smtp.anyshire.example")
    terminal.answers("Its port")
    terminal.answers("encrypted")
    terminal.answers("log in there with", "postroom")
    terminal.answers("password of the mailbox", "kept from view")
    terminal.answers("password to log in there", "also kept")
    terminal.answers("reach its pages", "http://returns.anyshire.example")
    terminal.sees("That will not do: an address beginning with https://")
    terminal.answers("", "https://returns.anyshire.example")
    terminal.answers("hears of troubles", "Alex Reed <office@anyshire.example>")
    terminal.sees("several people")
    terminal.answers("", "Alex Reed <alex.reed@anyshire.example>")
    assert terminal.ends() == 0
    assert "kept" not in terminal.shown.replace("kept from", "")  # the passwords were hidden
    assert "What to do next" in terminal.shown

    config = tmp_path / "config"
    read = load(config, {})
    assert read.authority.name == "Anyshire «County» Council"
    assert (read.authority.number, read.help.email) == ("931", "webteam@anyshire.example")
    mailbox, out = read.email.imap["main"], read.email.outgoing
    assert (mailbox.host, mailbox.user) == ("imap.anyshire.example", "returns@anyshire.example")
    assert read.email.trust.authserv_ids == ("mx.anyshire.example", "mx2.anyshire.example")
    assert not read.email.smtp.enabled
    assert (out.host, out.port, out.tls, out.user) == ("smtp.anyshire.example", 587, "starttls", "postroom")
    for path, text in ((mailbox.password_file, "kept from view\n"), (out.password_file, "also kept\n")):
        assert path is not None
        assert (path.read_text(), path.stat().st_mode & 0o777) == (text, 0o600)
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert remarks(config) == remarks(SHIPPED)
    assert "CHANGE THIS" not in "".join(file.read_text() for file in config.glob("*.toml"))
    people = CommandLine(config).json("people", "list")
    assert [(one["email"], one["role"]) for one in people] == [("alex.reed@anyshire.example", "administrator")]


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_who_breaks_off_has_nothing(tmp_path: Path, key: str) -> None:
    terminal = Terminal("init", folder=tmp_path)
    answered_for_everybody(terminal)
    terminal.sees("How does mail arrive")
    terminal.is_asked()
    assert terminal.breaks_off(key) == 1
    assert not list(tmp_path.iterdir())


def test_a_password_that_is_not_typed_is_asked_for_in_the_steps(tmp_path: Path) -> None:
    terminal = Terminal("init", "--mail", "microsoft365", folder=tmp_path)
    answered_for_everybody(terminal)
    for said in ("mailbox's address", "tenant", "client", "officers' domains", "secret's value", "pages", "troubles"):
        terminal.answers(said)
    assert terminal.ends() == 0
    secret = tmp_path / "config" / "secrets" / "mail-client-secret"
    assert "config/secrets/mail-client-secret" in terminal.shown
    assert not secret.exists()
    read = load(tmp_path / "config", {})
    assert read.email.outgoing.auth == read.email.imap["main"].auth == "xoauth2"
    assert read.email.outgoing.user == "returns@anyshire.example"


def test_a_terminal_is_asked_nothing_where_it_says_yes(tmp_path: Path) -> None:
    terminal = Terminal("init", "--yes", folder=tmp_path)
    assert terminal.ends() == 0
    assert {file.name: file.read_text() for file in (tmp_path / "config").glob("*.toml")} == {
        file.name: file.read_text() for file in SHIPPED.glob("*.toml")
    }


WAYS: dict[str, Callable[[Settings], bool]] = {
    "mailbox": lambda read: (
        not read.email.smtp.enabled
        and read.email.imap["main"].host == "imap.anyshire.example"
        and read.email.trust.authserv_ids == ("nobody.invalid",)
    ),
    "microsoft365": lambda read: (
        read.email.imap["main"].auth == "xoauth2" and read.email.trust.exchange_domains == ("anyshire.example",)
    ),
    "server": lambda read: (
        str(read.email.trust.relay_networks[0]) == "127.0.0.1/32"
        and read.email.trust.authserv_ids == ("nobody.invalid",)
    ),
    "internet": lambda read: read.email.trust.authenticate and (read.email.smtp.host, read.email.smtp.port) == ("::", 25),
    "later": lambda read: read.email.trust == load(SHIPPED, {}).email.trust,
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_script_gives_the_same_answers_and_all_else_is_as_most_would_have_it(nothing: CommandLine, way: str) -> None:
    nothing.run(
        "init", "--mail", way, "--set", "email.address=returns@anyshire.example", "--set", "authority.number=931",
        "--administrator", "Alex Reed <alex.reed@anyshire.example>",
    )  # fmt: skip
    read: Settings = nothing.settings
    assert read.authority.number == "931"
    assert WAYS[way](read)
    assert (read.help.email, read.help.phone) == ("webteam@anyshire.example", ""), "not those of the shipped authority"
    assert read.email.outgoing.from_name == "School returns"
    senders = next(one for one in nothing.json("doctor", status=1) if one["check"] == "senders")
    assert senders["ok"] == (way in ("microsoft365", "internet")), "no guess of a name lets anybody be believed"
    assert remarks(nothing.config) == remarks(SHIPPED)
    assert [one["name"] for one in nothing.json("people", "list")] == ["Alex Reed"]


def test_answers_leave_this_machine_encrypted_whatever_the_port(nothing: CommandLine) -> None:
    port = ("--mail", "server", "--set", "email.outgoing.port=25")
    for name, words, tls in (
        ("near", (), "none"),
        ("far", ("--set", "email.outgoing.host=mx.any.example"), "starttls"),
    ):
        config = nothing.config / name
        nothing.run("init", str(config), *port, *words, "--data", str(nothing.config / f"{name}-data"))
        assert load(config, {}).email.outgoing.tls == tls


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--set", "authority.nmber=1"), 2, "did you mean number"),
        (("--set", "email.outgoing.password=x"), 2, "a secret is not written"),
        (("--set", "authority.number"), 2, "KEY=VALUE"),
        (("--mail", "pigeon"), 2, "mailbox, microsoft365, server, internet, later"),
        (("--administrator", "nobody"), 2, "a name and an address"),
        (("--administrator", "Alex Reed <alex.reed@gmail.com>"), 2, "or is private"),
        (("--set", "authority.number=1"), 1, "authority.number: three digits"),
        (("--set", "email.outgoing.user=x"), 1, "email.outgoing"),
        (("--set", "email.imap.other.host=a", "--set", "email.imap.other.user=b"), 1, "stands in none of the files"),
        (("--set", "services.code=SEN"), 1, "services"),
    ],
)
def test_answers_that_will_not_do_are_named_and_nothing_is_written(
    nothing: CommandLine, tmp_path: Path, words: tuple[str, ...], status: int, said: str
) -> None:
    assert said in " ".join(nothing.run("init", *words, status=status).stderr.replace("│", " ").split())
    assert not list(tmp_path.iterdir())


def test_data_may_lie_elsewhere_and_then_the_master_key_lies_apart_from_it(
    nothing: CommandLine, tmp_path: Path
) -> None:
    nothing.run("init", "--data", str(tmp_path / "data"))
    read = nothing.settings
    assert read.ledger.file == tmp_path / "data" / "ledger.db"
    assert read.vault.folder.parent == read.keys.path.parent == tmp_path / "data"
    assert read.keys.master_key_file == nothing.config / "secrets" / "master.key"
    assert read.keys.master_key_file.parent.stat().st_mode & 0o777 == 0o700
    nothing.run("ledger", "verify")


def test_under_etc_data_lie_where_they_are_looked_for_unless_another_place_is_named(
    nothing: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(init, "SYSTEM", tmp_path / "etc")
    monkeypatch.setattr(init, "SYSTEM_DATA", tmp_path / "lib")
    for name, words, there in (("one", (), "lib"), ("other", ("--data", str(tmp_path / "data")), "data")):
        config = tmp_path / "etc" / name
        nothing.run("init", str(config), *words)
        assert load(config, {}).ledger.file == tmp_path / there / "ledger.db"


def test_a_secret_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    secret = tmp_path / "config" / "secrets" / "mail-client-secret"
    secret.parent.mkdir(parents=True)
    secret.write_text("of another application\n")
    terminal = Terminal("init", "--mail", "microsoft365", folder=tmp_path)
    answered_for_everybody(terminal)
    for said in ("mailbox's address", "tenant", "client", "officers' domains"):
        terminal.answers(said)
    terminal.answers("secret's value", "another secret")
    for said in ("pages", "troubles"):
        terminal.answers(said)
    assert terminal.ends() == 1
    assert "config/secrets/mail-client-secret: File exists" in terminal.shown
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [secret]
    assert secret.read_text() == "of another application\n"


@pytest.mark.parametrize(
    "answers",
    [
        ["email.imap.main.host=imap.anyshire.example", "email.imap.main.user=a", "email.trust.authserv_ids=b",
         "email.imap.main.password_file=c", "email.imap.main.poll_seconds=90"],
        ["web.link_days=3"],
        ["slack.mode=http", "slack.bot_token_file=a", "slack.signing_secret_file=b"],
        ["tags=Census, Other", 'files.extensions=["pdf"]'],
    ],
)  # fmt: skip
def test_any_key_of_the_commented_files_can_be_set_where_it_stands(nothing: CommandLine, answers: list[str]) -> None:
    nothing.run("init", *(word for answer in answers for word in ("--set", answer)))
    assert nothing.settings != load(SHIPPED, {})
    assert remarks(nothing.config) == remarks(SHIPPED)
    told = "".join(file.read_text() for file in nothing.config.glob("*.toml"))
    assert all(f"\n{answer.partition('=')[0].rpartition('.')[2]} = " in told for answer in answers)
