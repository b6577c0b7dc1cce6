"""The tables of `channels.toml`: the ways in and out."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bot.settings.kinds import (
    AccountName,
    Address,
    AuthservId,
    ChannelId,
    Count,
    Days,
    Host,
    Hours,
    Line,
    ListenHost,
    Minutes,
    Nameserver,
    Network,
    Octets,
    OfficeHours,
    OptionalAddress,
    OptionalLine,
    OptionalPath,
    PeerPort,
    Port,
    Secret,
    Switch,
    Table,
    Url,
    WholeDomain,
)
from bot.settings.networks import narrow, own

MAILBOX_MAX = 37
"""Characters before the @: RFC 5321 (section 4.5.3.1.1) allows 64, and a `+` and 26 of a reply token come after."""


def _takes_tokens(address: str) -> str:
    mailbox = address.rpartition("@")[0]
    if "+" in mailbox or len(mailbox) > MAILBOX_MAX:
        raise ValueError(f"an address without +, with at most {MAILBOX_MAX} characters before the @: replies add a tag")
    return address


def _has_no_tag(address: str | None) -> str | None:
    if address and "+" in address.rpartition("@")[0]:
        raise ValueError(
            "a mailbox of its own, without +: what has one may be taken for a reply to the returns mailbox"
        )
    return address


OwnAddress = Annotated[Address, AfterValidator(_takes_tokens)]
TryAddress = Annotated[OptionalAddress, AfterValidator(_has_no_tag)]
SubmissionNetwork = Annotated[Network, AfterValidator(own)]
TrustedNetwork = Annotated[Network, AfterValidator(narrow)]
Encryption = Literal["none", "starttls", "implicit"]


class Smtp(Table):
    """`[email.smtp]`: the server that takes mail in."""

    enabled: Switch = True
    """Whether it listens at all."""
    host: ListenHost = "127.0.0.1"
    """The address to listen on; for LMTP perhaps a Unix socket, `unix:/…`."""
    port: Port = 2525
    """The port to listen on; 0 takes any that is free. It says nothing at a Unix socket."""
    protocol: Literal["smtp", "lmtp"] = "smtp"
    """What is spoken: LMTP only to a mail server that hands its mail on."""
    message_bytes_max: Octets = 220_000_000
    """Octets of one message, encoded as it comes; announced as SIZE."""
    tls_certificate: OptionalPath = None
    """PEM file of the certificate chain; with it STARTTLS is offered."""
    tls_key: OptionalPath = None
    """PEM file of the certificate's key."""
    require_tls: Switch = False
    """Whether mail is refused until STARTTLS."""
    connections_max: Count = 200
    """Connections at a time."""
    per_address_max: Count = 50
    """Connections at a time from one IPv4 address or one IPv6 /64."""
    connections_per_minute: Count = 60
    """Connections that one such address may begin within a minute; those named in `[email.trust]` as many as they like."""
    messages_per_hour: Count = 600
    """Messages that one such address may begin within an hour; those named in `[email.trust]` as many as they like."""
    rate_bytes_per_second_min: Count = 1_000
    """Octets a second below which a transfer is cut; whoever is faster never is."""


class SignIn(Table):
    """How we log in to a mail server: with a password, or as an application that Microsoft 365 knows."""

    tls: Encryption = "none"
    """How the connection is encrypted."""
    tls_ca_file: OptionalPath = None
    """PEM file of the authorities that may vouch for the server; none: the system's."""
    auth: Literal["password", "xoauth2"] = "password"
    """Whether we log in with a password, or with a token of Microsoft 365 (SASL XOAUTH2)."""
    user: OptionalLine = ""
    """The name to log in with; empty: no login."""
    password_file: OptionalPath = None
    """The file that holds the password."""
    password: Secret = None
    """The password, from the environment alone."""
    tenant_id: OptionalLine = ""
    """The authority's tenant id in Entra."""
    client_id: OptionalLine = ""
    """The application (client) id in Entra."""
    client_secret_file: OptionalPath = None
    """The file that holds the client secret."""
    client_secret: Secret = None
    """The client secret, from the environment alone."""
    authority: Url = "https://login.microsoftonline.com"
    """Where tokens are given out."""
    scope: Line = "https://outlook.office365.com/.default"
    """What a token is asked for."""


class Imap(SignIn):
    """One of `[email.imap.<name>]`: a mailbox that mail is fetched from."""

    host: Host
    """The server."""
    port: PeerPort = 993
    """Its port."""
    tls: Encryption = "implicit"
    """How the connection is encrypted."""
    user: Line
    """The mailbox to log in to."""
    folder: Line = "INBOX"
    """The folder that mail is fetched from."""
    done_folder: OptionalLine = "Postroom done"
    """The folder that mail is moved to once it is taken in; empty: it is deleted."""
    failed_folder: Line = "Postroom failed"
    """The folder that mail is moved to which cannot be taken in, however often it is tried."""
    poll_seconds: Count = 60
    """Seconds between two looks, where the server cannot tell us of new mail."""


class Outgoing(SignIn):
    """`[email.outgoing]`: the server that answers are handed to."""

    host: Host = "127.0.0.1"
    """The authority's outgoing mail server."""
    port: PeerPort = 25
    """Its port."""
    from_name: Line = "School returns"
    """The name beside the address in From."""


class Trust(Table):
    """`[email.trust]`: whose word counts on who has written."""

    relay_networks: tuple[TrustedNetwork, ...] = ()
    """Networks of the mail servers whose Authentication-Results are believed."""
    authserv_ids: tuple[AuthservId, ...] = ()
    """The names under which those servers write them (lesson L3)."""
    submission_networks: tuple[SubmissionNetwork, ...] = ()
    """Networks whose From is believed as it stands."""
    authenticate: Switch = False
    """Whether everybody else is proven by SPF, DKIM and DMARC."""
    arc_sealers: tuple[WholeDomain, ...] = ()
    """Domains whose seals (ARC) are believed of mail that they passed on."""
    exchange_domains: tuple[WholeDomain, ...] = ()
    """Domains whose mail is believed, out of a mailbox, where Exchange says that it was sent within the organisation."""

    def names(self, peer: str) -> bool:
        """Whether this IP address is that of a server named here."""
        address = ip_address(peer)
        return any(address in network for network in (*self.relay_networks, *self.submission_networks))


class Email(Table):
    """`[email]`"""

    address: OwnAddress
    """The returns mailbox."""
    try_address: TryAddress = None
    """A mailbox for trying out: it judges, answers, and stores nothing."""
    replies_per_hour: Count = 30
    """Answers to one address within an hour, files aside, before a person is asked (lesson L18); as many trials."""
    alerts_per_hour: Count = 6
    """Alerts that one administrator is sent within an hour; what is more is counted in one mail at its end."""
    canary_minutes: Minutes = 0
    """Minutes between two mails to ourselves through the whole path (lesson L23); 0: none is sent."""
    strangers_per_hour: Count = 100
    """Of all who are not heard, so many are told so within an hour (lesson L19)."""
    quarantine_hours: OfficeHours = "Mon-Fri 08:30-17:00"
    """When the administrators are mailed what lies in quarantine: once a day, as the first of these hours begins."""
    warnings: tuple[Line, ...] = ()
    """What gateways put above letters, word for word, besides what is known already (lesson L40)."""
    disclaimers: tuple[Line, ...] = ()
    """How what is put below them begins."""
    smtp: Smtp = Smtp()
    imap: Mapping[AccountName, Imap] = Field(default_factory=dict)
    outgoing: Outgoing = Outgoing()
    trust: Trust = Trust()


class Dns(Table):
    """`[dns]`"""

    nameservers: tuple[Nameserver, ...] = ()
    """The resolvers to ask; none: the system's."""


class Slack(Table):
    """`[slack]`; without this table Slack is off."""

    mode: Literal["socket", "http"] = "socket"
    """Whether Postroom calls Slack, or Slack calls Postroom."""
    bot_token_file: OptionalPath = None
    """The file that holds the bot's token (xoxb-…)."""
    bot_token: Secret = None
    """The bot's token, from the environment alone."""
    app_token_file: OptionalPath = None
    """The file that holds the app-level token (xapp-…); needed in mode socket."""
    app_token: Secret = None
    """The app-level token, from the environment alone."""
    signing_secret_file: OptionalPath = None
    """The file that holds the signing secret; needed in mode http."""
    signing_secret: Secret = None
    """The signing secret, from the environment alone."""
    api_url: Url = "https://slack.com/api/"
    """Where Slack's API is."""
    returns_channels: tuple[ChannelId, ...] = ()
    """Ids of the channels in which schools may post returns."""
    link: Literal["email", "proof"] = "email"
    """How a Slack user becomes a person on the roster: by their confirmed email, or by a link mailed to the one they claim."""
    allow_guests: Switch = False
    """Whether guests of the workspace may act."""
    allow_connect: Switch = False
    """Whether members of other workspaces (Slack Connect) may act."""
    delete_copy: Switch = True
    """Whether the copy that Slack keeps is deleted, by the bot where Slack lets it, else by its sender, who is asked to."""
    remind_hours: Hours = 24
    """Office hours until a service is reminded of a file that waits."""
    escalate_hours: Hours = 48
    """Office hours until the administrators are told of it."""
    office_hours: OfficeHours = "Mon-Fri 08:30-17:00"
    """When those hours count."""


class Teams(Table):
    """`[teams]`; without this table Teams is off."""

    client_id: Line
    """The bot's application (client) id in Entra."""
    tenant_id: Line
    """The authority's tenant id in Entra."""
    client_secret_file: OptionalPath = None
    """The file that holds the client secret."""
    client_secret: Secret = None
    """The client secret, from the environment alone."""
    service_url: Url = "https://smba.trafficmanager.net/teams/"
    """Where messages that nobody asked for are sent."""


class Web(Table):
    """`[web]`: pages, one-time links, and the end points that Slack and Teams call."""

    host: Host = "127.0.0.1"
    """The address to listen on."""
    port: Port = 8025
    """The port to listen on; 0 takes any that is free."""
    base_url: Url = "http://127.0.0.1:8025"
    """Where people reach it: links begin with this."""
    tls_certificate: OptionalPath = None
    """PEM file of the certificate chain; without it plain http is spoken, to a proxy or to this machine."""
    tls_key: OptionalPath = None
    """PEM file of the certificate's key."""
    proxy_networks: tuple[TrustedNetwork, ...] = ()
    """Networks of the proxies whose X-Forwarded-For and -Proto are believed."""
    metrics_networks: tuple[TrustedNetwork, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    """Networks from which `/metrics` is read, and the details of `/readyz`; elsewhere there is no such page."""
    link_days: Days = 7
    """Days for which a one-time link is good."""

    def page(self, token: str) -> str:
        """The address of a one-time link."""
        return f"{self.base_url.rstrip('/')}/get/{token}"

    def proof(self, token: str) -> str:
        """The address of a one-time link that proves who somebody in a chat is."""
        return f"{self.base_url.rstrip('/')}/prove/{token}"
