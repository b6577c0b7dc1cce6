"""HTTP with those who ask, and take the answer, in good time: whoever only holds a connection makes room for others."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

ASKING_SECONDS = 30
"""How long a whole request may take to be asked for, and what is left of a form that was answered already."""
TAKING_SECONDS = 60
"""How long 256 KiB of an answer may take to leave: less than 5 KB a second is no line that anybody downloads by."""


class PatientProtocol(H11Protocol):
    """One connection, cut off where its end is heard of no more; a download can be begun again where it got to."""

    _asking: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as its parent
        """Somebody is there."""
        super().connection_made(transport)
        self._wait_or_not()

    def data_received(self, data: bytes) -> None:
        """Something was asked, in part or whole."""
        super().data_received(data)
        self._wait_or_not()

    def on_response_complete(self) -> None:
        """It was answered; the next may be asked."""
        super().on_response_complete()
        self._wait_or_not()

    def pause_writing(self) -> None:
        """The answer is taken more slowly than it is given."""
        super().pause_writing()
        self._taking = self.loop.call_later(TAKING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It was taken so far."""
        super().resume_writing()
        _forget(self._taking)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        _forget(self._asking)
        _forget(self._taking)
        super().connection_lost(exc)

    def _wait_or_not(self) -> None:
        """Between answers there is one deadline, however much comes in meanwhile."""
        if self.cycle is not None and not self.cycle.response_complete:
            _forget(self._asking)
            self._asking = None
        elif self._asking is None:
            self._asking = self.loop.call_later(ASKING_SECONDS, self.transport.abort)


def _forget(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
