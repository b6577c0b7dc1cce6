"""files.info, files.delete."""

from tests.slack.events import file_json
from tests.slack.talking import Talking
from tests.slack.web_api import register
from tests.slack.world import File, Json, Refused

FILE = {"file": "file_not_found"}


def visible_file(slack: Talking, file_id: str) -> File:
    """A file the bot may know of.

    Raises:
        Refused: file_not_found, file_deleted.
    """
    file = slack.world.files.get(file_id)
    if not file or not slack.world.can_see(file):
        raise Refused("file_not_found")
    if file.deleted:
        raise Refused("file_deleted")
    return file


@register.method("files.info", "files:read", required=FILE, optional="count cursor limit page", json=False, get=True)
def info(slack: Talking, args: Json) -> Json:
    file = visible_file(slack, args["file"])
    said = file_json(slack.world, file, slack.base_url)
    return {"file": said, "comments": [], "response_metadata": {"next_cursor": ""}}


@register.method("files.delete", "files:write", required=FILE)
def delete(slack: Talking, args: Json) -> Json:
    file = visible_file(slack, args["file"])
    if file.owner != slack.world.bot.id:
        raise Refused("cant_delete_file")
    file.deleted = True
    return {}
