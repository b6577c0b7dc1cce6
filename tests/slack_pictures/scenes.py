"""What is photographed: all sheets in a few groups, and what `docs/slack.md` shows."""

from collections.abc import Mapping, Sequence

from tests.slack_pictures.frames import heading, message, said
from tests.slack_pictures.markup import Markup
from tests.slack_pictures.sheets import Sheet

GROUPS: Mapping[str, Sequence[str]] = {
    "returns": ("receipt", "advice", "expiring", "mixed", "duplicate", "discarded", "settled"),
    "answers": ("status", "history", "recalled", "copy", "which", "too-late", "help", "verified", "frozen", "released"),
    "not-done": (
        "nothing-attached",
        "unchanged",
        "delete-your-copy",
        "unknown-command",
        "not-authorised",
        "shared-mailbox",
        "too-large",
        "trouble",
        "alert",
        "tried",
        "prove-identity",
        "linked",
        "not-taken",
    ),
    "quarantine": ("quarantine", "quarantine-settled"),
    "officers": ("new-files", "waiting", "decided", "lost-race", "wrong-file", "unreceived"),
    "homes": ("home",),
    "told": ("received", "rejected", "moved", "destroyed", "erased", "linked", "prove-identity"),
    "forms": ("form-reject", "form-move", "form-receive-all"),
}
"""The beginnings of the names of the sheets of one picture."""


def group_of(sheet: Sheet) -> str:
    """The picture that a sheet stands in; empty for none."""
    named = {kind: group for group, kinds in GROUPS.items() for kind in kinds}
    longest = max((kind for kind in named if f"{sheet.name}-".startswith(f"{kind}-")), key=len, default="")
    return named.get(longest, "")


def pictured(sheets: Sequence[Sheet]) -> dict[str, list[Markup]]:
    """What each picture shows, by its name: the groups, then the scenes."""
    groups: dict[str, list[Markup]] = {group: [] for group in GROUPS}
    for sheet in sheets:
        groups[group_of(sheet)] += [heading(sheet.name), sheet.drawn]
    return groups | scenes(sheets)


def scenes(sheets: Sequence[Sheet]) -> dict[str, list[Markup]]:
    """What schools and officers see, told as it happens."""
    known = {sheet.name: sheet.shown[0] for sheet in sheets}

    def ours(name: str, *, at: str = "13:01", aside: bool = False) -> Markup:
        return message(known[name]["blocks"], at=at, aside=aside)

    return {
        "scene-school": [
            heading("Jo Sands, in a direct message with Postroom"),
            said("Jo Sands", "The autumn plan, as agreed with Sam.", "8302000 SENplan20260901.docx"),
            ours("advice"),
            heading("… and after she has pressed «Send as 8302000_SENplan20260901.docx»"),
            ours("receipt", at="13:02"),
        ],
        "scene-officers": [
            heading("The private channel of the SEN team"),
            ours("new-files-place"),
            heading("… and after Sam Hale has pressed «Receive»"),
            ours("new-files-received"),
            heading("What Sam Hale alone sees below it"),
            ours("decided-own", at="13:20", aside=True),
            heading("What Nadia Brook alone sees, who pressed «Reject…» a second later"),
            ours("lost-race", at="13:20", aside=True),
        ],
    }
