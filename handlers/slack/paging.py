"""Another page of a message, at the press of its page turner. Only reads."""

import re
from typing import Any

import structlog
from slack_bolt.async_app import AsyncRespond

from bot.arrival import SLACK
from bot.clock import Clock
from bot.ledger import Ledger
from bot.paging import PageRequest, parcel_for
from bot.settings import Settings
from bot.wording import Wording
from handlers.slack import receive
from handlers.slack.render import PAGE, draw
from handlers.slack.send import SlackCourier
from handlers.slack.values import Value

log = structlog.get_logger()

WANTED = re.compile(rf"{PAGE} ([0-9]{{1,4}})")


class Pager:
    """Turns pages for whoever may see them."""

    def __init__(
        self, ledger: Ledger, clock: Clock, settings: Settings, wording: Wording, courier: SlackCourier
    ) -> None:
        self._ledger, self._clock, self._settings = ledger, clock, settings
        self._wording, self._courier = wording, courier

    async def turn(self, body: dict[str, Any], value: Value, respond: AsyncRespond) -> None:
        """Show the page that the button names. What only one person sees is replaced by the address that came with the
        press, all else as any message of ours. Raises as `Caller.call`."""
        container, wanted = body.get("container") or {}, WANTED.fullmatch(value.say)
        request = PageRequest(
            channel=SLACK, notice=value.notice, place=str(container.get("channel_id") or ""),
            stamp=str(container.get("message_ts") or ""), reader=receive.presser(body),
            alone=container.get("is_ephemeral") is True,
        )  # fmt: skip
        parcel = await self._ledger.read(
            lambda tx: parcel_for(tx, request, self._settings, self._clock, wording=self._wording)
        )
        if parcel is None or wanted is None:
            log.warning("a page was not turned: the notice does not stand there", notice=request.notice)
            return
        drawn = draw(parcel, int(wanted[1]))
        if request.alone:
            await respond(replace_original=True, blocks=drawn.blocks, text=drawn.text)
        else:
            await self._courier.show(request.place, request.stamp, drawn)
