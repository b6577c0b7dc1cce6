"""What Slack's description of a user means (handlers/slack/introducing.py)."""

import pytest

from bot.arrival import Introduction
from bot.settings.channels import Slack
from handlers.slack.introducing import Workspace, introduction

HOME = Workspace("T1", "Council")
JO = {"team_id": "T1", "is_email_confirmed": True, "profile": {"email": "jo.sands@leysjunior.example"}}


@pytest.mark.parametrize(
    ("trait", "refused"),
    [
        ("deleted", "gone"), ("is_bot", "machine"), ("is_workflow_bot", "machine"), ("is_stranger", "elsewhere"),
        ("is_restricted", "guest"), ("is_ultra_restricted", "guest"),
    ],
)  # fmt: skip
def test_only_a_full_member_who_is_present_is_heard(trait: str, refused: str) -> None:
    wanted = Slack.model_validate({})

    assert introduction(JO, "T1/U1", HOME, wanted) == Introduction(address="jo.sands@leysjunior.example")
    assert introduction(JO | {trait: True}, "T1/U1", HOME, wanted) == Introduction(refused=refused)
