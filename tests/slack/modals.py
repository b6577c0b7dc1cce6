"""What people do with a modal that is before them: fill it in, submit it, close it."""

from typing import Any

from tests.slack.acting import Acting, as_held
from tests.slack.delivery import Ack, Delivery
from tests.slack.messages import STATEFUL, View, elements, state_values
from tests.slack.web_api.views import checked_view, made, replaced, view_json
from tests.slack.world import CannotDo, Json, Refused, User


class Modals(Acting):
    """People with a form before them."""

    def modal(self, user: User) -> View | None:
        """The modal on top of this person's screen."""
        return self.world.top(user.id)

    def fill(self, user: User, values: dict[str, Any]) -> View:
        """Fill in: by an input's label, block id or action id. What is typed or chosen as for `choose`.

        Raises:
            CannotDo: there is no modal, or no such field, or the field does not take this.
        """
        view = self.modal(user)
        if not view:
            raise CannotDo(f"{user.name} has no modal open")
        for name, value in values.items():
            block, element = self.field(view, name)
            view.entered[block["block_id"], element["action_id"]] = as_held(element, value)
        return view

    def field(self, view: View, name: str) -> tuple[Json, Json]:
        """The input of this name."""
        for block, element in elements(view.blocks):
            names = (block["block_id"], element["action_id"], block.get("label", {}).get("text"))
            if name in names and element["type"] in STATEFUL:
                return block, element
        raise CannotDo(f"no field {name!r} in {view.words!r}")

    async def submit(self, user: User, values: dict[str, Any] | None = None) -> Ack:
        """Fill in and press Submit; the modal then does what the app's acknowledgement says.

        Raises:
            CannotDo: Slack's client would not send it: a field is missing, too short or too long.
        """
        view = self.fill(user, values or {})
        if "submit" not in view.body or view.body.get("submit_disabled"):
            raise CannotDo("this modal has no button to submit it with")
        for block, element in elements(view.blocks):
            self.must_be_complete(view, block, element)
        payload = self.about_person("view_submission", user) | {
            "trigger_id": self.world.trigger(user),
            "view": view_json(self, view),
            "response_urls": [],
        }
        ack = await self.deliver(Delivery("interactive", payload))
        if ack.ok:
            self.follow(user, view, ack.body or {})
            await self.tell()
        return ack

    def must_be_complete(self, view: View, block: Json, element: Json) -> None:
        """Raise CannotDo for a field that the client would point at."""
        if block["type"] != "input":
            return
        held = state_values([block], view.entered)[block["block_id"]][element["action_id"]]
        value, says = held[STATEFUL[element["type"]]], block["label"]["text"]
        if not value and not block.get("optional"):
            raise CannotDo(f"{says!r} is not filled in")
        size = len(value) if isinstance(value, str) else None
        if size and not element.get("min_length", 0) <= size <= element.get("max_length", 3000):
            raise CannotDo(f"{says!r} is too short or too long")

    def follow(self, user: User, view: View, said: Json) -> None:
        """Do as the acknowledgement says; what Slack would not understand is a complaint, and the modal stays."""
        stack = self.world.modals[user.id]
        try:
            action = understood(view, said)
            if action == "errors":
                view.errors = said["errors"]
            elif action == "clear":
                stack.clear()
            elif action == "update":
                replaced(self, view, checked_view(self, said["view"], "modal", but=view))
            elif action == "push":
                stack.append(made(self, checked_view(self, said["view"], "modal"), user.id, view))
            elif view in stack:
                stack.remove(view)
        except Refused as refused:
            self.complaints.append(f"a submission was answered with {said}: {refused} {refused.more}")

    async def close_modal(self, user: User, *, clear: bool = False) -> Ack | None:
        """Close the modal on top (or all): the app hears of it only if the view asked to be told."""
        view = self.modal(user)
        if not view:
            raise CannotDo(f"{user.name} has no modal open")
        stack = self.world.modals[user.id]
        cleared = clear or bool(view.body.get("clear_on_close"))
        del stack[0 if cleared else -1 :]
        if not view.body.get("notify_on_close"):
            return None
        payload = self.about_person("view_closed", user) | {"view": view_json(self, view), "is_cleared": cleared}
        return await self.deliver(Delivery("interactive", payload))


def understood(view: View, said: Json) -> str:
    """What a submission's acknowledgement asks for; "" to close the modal.

    Raises:
        Refused: Slack would show the person that something went wrong.
    """
    if not said:
        return ""
    action = said.get("response_action")
    if action not in ("errors", "clear", "update", "push"):
        raise Refused("invalid_response_action")
    if action == "errors":
        inputs = {one["block_id"] for one in view.blocks if one["type"] == "input"}
        errors = said.get("errors")
        if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
            raise Refused("invalid_errors", inputs=sorted(inputs))
        if not all(isinstance(one, str) and one for one in errors.values()):
            raise Refused("invalid_errors")
    return str(action)
