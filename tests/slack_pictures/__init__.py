"""What Postroom shows in Slack, drawn as Slack lays it out, for `docs/messages/slack/`, for `docs/slack.md` and for tests.

Only a likeness: the layout follows Slack's, the style is our own, and nothing of Slack's is copied. What it cannot draw
is an error.
"""

from tests.messages import FOLDER as MESSAGES

FOLDER = MESSAGES / "slack"
PICTURES = FOLDER / "pictures"
"""`make messages`: writes what is shown in Slack here."""
