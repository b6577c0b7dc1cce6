"""What must hold between values that are each sound by themselves."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.settings.channels import Imap, Outgoing, SignIn, Smtp, Web
from bot.settings.kinds import NAMELESS, is_loopback
from bot.settings.tables import Loc, Settings

MAIL_GROWTH = 1.37
"""How much base64, with a line break after each 76 characters, adds to a file (RFC 2045, section 6.8)."""
SMTP_PORT = 25
OUTGOING: Loc = ("email", "outgoing")


@dataclass(frozen=True)
class Clash:
    """Values that cannot stand together."""

    keys: tuple[Loc, ...]
    """All that take part; the first is where it is reported."""
    right: str


def nothing_is_there_twice(settings: Settings) -> Iterator[Clash]:
    """A code, a name, a tag or a reason that stands twice leaves open which is meant."""
    services = list(enumerate(settings.services))
    yield from _twice((("services", number, "code"), service.code) for number, service in services)
    yield from _twice((("services", number, "name"), service.name) for number, service in services)
    yield from _twice((("tags", number), tag) for number, tag in enumerate(settings.tags))
    yield from _twice((("reasons", number, "text"), reason.text) for number, reason in enumerate(settings.reasons))


def contents_outlast_warnings(settings: Settings) -> Iterator[Clash]:
    """Nothing is destroyed before it was warned about, and the record outlives what it is the record of."""
    kept = settings.retention
    contents: Loc = ("retention", "contents_days")
    if kept.warn_days >= kept.contents_days:
        yield Clash((("retention", "warn_days"), contents), f"less than contents_days, which is {kept.contents_days}")
    if kept.held_days > kept.contents_days:
        yield Clash((("retention", "held_days"), contents), f"at most contents_days, which is {kept.contents_days}")
    for key in ("contents_days", "quarantine_days", "queue_days"):
        if kept.letters_days < (days := getattr(kept, key)):
            yield Clash((("retention", "letters_days"), ("retention", key)), f"at least {key}, which is {days}")
    if kept.record_years * 365 < kept.contents_days:
        yield Clash((("retention", "record_years"), contents), f"at least contents_days, which is {kept.contents_days}")


def the_largest_file_fits_a_mail(settings: Settings) -> Iterator[Clash]:
    """A file that may be sent must not make a mail that is refused."""
    file, mail = settings.files.attachment_bytes_max, settings.email.smtp.message_bytes_max
    needed = round(file * MAIL_GROWTH)
    if needed > mail:
        keys: tuple[Loc, ...] = (("files", "attachment_bytes_max"), ("email", "smtp", "message_bytes_max"))
        yield Clash(
            keys,
            f"a file of {file:,} bytes makes a mail of {needed:,} bytes, which is {needed - mail:,} more than "
            f"email.smtp.message_bytes_max ({mail:,}) lets in: raise that, or allow at most {int(mail / MAIL_GROWTH):,} here",
        )


def nobody_writes_to_us_for_us(settings: Settings) -> Iterator[Clash]:
    """What is sent to our own mailbox by ourselves would go round in a circle (lesson L11)."""
    address: Loc = ("email", "address")
    ours = {settings.email.address, settings.email.try_address}
    if settings.email.try_address == settings.email.address:
        yield Clash((("email", "try_address"), address), "another mailbox than email.address")
    if settings.help.email in ours:
        yield Clash((("help", "email"), address), "an address that people read, not the returns mailbox")
    for number, service in enumerate(settings.services):
        for entry, place in enumerate(service.announce):
            if _without_tag(place) in ours:
                right = "an address that people read: this is the returns mailbox, which would take its own announcements in"
                yield Clash((("services", number, "announce", entry), address, ("email", "try_address")), right)


def certificates_are_whole(settings: Settings) -> Iterator[Clash]:
    """A certificate is of use with its key only, and TLS with a certificate only."""
    tables: tuple[tuple[Loc, Smtp | Web], ...] = ((("email", "smtp"), settings.email.smtp), (("web",), settings.web))
    for at, table in tables:
        certificate, key = (*at, "tls_certificate"), (*at, "tls_key")
        if table.tls_certificate and not table.tls_key:
            yield Clash((certificate, key), "tls_key as well: a certificate is of no use without its key")
        if table.tls_key and not table.tls_certificate:
            yield Clash((key, certificate), "tls_certificate as well: a key is of no use without its certificate")
    smtp = settings.email.smtp
    if smtp.require_tls and not smtp.tls_certificate:
        keys: tuple[Loc, ...] = (("email", "smtp", "require_tls"), ("email", "smtp", "tls_certificate"))
        yield Clash(keys, "false, as long as there is no tls_certificate")


def lmtp_stays_near(settings: Settings) -> Iterator[Clash]:
    """LMTP is for a mail server beside us: never on the port of SMTP (RFC 2033, section 5); at a socket nothing else is."""
    smtp = settings.email.smtp
    host, port, protocol = (("email", "smtp", key) for key in ("host", "port", "protocol"))
    if smtp.protocol == "lmtp" and smtp.port == SMTP_PORT:
        yield Clash((port, protocol), "another port than 25, which is that of SMTP: LMTP is spoken")
    if smtp.protocol == "smtp" and smtp.host.startswith("unix:"):
        yield Clash((host, protocol), 'an address to listen on: at a Unix socket only "lmtp" is spoken')


def logins_are_whole(settings: Settings) -> Iterator[Clash]:
    """A login has a name and its secrets, and none of them is ever sent in the clear to another machine."""
    yield from _outgoing_login(settings.email.outgoing)
    for name, imap in settings.email.imap.items():
        at: Loc = ("email", "imap", name)
        yield from _in_the_clear(at, imap)
        yield from _secrets(at, imap)


def _outgoing_login(outgoing: Outgoing) -> Iterator[Clash]:
    has_password = bool(outgoing.password or outgoing.password_file)
    user, password = (*OUTGOING, "user"), (*OUTGOING, "password_file")
    if outgoing.auth == "xoauth2":
        yield from _secrets(OUTGOING, outgoing)
        if not outgoing.user:
            yield Clash((user, (*OUTGOING, "auth")), "the mailbox in whose name mail is sent must be set")
    elif outgoing.user and not has_password:
        yield Clash((user, password), "password_file as well, or no user where no login is wanted")
    elif has_password and not outgoing.user:
        at = (*OUTGOING, "password_file" if outgoing.password_file else "password")
        yield Clash((at, user), "user as well, or no password where no login is wanted")
    if has_password or outgoing.auth == "xoauth2":
        yield from _in_the_clear(OUTGOING, outgoing)


def _secrets(at: Loc, table: SignIn) -> Iterator[Clash]:
    """What each way of logging in cannot do without."""
    if table.auth == "password":
        if not (table.password or table.password_file):
            keys: tuple[Loc, ...] = ((*at, "password_file"), (*at, "user"))
            yield Clash(keys, "the file that holds the password must be set")
        return
    for key in ("tenant_id", "client_id", "client_secret"):
        if not (getattr(table, key) or getattr(table, f"{key}_file", None)):
            named = f"{key}_file" if key == "client_secret" else key
            yield Clash(((*at, named), (*at, "auth")), 'must be set: auth = "xoauth2" needs it')


def taken_mail_is_out_of_the_way(settings: Settings) -> Iterator[Clash]:
    """Only the folder says which mail is new: what was taken in must not lie in it."""
    for name, imap in settings.email.imap.items():
        at: Loc = ("email", "imap", name)
        for key in ("done_folder", "failed_folder"):
            if getattr(imap, key).casefold() == imap.folder.casefold():
                yield Clash(((*at, key), (*at, "folder")), "another folder than folder, from which mail is fetched")
        if imap.done_folder.casefold() == imap.failed_folder.casefold():
            keys: tuple[Loc, ...] = ((*at, "failed_folder"), (*at, "done_folder"))
            yield Clash(keys, "another folder than done_folder: what lies in it was never taken in")
    boxes = (
        (("email", "imap", name, "user"), f"{imap.user} at {imap.host}:{imap.port}, {imap.folder}")
        for name, imap in settings.email.imap.items()
    )
    yield from _twice(boxes, "another mailbox: this one is fetched from by {} already")


ONLY_EXCHANGE = "what only Microsoft's servers write: elsewhere anybody can write it"


def relays_have_names(settings: Settings) -> Iterator[Clash]:
    """Without the name under which a relay writes its results none of them can be told from a forged one (lesson L2)."""
    trust = settings.email.trust
    if trust.relay_networks and not set(trust.authserv_ids) - {NAMELESS}:
        keys: tuple[Loc, ...] = (("email", "trust", "relay_networks"), ("email", "trust", "authserv_ids"))
        yield Clash(keys, "authserv_ids as well: the names that those servers write into Authentication-Results")
    if trust.arc_sealers and not trust.authenticate:
        keys = (("email", "trust", "arc_sealers"), ("email", "trust", "authenticate"))
        yield Clash(keys, "authenticate = true as well: else nobody looks at seals")
    if trust.exchange_domains and not settings.email.imap:
        yield Clash(
            (("email", "trust", "exchange_domains"),), "none without [email.imap]: it counts in mailboxes alone"
        )
    if len({imap.host.lower() for imap in settings.email.imap.values()}) > 1:
        of_one = ("exchange_domains", trust.exchange_domains), ("authserv_ids", NAMELESS in trust.authserv_ids)
        for key in (key for key, is_set in of_one if is_set):
            yield Clash(
                (("email", "trust", key), ("email", "imap")), f"all mailboxes at one host, with {ONLY_EXCHANGE}"
            )
    for name in () if trust.authserv_ids or trust.authenticate else settings.email.imap:
        keys = (("email", "trust", "authserv_ids"), ("email", "imap", name))
        yield Clash(
            keys, f"the name that the server of email.imap.{name} writes into Authentication-Results must be set"
        )


def chat_has_its_secrets(settings: Settings) -> Iterator[Clash]:
    """What each mode of Slack, and Teams, cannot work without."""
    needed = {"socket": ("bot_token", "app_token"), "http": ("bot_token", "signing_secret")}
    if slack := settings.slack:
        for key in needed[slack.mode]:
            if not (getattr(slack, key) or getattr(slack, f"{key}_file")):
                yield Clash((("slack", f"{key}_file"), ("slack", "mode")), f"must be set: mode {slack.mode} needs it")
        if slack.escalate_hours <= slack.remind_hours:
            keys: tuple[Loc, ...] = (("slack", "escalate_hours"), ("slack", "remind_hours"))
            yield Clash(keys, f"more than remind_hours, which is {slack.remind_hours}")
        yield from _schools_read(settings, slack.returns_channels)
    if (teams := settings.teams) and not (teams.client_secret or teams.client_secret_file):
        yield Clash((("teams", "client_secret_file"),), "must be set: Teams needs it")


def _schools_read(settings: Settings, returns_channels: Iterable[str]) -> Iterator[Clash]:
    """Whoever posts returns in a channel would read there what other schools send to the service."""
    for number, service in enumerate(settings.services):
        if service.slack_channel in returns_channels:
            keys: tuple[Loc, ...] = (("services", number, "slack_channel"), ("slack", "returns_channels"))
            yield Clash(keys, "another channel: schools read this one, which is one of returns_channels in [slack]")


def files_are_apart(settings: Settings) -> Iterator[Clash]:
    """The record, the keys, their mirror and the master key are four files; nothing of them lies in the vault."""
    places: tuple[tuple[Loc, object], ...] = (
        (("ledger", "url"), settings.ledger.file),
        (("keys", "path"), settings.keys.path),
        (("keys", "mirror"), settings.keys.mirror),
        (("keys", "master_key_file"), settings.keys.master_key_file),
    )
    yield from _twice(((at, str(path)) for at, path in places if path), "a file of its own: this one is taken by {}")
    for at, path in places:
        if path and str(path).startswith(f"{settings.vault.folder}/"):
            yield Clash((at, ("vault", "url")), "a file outside the vault's folder, which holds sealed contents alone")


CHECKS: tuple[Callable[[Settings], Iterable[Clash]], ...] = (
    nothing_is_there_twice,
    contents_outlast_warnings,
    the_largest_file_fits_a_mail,
    nobody_writes_to_us_for_us,
    certificates_are_whole,
    lmtp_stays_near,
    logins_are_whole,
    taken_mail_is_out_of_the_way,
    relays_have_names,
    chat_has_its_secrets,
    files_are_apart,
)


def clashes(settings: Settings) -> Iterator[Clash]:
    """All that cannot stand together."""
    for check in CHECKS:
        yield from check(settings)


def _twice(values: Iterable[tuple[Loc, str]], right: str = "another one: this stands at {} already") -> Iterator[Clash]:
    seen: dict[str, list[Loc]] = defaultdict(list)
    for at, value in values:
        if before := seen[value.casefold()]:
            yield Clash((at, before[0]), right.format(_at(before[0])))
        seen[value.casefold()].append(at)


def _at(loc: Loc) -> str:
    return " ".join(f"entry {part + 1}" if isinstance(part, int) else part for part in loc)


def _without_tag(address: str) -> str:
    mailbox, _, domain = address.rpartition("@")
    return f"{mailbox.partition('+')[0]}@{domain}"


def _in_the_clear(at: Loc, table: Outgoing | Imap) -> Iterator[Clash]:
    if table.tls == "none" and not is_loopback(table.host):
        right = f'"starttls" or "implicit": the password would be sent to {table.host} for everybody to read'
        yield Clash(((*at, "tls"), (*at, "host")), right)
