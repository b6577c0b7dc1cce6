"""What each key takes, and which values cannot stand together."""

from pathlib import Path

import pytest

from bot.settings import load
from tests.settings import BASE, the_problem, written


def environ(key: str, value: str) -> dict[str, str]:
    return {f"POSTROOM__{key.upper().replace('.', '__')}": value}


SLACK = '"bot_token": "b", "app_token": "a"'

TAKEN = [
    ("authority.name", "Ynys Môn"),
    ("authority.number", "001"),
    ("authority.timezone", "Europe/Dublin"),
    ("authority.extra_holidays", '["2023-05-08"]'),
    ("help.phone", ""),
    ("help.email", "o'neill+web@council.gov.uk"),
    ("access.shared_mailboxes", "[]"),
    ("access.personal_domains", '["live.*", "mail.co.uk"]'),
    ("files.extensions", '["7z", "xlsm"]'),
    ("email.address", "r" * 37 + "@council.example"),
    ("email.smtp.port", "0"),
    ("email.smtp.port", "65535"),
    ("email.smtp.host", "::1"),
    ("email.smtp.protocol", "lmtp"),
    ("email.trust.submission_networks", '["::1", "10.1.2.0/24", "fd00::/8", "192.168.1.1"]'),
    ("dns.nameservers", '["192.0.2.53", "127.0.0.1:5353", "::1", "[::1]:5353"]'),
    ("web.base_url", "http://127.0.0.1:8025"),
    ("web.base_url", "http://localhost"),
    ("web.base_url", "http://[::1]:8025/postroom"),
    ("web.base_url", "https://returns.council.example/"),
    ("slack", f'{{{SLACK}, "office_hours": "Sun-Thu 07:00-15:30"}}'),
    ("services", '[{"code": "SEN", "name": "x", "slack_channel": "G01ABCDEF23"}]'),
    ("services", '[{"code": "SEN", "name": "x", "slack_channel": "direct"}]'),
    ("services", '[{"code": "SEN", "name": "x", "slack_channel": ""}]'),
    ("slack", f'{{{SLACK}, "returns_channels": ["C0123456789"]}}'),
    ("scanner.clamd", "unix:/run/clamd"),
    ("scanner.clamd", "tcp:127.0.0.1:3310"),
]


@pytest.mark.parametrize(("key", "value"), TAKEN)
def test_what_is_right_is_taken(tmp_path: Path, key: str, value: str) -> None:
    load(written(tmp_path), environ(key, value))


REFUSED = [
    ("authority.name", "", "must not be empty"),
    ("authority.name", "Derby\nshire", "one line"),
    ("authority.number", "83", "three digits"),
    ("authority.number", "٨٣٠", "three digits"),
    ("authority.extra_holidays", '["8 May 2023"]', "days, such as 2023-05-08"),
    ("authority.extra_holidays", "[20230508]", "days, such as 2023-05-08"),
    ("authority.timezone", "Europe/Lodnon", '"Europe/London"'),
    ("authority.timezone", "../../etc/passwd", "IANA"),
    ("help.email", "web", "email address"),
    ("retention.contents_days", "0", "1 or more"),
    ("retention.contents_days", "9999999", "3,650 or less"),
    ("retention.contents_days", "true", "whole number"),
    ("retention.contents_days", "90.5", "whole number"),
    ("access.shared_mailboxes", '["head@"]', "before the @"),
    ("access.shared_mailboxes", '["Head"]', "lower case"),
    ("access.shared_mailboxes", "head", "a list"),
    ("access.personal_domains", '["@gmail.com"]', "a domain"),
    ("access.personal_domains", '["Gmail.com"]', "lower case"),
    ("access.personal_domains", '["*"]', "a domain"),
    ("access.refuse_shared", "yes", "true or false"),
    ("access.refuse_shared", "1", "true or false"),
    ("files.extensions", "[]", "at least one"),
    ("files.extensions", '[".docx"]', "without the dot"),
    ("files.extensions", '["DOCX"]', "lower case"),
    ("files.extensions", '["exe"]', "a program"),
    ("files.attachment_bytes_max", "-1", "1 or more"),
    ("tags", '[""]', "must not be empty"),
    ("services", "[]", "at least one"),
    ("services", '[{"code": "Sen", "name": "x"}]', "capital letters"),
    ("services", '[{"code": "ÄB", "name": "x"}]', "capital letters"),
    ("services", '[{"code": "SEN"}]', "must be set"),
    ("services", '[{"code": "SEN", "name": "x", "announce": ["team"]}]', "email address"),
    ("services", '[{"code": "SEN", "name": "x", "announce": "team@council.example"}]', "a list"),
    ("services", '[{"code": "SEN", "name": "x", "anounce": []}]', "did you mean announce?"),
    ("services", '[{"code": "SEN", "name": "x", "slack_channel": "#sen-returns"}]', "the id of a channel"),
    ("services", '[{"code": "SEN", "name": "x", "slack_channel": "Direct"}]', '"direct"'),
    ("slack", f'{{{SLACK}, "returns_channels": ["direct"]}}', "the id of a channel"),
    ("email.address", "returns", "email address"),
    ("email.address", "returns+x@council.example", "without +"),
    ("email.address", "r" * 38 + "@council.example", "at most 37"),
    ("email.smtp.port", "65536", "65,535 or less"),
    ("email.smtp.port", "-1", "0 or more"),
    ("email.smtp.host", "", "a host name"),
    ("email.smtp.host", "127.0.0.1 ", "a host name"),
    ("email.smtp.host", "unix:lmtp", "unix:/path"),
    ("email.smtp.host", "/run/lmtp", "unix:/path"),
    ("email.smtp.protocol", "esmtp", "'smtp' or 'lmtp'"),
    ("email.outgoing.port", "0", "1 or more"),
    ("email.trust.relay_networks", '["192.0.2.1/24"]', '"192.0.2.0/24", or the one address "192.0.2.1"'),
    ("email.trust.relay_networks", '["mail.council.example"]', "IP address"),
    ("email.trust.relay_networks", '["0.0.0.0/0"]', "takes in strangers"),
    ("email.trust.relay_networks", '["::/0"]', "takes in strangers"),
    ("email.trust.relay_networks", "[1]", "in quotes"),
    ("email.trust.submission_networks", '["0.0.0.0/0"]', "of this machine or a private one"),
    ("email.trust.submission_networks", '["8.8.8.8"]', "of this machine or a private one"),
    ("email.trust.submission_networks", '["172.0.0.0/8"]', "of this machine or a private one"),
    ("email.trust.submission_networks", '["2001:db8::/32"]', "of this machine or a private one"),
    ("email.imap", '{"Main": {"host": "h", "user": "u", "password": "p"}}', "a name in lower-case"),
    ("dns.nameservers", '["dns.council.example"]', "an IP address"),
    ("dns.nameservers", '["127.0.0.1:99999"]', "an IP address"),
    ("web.base_url", "http://returns.council.example", "beginning with https://"),
    ("web.base_url", "http://127.0.0.1.evil.example", "beginning with https://"),
    ("web.base_url", "returns.council.example", "beginning with https://"),
    ("web.base_url", "https://council.example:99999", "beginning with https://"),
    ("web.base_url", "https://[council", "beginning with https://"),
    ("slack", f'{{{SLACK}, "office_hours": "Mon-Fri 17:00-08:30"}}', "end later than they begin"),
    ("slack", f'{{{SLACK}, "office_hours": "Mon-Fri"}}', "days and times"),
    ("ledger.url", "sqlite://", "the path of a file"),
    ("ledger.url", "sqlite:///", "the path of a file"),
    ("ledger.url", "sqlite:///:memory:", "the path of a file"),
    ("ledger.url", "postgresql://db.example/postroom", "kept in SQLite"),
    ("vault.url", "s3://bucket/vault", "a folder"),
    ("vault.url", "file://host/vault", "a folder"),
    ("vault.url", "", "a folder"),
    ("keys.path", "", "the path of a file"),
    ("scanner.clamd", "/run/clamd", "unix:/path"),
]


@pytest.mark.parametrize(("key", "value", "right"), REFUSED)
def test_what_is_wrong_is_refused_with_what_would_be_right(tmp_path: Path, key: str, value: str, right: str) -> None:
    problem = the_problem(written(tmp_path), environ(key, value))

    assert problem.key.startswith(key)
    assert right in problem.right


def test_a_number_without_quotes_where_text_is_wanted_is_told_with_them(tmp_path: Path) -> None:
    problem = the_problem(written(tmp_path, base=BASE.replace('"830"', "830")))

    assert str(problem) == 'base.toml, line 3: authority.number = 830: text in quotes: "830"'


def test_a_number_in_quotes_where_a_number_is_wanted_is_refused(tmp_path: Path) -> None:
    assert "without quotes" in the_problem(written(tmp_path, more='[web]\nport = "80"\n')).right


def test_addresses_are_kept_in_lower_case(tmp_path: Path) -> None:
    assert (
        load(written(tmp_path), environ("email.address", "Returns@Council.Example")).email.address
        == "returns@council.example"
    )


ENTRA = 'auth = "xoauth2"\ntenant_id = "t"\nclient_id = "c"\nclient_secret_file = "s"\n'
IMAP = '[email.trust]\nauthserv_ids = ["mx.council.example"]\n[email.imap.main]\nhost = "h"\nuser = "u"\n'
TWO_HOSTS = f'{IMAP}password_file = "f"\n[email.imap.more]\nhost = "i"\nuser = "u"\npassword_file = "g"\n'
CLASHES = [
    ("retention.warn_days", "[retention]\nwarn_days = 90\n", "less than contents_days, which is 90"),
    ("retention.warn_days", "[retention]\ncontents_days = 60\n", "less than contents_days, which is 60"),
    ("retention.held_days", "[retention]\nheld_days = 91\n", "at most contents_days"),
    ("retention.letters_days", "[retention]\nletters_days = 89\n", "at least contents_days, which is 90"),
    ("retention.record_years", "[retention]\nrecord_years = 1\ncontents_days = 366\n", "at least contents_days"),
    ("files.attachment_bytes_max", "[email.smtp]\nmessage_bytes_max = 205_499_999\n", "which is 1 more than"),
    ("tags[entry 3]", None, "entry 1 already"),
    ("email.try_address", '[email]\ntry_address = "returns@council.example"\n', "another mailbox"),
    ("email.smtp.tls_certificate", '[email.smtp]\ntls_certificate = "c"\n', "tls_key as well"),
    ("web.tls_certificate", '[web]\ntls_certificate = "c"\n', "tls_key as well"),
    ("web.tls_key", '[web]\ntls_key = "k"\n', "tls_certificate as well"),
    ("email.smtp.require_tls", "[email.smtp]\nrequire_tls = true\n", "no tls_certificate"),
    ("email.smtp.port", '[email.smtp]\nprotocol = "lmtp"\nport = 25\n', "another port than 25"),
    ("email.smtp.host", '[email.smtp]\nhost = "unix:/run/lmtp"\n', 'only "lmtp" is spoken'),
    ("email.outgoing.user", '[email.outgoing]\nuser = "u"\n', "password_file as well"),
    ("email.outgoing.password_file", '[email.outgoing]\npassword_file = "f"\n', "user as well"),
    (
        "email.outgoing.tls",
        '[email.outgoing]\nhost = "smtp.council.example"\nuser = "u"\npassword_file = "f"\n',
        "for everybody to read",
    ),
    ("email.outgoing.user", f"[email.outgoing]\n{ENTRA}", "in whose name mail is sent must be set"),
    ("email.outgoing.client_id", f'[email.outgoing]\nuser = "u"\n{ENTRA}'.replace('"c"', '""'), "must be set"),
    (
        "email.outgoing.tls",
        f'[email.outgoing]\nhost = "smtp.council.example"\nuser = "u"\n{ENTRA}',
        "for everybody to read",
    ),
    ("email.imap.main.tls", f'{IMAP}password_file = "f"\ntls = "none"\n', "for everybody to read"),
    ("email.imap.main.password_file", IMAP, "must be set"),
    ("email.imap.main.client_secret_file", f"{IMAP}{ENTRA}".replace('"s"', '""'), "must be set"),
    ("email.imap.main.done_folder", f'{IMAP}password_file = "f"\ndone_folder = "inbox"\n', "another folder"),
    (
        "email.imap.main.failed_folder",
        f'{IMAP}password_file = "f"\ndone_folder = "postroom Failed"\n',
        "never taken in",
    ),
    (
        "email.imap.more.user",
        f'{IMAP}password_file = "f"\n[email.imap.more]\nhost = "h"\nuser = "U"\npassword_file = "g"\n',
        "fetched from by email imap main user already",
    ),
    (
        "email.trust.authserv_ids",
        '[email.imap.main]\nhost = "h"\nuser = "u"\npassword_file = "f"\n',
        "the server of email.imap.main writes",
    ),
    ("email.trust.relay_networks", '[email.trust]\nrelay_networks = ["192.0.2.1"]\n', "authserv_ids as well"),
    (
        "email.trust.relay_networks",
        '[email.trust]\nrelay_networks = ["192.0.2.1"]\nauthserv_ids = ["nameless"]\n',
        "authserv_ids as well",
    ),
    (
        "email.trust.exchange_domains",
        TWO_HOSTS.replace("[email.trust]\n", '[email.trust]\nexchange_domains = ["a.example"]\n'),
        "all mailboxes at one host",
    ),
    ("email.trust.authserv_ids", TWO_HOSTS.replace("mx.council.example", "nameless"), "all mailboxes at one host"),
    ("email.trust.arc_sealers", '[email.trust]\narc_sealers = ["list.example"]\n', "authenticate = true as well"),
    ("email.trust.exchange_domains", '[email.trust]\nexchange_domains = ["a.example"]\n', "none without [email.imap]"),
    ("slack.app_token_file", '[slack]\nbot_token_file = "b"\n', "mode socket needs it"),
    ("slack.signing_secret_file", '[slack]\nmode = "http"\nbot_token_file = "b"\n', "mode http needs it"),
    (
        "slack.escalate_hours",
        '[slack]\nbot_token_file = "b"\napp_token_file = "a"\nremind_hours = 48\n',
        "more than remind_hours",
    ),
    ("teams.client_secret_file", '[teams]\nclient_id = "c"\ntenant_id = "t"\n', "must be set"),
    ("keys.mirror", '[keys]\nmirror = "../var/keys.db"\n', "taken by keys path"),
    ("keys.path", '[keys]\npath = "../var/ledger.db"\n', "taken by ledger url"),
    ("keys.master_key_file", '[keys]\nmaster_key_file = "../var/vault/key"\n', "outside the vault"),
]


@pytest.mark.parametrize(("key", "toml", "right"), CLASHES)
def test_values_that_cannot_stand_together_are_told_with_what_would_be_right(
    tmp_path: Path, key: str, toml: str | None, right: str
) -> None:
    tags = 'tags = ["Census", "SEN", "census"]\n'
    problem = the_problem(written(tmp_path, more=toml if toml is not None else tags))

    assert problem.key == key
    assert right in problem.right


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('"FIN"', '"SEN"', "services[entry 2].code"),
        ('"Finance"', '"special NEEDS"', "services[entry 2].name"),
        ("web@council", "returns@council", "help.email"),
        ('"FIN"', '"FIN"\nannounce = ["RETURNS@council.example"]', "services[entry 2].announce[entry 1]"),
        (
            '"FIN"',
            '"FIN"\nannounce = ["f@c.example", "returns+x@council.example"]',
            "services[entry 2].announce[entry 2]",
        ),
    ],
)
def test_a_service_is_there_once_and_nothing_is_told_to_the_returns_mailbox(
    tmp_path: Path, before: str, after: str, key: str
) -> None:
    assert the_problem(written(tmp_path, base=BASE.replace(before, after))).key == key


def test_no_service_is_told_where_schools_read(tmp_path: Path) -> None:
    base = BASE.replace('"SEN"', '"SEN"\nslack_channel = "C0123456789"')
    more = '[slack]\nbot_token_file = "b"\napp_token_file = "a"\nreturns_channels = ["C0123456789"]\n'

    assert "schools read this one" in the_problem(written(tmp_path, base=base, more=more)).right


def test_reasons_are_there_once(tmp_path: Path) -> None:
    more = '[[reasons]]\ntext = "No."\n[[reasons]]\ntext = "no."\n'

    assert str(the_problem(written(tmp_path, more=more))).startswith('more.toml, line 4: reasons[entry 2].text = "no."')


def test_a_password_may_stay_on_this_machine_unencrypted(tmp_path: Path) -> None:
    text = '[email.outgoing]\nhost = "127.0.0.1"\nuser = "u"\npassword_file = "f"\n'

    assert load(written(tmp_path, more=text), {}).email.outgoing.password_file == tmp_path / "f"


def test_the_largest_file_that_just_fits_is_taken(tmp_path: Path) -> None:
    assert (
        load(written(tmp_path), environ("email.smtp.message_bytes_max", "205500000")).files.attachment_bytes_max
        == 150_000_000
    )


def test_a_mistake_in_one_value_is_not_told_again_of_those_it_is_held_against(tmp_path: Path) -> None:
    problem = the_problem(written(tmp_path, more="[retention]\ncontents_days = 0\nwarn_days = 3_000\n"))

    assert problem.key == "retention.contents_days"
