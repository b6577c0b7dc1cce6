"""The whole configuration as one value, and its shape: which key is where, and what kind of value it takes."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import PrivateAttr, SecretStr
from pydantic.fields import FieldInfo

from bot.settings.authority import Access, Authority, Files, Help, Retention
from bot.settings.channels import Dns, Email, Slack, Teams, Web
from bot.settings.kinds import AtLeastOne, Line, Table
from bot.settings.services import Reason, Service
from bot.settings.storage import Keys, Ledger, Scanner, Vault, Work

Loc = tuple[str | int, ...]
"""Where a value is: keys, and the positions of entries in lists, counted from 0."""


class Settings(Table):
    """Everything an authority can choose. Made by `load`."""

    authority: Authority
    help: Help
    retention: Retention = Retention()
    access: Access
    files: Files
    tags: tuple[Line, ...] = ()
    """What a sender may mark a file with; none is the default."""
    services: Annotated[tuple[Service, ...], AtLeastOne]
    """What schools may send to."""
    reasons: tuple[Reason, ...] = ()
    """What an officer is offered when rejecting."""
    email: Email
    dns: Dns = Dns()
    slack: Slack | None = None
    teams: Teams | None = None
    web: Web = Web()
    ledger: Ledger = Ledger()
    vault: Vault = Vault()
    keys: Keys = Keys()
    scanner: Scanner = Scanner()
    work: Work = Work()

    _directory: Path = PrivateAttr(default=Path())

    def model_post_init(self, context: Path | None, /) -> None:
        """Keep the folder, which validation was told."""
        if context is not None:
            self._directory = context

    @property
    def directory(self) -> Path:
        """The configuration folder."""
        return self._directory

    @cached_property
    def timezone(self) -> ZoneInfo:
        """The zone in which times are told."""
        return ZoneInfo(self.authority.timezone)

    def service(self, code: str | None) -> Service | None:
        """The service of this code; None where there is none."""
        return next((service for service in self.services if service.code == code), None)


def table_within(annotation: object) -> type[Table] | None:
    """The table that a field holds, alone, in a list or by name; None for a plain value."""
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return annotation
    return next((found for one in get_args(annotation) if (found := table_within(one))), None)


def is_list(annotation: object) -> bool:
    """Whether a field holds a list."""
    return get_origin(annotation) is tuple


def is_named(annotation: object) -> bool:
    """Whether a field holds tables by names of the authority's own."""
    return get_origin(annotation) is Mapping


def is_optional(annotation: object) -> bool:
    """Whether a field may be left without a value."""
    return NoneType in get_args(annotation)


def table_at(loc: Loc) -> type[Table] | None:
    """The table whose keys stand at this place."""
    table: type[Table] | None = Settings
    names_follow = False
    for part in loc:
        if names_follow or isinstance(part, int):
            names_follow = False
        elif table is None or (field := table.model_fields.get(part)) is None:
            return None
        else:
            table, names_follow = table_within(field.annotation), is_named(field.annotation)
    return None if names_follow else table


def field_at(loc: Loc) -> FieldInfo | None:
    """The field at this place; None where there is none."""
    table = table_at(loc[:-1])
    return table.model_fields.get(str(loc[-1])) if table else None


def exists(loc: Loc) -> bool:
    """Whether there is a key or a table at this place."""
    return field_at(loc) is not None or table_at(loc) is not None


def is_secret(loc: Loc) -> bool:
    """Whether the value at this place must never be shown: a secret, or what should have been the name of its file."""
    field, key = field_at(loc), str(loc[-1])
    if field is None:
        return False
    plain = field_at((*loc[:-1], key.removesuffix("_file")))
    return plain is not None and _takes(plain.annotation, SecretStr)


def is_written_elsewhere(loc: Loc) -> bool:
    """Whether the value at this place is a secret itself, which no file of the configuration may hold."""
    field = field_at(loc)
    return field is not None and _takes(field.annotation, SecretStr)


def takes_text(loc: Loc) -> bool:
    """Whether the value at this place is text, which the environment gives as it stands."""
    field = field_at(loc)
    return field is None or any(_takes(field.annotation, kind) for kind in (str, Path, SecretStr, Literal))


def _takes(annotation: Any, kind: object) -> bool:
    if is_list(annotation) or is_named(annotation):
        return False
    return (
        annotation is kind or get_origin(annotation) is kind or any(_takes(one, kind) for one in get_args(annotation))
    )
