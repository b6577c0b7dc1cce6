"""What is asked, in this order, each with why it is asked and what most will answer. To ask more, add a `Question`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.settings.kinds import NOBODY, is_loopback
from bot.settings.tables import Loc
from handlers.cli.beginning.answers import Answers

ADDRESS: Loc = ("email", "address")
OUT: Loc = ("email", "outgoing")
IMAP: Loc = ("email", "imap", "main")
SMTP: Loc = ("email", "smtp")
TRUST: Loc = ("email", "trust")


FIELD = (
    "Look into the source of any mail from outside: it stands on top, before the first semicolon of that field. Whoever writes under "
    "it is believed, so never guess: with the offered name nobody is."
)


@dataclass(frozen=True)
class Question:
    """One value that nobody can guess."""

    loc: Loc
    asked: str
    why: str
    usual: Callable[[Answers], str] | None = None
    """What most will answer, after what was answered before; None: what the shipped file says."""
    optional: bool = False
    """Whether it may be left empty."""


@dataclass(frozen=True)
class Secret:
    """A password or the like: it goes into a file of its own, which the key names."""

    loc: Loc
    file: str
    asked: str
    needed_with: Loc | None = None
    """Only where this was answered."""


@dataclass(frozen=True)
class Way:
    """How mail arrives."""

    label: str
    fixed: Answers
    """What this way means, unasked."""
    questions: tuple[Question, ...] = ()
    secrets: tuple[Secret, ...] = ()


def _domain(answers: Answers) -> str:
    return answers.get(ADDRESS, "").rpartition("@")[2]


def _same(loc: Loc) -> Callable[[Answers], str]:
    return lambda answers: answers.get(loc, "")


def _just(text: str) -> Callable[[Answers], str]:
    return lambda _: text


def _at_domain(text: str) -> Callable[[Answers], str]:
    return lambda answers: text.format(_domain(answers))


def _encryption(answers: Answers) -> str:
    by_port = {"465": "implicit", "25": "none" if is_loopback(answers.get((*OUT, "host"), "")) else "starttls"}
    return by_port.get(answers.get((*OUT, "port"), ""), "starttls")


def _port_out(answers: Answers) -> str:
    return "25" if is_loopback(answers.get((*OUT, "host"), "")) else "587"


EVERYBODY = (
    Question(("authority", "name"), "The authority's name", "As schools know it; receipts and pages show it."),
    Question(("authority", "number"), "Its three digits", "The number of each of its schools begins with them (GIAS: LA code)."),
    Question(("authority", "timezone"), "Its time zone", "For all days, times and academic years."),
    Question(ADDRESS, "The returns mailbox", "Schools send to it, and every answer comes from it."),
    Question(("email", "outgoing", "from_name"), "The name beside that address", "People see it in their list of mail.", _just("School returns")),
    Question(("help", "team"), "Who helps schools", "Shown at the end of every reply."),
    Question(("help", "phone"), "Their telephone number", "Most people telephone first.", _just(""), optional=True),
    Question(("help", "email"), "Their email address", "People read it: not the returns mailbox.", _at_domain("webteam@{}")),
)  # fmt: skip

SEND = (
    Question((*OUT, "host"), "The mail server that answers are handed to", "Your own, which signs what leaves it.", _just("127.0.0.1")),
    Question((*OUT, "port"), "Its port", "25 within your network, 587 with a login.", _port_out),
    Question((*OUT, "tls"), "How that connection is encrypted", '"none", "starttls" or "implicit"; none only for this machine.', _encryption),
    Question((*OUT, "user"), "The name to log in there with", "Leave it empty if the server knows this machine by its address.", _just(""), optional=True),
)  # fmt: skip
SEND_SECRET = Secret(
    (*OUT, "password_file"), "outgoing-password", "The password to log in there with", needed_with=(*OUT, "user")
)
REACH = (
    Question(
        ("web", "base_url"), "The address under which people reach its pages",
        "Links in mail begin with it: https://…, through your proxy. Until you have one, accept the default.",
    ),
)  # fmt: skip

MICROSOFT_APP: Answers = {
    (*OUT, "host"): "smtp.office365.com", (*OUT, "port"): "587", (*OUT, "tls"): "starttls", (*OUT, "auth"): "xoauth2",
}  # fmt: skip

WAYS = {
    "mailbox": Way(
        "It is fetched from an ordinary mailbox (IMAP), which is the least work",
        {(*SMTP, "enabled"): "false"},
        (
            Question((*IMAP, "host"), "The mailbox's server", "The name under which mail programs find it.", _at_domain("imap.{}")),
            Question((*IMAP, "user"), "The name to log in with", "Often the whole address.", _same(ADDRESS)),
            Question(
                (*TRUST, "authserv_ids"), "The name it writes into Authentication-Results",
                FIELD, _just(NOBODY),
            ),
            *SEND,
        ),
        (Secret((*IMAP, "password_file"), "imap-password", "The password of the mailbox"), SEND_SECRET),
    ),
    "microsoft365": Way(
        "It is fetched from a mailbox in Microsoft 365, and answers leave by it",
        {
            (*SMTP, "enabled"): "false", (*IMAP, "host"): "outlook.office365.com", (*IMAP, "auth"): "xoauth2",
            (*TRUST, "authserv_ids"): "nameless", **MICROSOFT_APP,
        },
        (
            Question((*IMAP, "user"), "The mailbox's address", "Under which Microsoft 365 knows it.", _same(ADDRESS)),
            Question((*IMAP, "tenant_id"), "Directory (tenant) ID", "From the application's page in Entra (docs/mail.md, step 1).", _just("00000000-0000-0000-0000-000000000000")),
            Question((*IMAP, "client_id"), "Application (client) ID", "From the same page.", _just("00000000-0000-0000-0000-000000000000")),
            Question(
                (*TRUST, "exchange_domains"), "Your officers' domains", "Their mail never leaves your organisation; Exchange marks it as internal. Separate several by commas.",
                _domain,
            ),
        ),
        (Secret((*IMAP, "client_secret_file"), "mail-client-secret", "The client secret's value"),),
    ),
    "server": Way(
        "Your own mail server hands it over (SMTP)",
        {},
        (
            Question((*SMTP, "host"), "The address to listen on", "127.0.0.1 for a mail server on this machine, 0.0.0.0 for others.", _just("127.0.0.1")),
            Question((*SMTP, "port"), "The port to listen on", "Set the same one in the mail server.", _just("2525")),
            Question((*TRUST, "relay_networks"), "The address of that mail server", "What it says about senders is believed, so name only that server.", _just("127.0.0.1")),
            Question((*TRUST, "authserv_ids"), "The name it writes into Authentication-Results", FIELD, _just(NOBODY)),
            *SEND,
        ),
        (SEND_SECRET,),
    ),
    "internet": Way(
        "It comes straight from the Internet, and Postroom itself proves senders",
        {(*TRUST, "authenticate"): "true"},
        (
            Question((*SMTP, "host"), "The address to listen on", ":: for all addresses of this machine.", _just("::")),
            Question((*SMTP, "port"), "The port to listen on", "Other mail servers use only 25.", _just("25")),
            *SEND,
        ),
        (SEND_SECRET,),
    ),
    "later": Way("I do not know yet: I will write it into channels.toml", {}),
}  # fmt: skip
"""By the word that `--mail` takes."""

COPIED = {key: (*IMAP, key) for key in ("user", "tenant_id", "client_id", "client_secret_file")}
"""An application in Microsoft 365 fetches and sends as the same."""


def follows(way: str, answers: Answers) -> Answers:
    """What follows from what was answered."""
    if way != "microsoft365":
        return {}
    return {(*OUT, key): answers[at] for key, at in COPIED.items() if at in answers}


def storage(config: Path, data: Path) -> Answers:
    """Where everything lies: data in their folder, the master key beside the configuration and so apart from them."""
    return {
        ("ledger", "url"): f"sqlite:///{data}/ledger.db",
        ("vault", "url"): f"{data}/vault",
        ("keys", "path"): f"{data}/keys.db",
        ("keys", "master_key_file"): f"{config}/secrets/master.key",
    }
