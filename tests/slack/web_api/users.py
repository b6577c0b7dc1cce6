"""auth.test, users.info, users.lookupByEmail, apps.connections.open."""

from tests.slack.talking import Talking
from tests.slack.web_api import of_bot, register
from tests.slack.world import Json, Refused, User


@register.method("auth.test", get=True)
def auth_test(slack: Talking, args: Json) -> Json:
    world = slack.world
    who = {"user": world.bot.name, "user_id": world.bot.id, "bot_id": world.bot_id}
    team = {"url": f"https://{world.domain}.slack.com/", "team": world.domain.title(), "team_id": world.team_id}
    return team | who | {"is_enterprise_install": False}


@register.method("apps.connections.open", "connections:write", app_token=True)
def connections_open(slack: Talking, args: Json) -> Json:
    address = slack.base_url.replace("http://", "ws://")
    return {"url": f"{address}/link/?ticket={slack.socket.ticket()}&app_id={slack.world.app_id}"}


@register.method(
    "users.info", "users:read", required={"user": "user_not_found"}, optional="include_locale", json=False, get=True
)
def info(slack: Talking, args: Json) -> Json:
    user = slack.world.users.get(args["user"])
    if not user:
        raise Refused("user_not_found")
    return {"user": user_json(slack, user)}


@register.method("users.lookupByEmail", "users:read.email", required={"email": "users_not_found"}, json=False, get=True)
def lookup_by_email(slack: Talking, args: Json) -> Json:
    wanted = str(args["email"]).strip().lower()
    ours = [one for one in slack.world.users.values() if one.team_id == slack.world.team_id and not one.is_bot]
    found = [one for one in ours if one.email.lower() == wanted and not one.deleted]
    if not found:
        raise Refused("users_not_found")
    return {"user": user_json(slack, found[0])}


def user_json(slack: Talking, user: User) -> Json:
    """A user object; the email address only for those who may read it, and of our own team."""
    ours = user.team_id == slack.world.team_id
    profile: Json = {"real_name": user.real_name, "display_name": user.name, "team": user.team_id}
    if ours and not user.is_bot and "users:read.email" in of_bot(slack).scopes:
        profile["email"] = user.email
    said: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "profile": profile,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": int(slack.world.seconds),
    }
    if not ours:
        said["is_stranger"] = user.is_stranger
    if user.deleted:
        return said
    place = {"real_name": user.real_name, "tz": "Europe/London", "tz_label": "British Summer Time", "tz_offset": 3600}
    powers = dict.fromkeys(("is_admin", "is_owner", "is_primary_owner"), False)
    guest = {"is_restricted": user.is_restricted, "is_ultra_restricted": user.is_ultra_restricted}
    confirmed = {"is_email_confirmed": user.is_email_confirmed} if ours else {}
    return said | place | powers | guest | confirmed
