"""The Web API: which methods there are, and what every one of them checks first."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.slack.talking import Talking
from tests.slack.world import Json, Refused, Token

Do = Callable[["Talking", "Json"], "Json"]
STRUCTURES = ("blocks", "view", "metadata", "attachments")
"""Arguments that are JSON inside a form."""


@dataclass(frozen=True)
class Method:
    """A method of the Web API as documented: scopes (any one will do), arguments, how it may be called."""

    name: str
    do: Do
    scopes: tuple[str, ...]
    required: dict[str, str]
    """Argument, and the error that its absence gives."""
    optional: tuple[str, ...]
    takes_json: bool
    takes_get: bool
    app_token: bool


@dataclass
class Register:
    """All methods, by name."""

    methods: dict[str, Method] = field(default_factory=dict)

    def method(
        self,
        name: str,
        *scopes: str,
        required: dict[str, str] | None = None,
        optional: str = "",
        json: bool = True,
        get: bool = False,
        app_token: bool = False,
    ) -> Callable[[Do], Do]:
        """Register what a method does."""

        def add(do: Do) -> Do:
            self.methods[name] = Method(name, do, scopes, required or {}, tuple(optional.split()), json, get, app_token)
            return do

        return add


register = Register()


def needs(token: Token, *scopes: str) -> None:
    """Raise missing_scope unless the token has one of these."""
    if scopes and not token.scopes & set(scopes):
        raise Refused("missing_scope", needed=",".join(scopes), provided=",".join(sorted(token.scopes)))


def of_bot(slack: Talking) -> Token:
    """The token the bot calls with; which one is settled before a method runs."""
    assert slack.caller
    return slack.caller


def known_token(slack: Talking, value: str) -> Token:
    """A token that is good.

    Raises:
        Refused: not_authed, invalid_auth, token_revoked, account_inactive.
    """
    if not value:
        raise Refused("not_authed")
    token = slack.world.tokens.get(value)
    if token is None or token.state != "live":
        raise Refused(token.state if token else "invalid_auth")
    return token


def admitted(method: Method, token: Token, args: Json, *, verb: str) -> None:
    """Raise Refused unless the call is of the documented form and allowed."""
    if verb == "GET" and not method.takes_get:
        raise Refused("invalid_post_type")
    if token.is_app != method.app_token:
        raise Refused("not_allowed_token_type")
    needs(token, *method.scopes)
    for name, error in method.required.items():
        if args.get(name) in (None, ""):
            raise Refused(error, response_metadata={"messages": [f"[ERROR] missing required field: {name}"]})
    unknown = [name for name in args if name not in (*method.required, *method.optional, "team_id")]
    if unknown:
        raise Refused("invalid_arg_name", response_metadata={"messages": [f"[ERROR] unknown: {unknown}"]})


def truth(value: Any) -> bool:
    """A boolean argument as forms and JSON give it."""
    return value in (True, 1, "1", "true", "True")
