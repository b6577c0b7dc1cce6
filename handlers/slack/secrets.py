"""What Slack knows us by, and we it: three secrets, which are easily put into one another's place."""

import re
from dataclasses import dataclass

from bot.settings import Slack, reveal

APPS = "https://api.slack.com/apps"
TOKEN = re.compile(r"(xoxe\.)?(xox[a-z]|xapp)-")
"""How every token of Slack's begins (https://docs.slack.dev/authentication/tokens)."""


@dataclass(frozen=True)
class Kind:
    """One of the three."""

    key: str
    """Of `[slack]`; with `_file` added, the key that names its file."""
    called: str
    """By Slack's own pages."""
    page: str
    """Of the app at Slack, where it stands."""
    begins: str = ""
    """How it begins; empty: as no token does."""

    @property
    def wanted(self) -> str:
        """What is to be there, as a sentence, and where it is to be had."""
        looks = f", which begins with {self.begins}" if self.begins else ""
        return f"It must hold the {self.called}{looks}: copy it from «{self.page}» of the app at {APPS}."


BOT_TOKEN = Kind("bot_token", "Bot User OAuth Token", "OAuth & Permissions", "xoxb-")
APP_TOKEN = Kind("app_token", "App-Level Token with the scope connections:write", "Basic Information", "xapp-")
SIGNING_SECRET = Kind("signing_secret", "Signing Secret", "Basic Information")
OF_MODE = {"socket": (BOT_TOKEN, APP_TOKEN), "http": (BOT_TOKEN, SIGNING_SECRET)}
"""Those that each mode of Slack needs."""


class BadSecrets(Exception):
    """Secrets that cannot be right: each with its key, what stands there, and what to do."""


class BadSecret(Exception):
    """One secret that cannot be right."""

    def __init__(self, detail: str, remedy: str) -> None:
        super().__init__(f"{detail} {remedy}")
        self.detail, self.remedy = detail, remedy


@dataclass(frozen=True)
class Secrets:
    """All that the mode needs; empty what it does not."""

    bot_token: str
    app_token: str = ""
    signing_secret: str = ""

    @classmethod
    def of(cls, settings: Slack) -> "Secrets":
        """As configured. Raises `BadSecrets`."""
        held, faults = {}, []
        for kind in OF_MODE[settings.mode]:
            try:
                held[kind.key] = read(settings, kind)
            except BadSecret as fault:
                faults.append(str(fault))
        if faults:
            raise BadSecrets("\n".join(faults))
        return cls(**held)


def named(settings: Slack, kind: Kind) -> str:
    """The secret as its owner finds it: the key with its file, or the variable of the environment."""
    if getattr(settings, kind.key) is not None:
        return f"POSTROOM__SLACK__{kind.key.upper()}"
    file = getattr(settings, f"{kind.key}_file")
    return f"{kind.key}_file = {file}" if file else kind.key


def read(settings: Slack, kind: Kind) -> str:
    """The secret. Raises `BadSecret` where it cannot be had, or is plainly another one."""
    name = named(settings, kind)
    try:
        secret = reveal(getattr(settings, kind.key), getattr(settings, f"{kind.key}_file")) or ""
    except FileNotFoundError as fault:
        raise BadSecret(f"{name}: there is no such file.", kind.wanted) from fault
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or "it is not text"
        raise BadSecret(f"{name}: it cannot be read ({why}).", f"Let Postroom’s user read it. {kind.wanted}") from fault
    if wrong := _wrong(secret, kind):
        raise BadSecret(f"{name}: {wrong}.", kind.wanted)
    return secret


def _wrong(secret: str, kind: Kind) -> str:
    """What shows that it is not this secret, without telling what it is."""
    if not secret:
        return "it is empty"
    token = TOKEN.match(secret)
    if kind.begins and not secret.startswith((kind.begins, f"xoxe.{kind.begins}")):
        return f"what it holds begins with {token[0]}" if token else f"what it holds does not begin with {kind.begins}"
    return f"what it holds is a token, which begins with {token[0]}" if token and not kind.begins else ""
