"""The forms that a button opens before an officer decides, and what comes back when they are sent
(https://docs.slack.dev/surfaces/modals)."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.arrival import Frozen, Press, Route
from bot.forms import Form
from bot.notices import FileFacts
from bot.officer_desk import REASON_CHARACTERS_MAX
from bot.settings.services import Reason
from handlers.slack.elements import Json, literal, option, select
from handlers.slack.text import sound
from handlers.slack.values import Value

OPTIONS_MAX = 100
CHOSEN, WRITTEN, SERVICE = "chosen", "written", "service"
"""The blocks in which something is chosen or written."""


class Bearing(Frozen):
    """What a form keeps of the button that opened it."""

    value: Value
    route: Route
    """Of the press: where its answer goes."""


def rejecting(form: Form, reasons: Sequence[Reason], bearing: Bearing) -> Json:
    """Why is this file rejected?"""
    offered = [option(reason.text, str(number)) for number, reason in enumerate(reasons[:OPTIONS_MAX])]
    choice = [_choice(CHOSEN, "Reason", "Choose a reason", offered, optional=True)] if offered else []
    blocks = [_about(form.file), *choice, _writing("In your own words", optional=bool(offered)), _told()]
    return _view("reject", "Reject this file", "Reject", blocks, bearing)


def moving(form: Form, bearing: Bearing) -> Json:
    """Which service is this file for?"""
    offered = [option(f"{code}: {name}", code) for code, name in form.services[:OPTIONS_MAX]]
    choice = _choice(SERVICE, "It belongs to", "Choose the service", offered, optional=False)
    return _view(
        "move", "Not ours", "Move", [_about(form.file), choice, _writing("Why", optional=True), _told()], bearing
    )


def receiving_all(form: Form, bearing: Bearing) -> Json:
    """These files are received together."""
    count = f"{len(form.files)} {'file' if len(form.files) == 1 else 'files'} from {form.file.school_name}"
    names = [{"type": "rich_text_section", "elements": [_words(file.name)]} for file in form.files]
    listed = {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": names}]}
    return _view("receive-all", "Receive all", "Receive all", [_text(count), listed, _text(TOLD_RECEIVED)], bearing)


def decided(
    callback: str, values: Mapping[str, Any], bearing: Bearing, reasons: Sequence[Reason]
) -> Press | dict[str, str]:
    """What was decided on a form that was sent; else what is wrong with it, by the block in which it is."""
    reason = _reason(values, reasons)[:REASON_CHARACTERS_MAX]
    if callback == "reject" and not reason:
        return {WRITTEN: "Choose a reason or write one. The sender and the headteacher are told it."}
    if callback == "receive-all":
        return bearing.value.press(said="receive all", files=tuple(bearing.value.seen))
    said = bearing.value.say
    if callback == "move":
        said = f"{said} {_chosen(values, SERVICE)}"
    return bearing.value.press(said=said, reason=reason)


TOLD_RECEIVED = "The school is told that you have received them. You get a link to each."


def _reason(values: Mapping[str, Any], reasons: Sequence[Reason]) -> str:
    number = _chosen(values, CHOSEN)
    offered = reasons[int(number)].text if number.isdigit() and int(number) < len(reasons) else ""
    written = sound(str(_action(values, WRITTEN).get("value") or "")).strip()
    return f"{offered.rstrip('.')}. {written}" if offered and written else offered or written


def _chosen(values: Mapping[str, Any], block: str) -> str:
    return str((_action(values, block).get("selected_option") or {}).get("value") or "")


def _action(values: Mapping[str, Any], block: str) -> Mapping[str, Any]:
    found = (values.get(block) or {}).get(block)
    return found if isinstance(found, Mapping) else {}


def _view(callback: str, title: str, submit: str, blocks: list[Json], bearing: Bearing) -> Json:
    return {
        "type": "modal", "callback_id": callback, "title": literal(title), "submit": literal(submit), "close": literal("Cancel"),
        "private_metadata": bearing.model_dump_json(exclude_defaults=True), "blocks": blocks,
    }  # fmt: skip


def _about(file: FileFacts) -> Json:
    return _text(file.name, f" from {file.school_name}, sent by {file.sent_by}")


def _told() -> Json:
    return _text("The school is told what you decide, by whom and why.")


def _text(words: str, more: str = "") -> Json:
    spans = [{**_words(words), **({"style": {"bold": True}} if more else {})}, *([_words(more)] if more else [])]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": spans}]}


def _words(text: str) -> Json:
    return {"type": "text", "text": text}


def _choice(block: str, label: str, hint: str, options: list[Json], *, optional: bool) -> Json:
    return _input(block, label, select(block, hint, options), optional=optional)


def _writing(label: str, *, optional: bool) -> Json:
    element = {
        "type": "plain_text_input", "action_id": WRITTEN, "multiline": True, "max_length": REASON_CHARACTERS_MAX,
    }  # fmt: skip
    return _input(WRITTEN, label, element, optional=optional)


def _input(block: str, label: str, element: Json, *, optional: bool) -> Json:
    return {"type": "input", "block_id": block, "label": literal(label), "element": element, "optional": optional}
