"""The tables of `services.toml`: what schools may send to, and why a file may be turned down."""

from bot.settings.kinds import Address, ChannelOrDirect, Code, Line, Minutes, OptionalLine, Table


class Service(Table):
    """One of `[[services]]`."""

    code: Code
    """The capitals that stand for it in a file's name."""
    name: Line
    """The service in words."""
    announce: tuple[Address, ...] = ()
    """Shared places that are told of new files, by address; they get no links."""
    announce_minutes: Minutes = 15
    """Minutes over which new files are gathered into one announcement to those places."""
    slack_channel: ChannelOrDirect = ""
    """The id of the Slack channel that is told of new files; `DIRECT`: each officer is, by direct message."""
    teams_channel: OptionalLine = ""
    """The id of the Teams channel that is told of new files."""


class Reason(Table):
    """One of `[[reasons]]`, offered to an officer who rejects a file."""

    text: Line
    """The reason, as the school will read it."""
