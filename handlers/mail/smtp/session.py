"""One SMTP connection. The private names of aiosmtpd used here are held by tests/channels/test_smtp_contract.py."""

import asyncio
import ipaddress
import ssl
from collections.abc import Callable
from typing import Protocol

from aiosmtpd.smtp import SMTP, TLSSetupException

from handlers.mail.smtp.data import Pace
from handlers.mail.smtp.dialogue import Dialogue, RefusedCommand
from handlers.mail.smtp.door import TRY_AGAIN, Door, Receiving, report
from handlers.mail.smtp.limits import Limits
from handlers.mail.smtp.porch import Porch
from handlers.mail.smtp.syntax import wire

CHUNK = 1 << 18
COMMAND_OCTETS_MAX = 1024
"""RFC 5321, section 4.5.3.1.4 has 512, and extensions add to it."""
LINGER_SECONDS = 10
"""How long a peer that reads no replies keeps a connection that is being closed."""
ACCEPT_SECONDS_MAX = 600
"""How long a sender waits for the reply to its message (RFC 5321, section 4.5.3.2.6)."""


class House(Protocol):
    """What a connection needs to know of its server."""

    door: Door
    ours: Callable[[str], bool]
    hostname: str
    limits: Limits
    tls: ssl.SSLContext | None
    require_tls: bool
    porch: Porch


class Session(SMTP):
    """Reads commands and mail, and answers. Of aiosmtpd it keeps the transport, the timer and STARTTLS."""

    line_length_limit = CHUNK  # the StreamReader's limit: about twice this is read ahead of us, and no more

    def __init__(self, house: House) -> None:
        """A connection to this server, not yet made."""
        loop = asyncio.get_running_loop()
        patience = house.limits.patience_seconds
        super().__init__(None, hostname=house.hostname, tls_context=house.tls, timeout=patience, loop=loop)
        self._house = house
        offers, needs = house.tls is not None, house.require_tls
        self._dialogue = Dialogue(house.hostname, house.ours, house.limits, offers_tls=offers, needs_tls=needs)
        self._refused = 0
        self._busy = False

    # What the porch asks of a guest

    @property
    def peer(self) -> str:
        """The IP address at the other end."""
        name = self._writer.get_extra_info("peername") or ("::",)
        address = ipaddress.ip_address(name[0].partition("%")[0])
        return str(getattr(address, "ipv4_mapped", None) or address)

    def say_goodbye(self) -> None:
        """Close the connection unless a command is being carried out."""
        if not self._busy and not self._writer.is_closing():
            self._writer.write(wire("421 4.3.2 The service is stopping; please try again later."))
            self._close()

    def cut(self) -> None:
        """Close the connection at once."""
        self._writer.transport.abort()

    # What asyncio and aiosmtpd call

    def eof_received(self) -> bool:
        """The peer will send no more: what it has sent is still carried out and answered."""
        asyncio.StreamReaderProtocol.eof_received(self)
        return not self._secure  # TLS knows no half-closed connection

    def _timeout_cb(self) -> None:
        if self._writer.is_closing():
            return self.cut()
        self._writer.write(wire("421 4.4.2 Nothing was sent for too long."))
        return self._close()

    async def _handle_client(self) -> None:
        try:
            if refusal := self._house.porch.admit(self):
                await self.push(refusal)
            else:
                await self._converse()
        except (ConnectionError, asyncio.IncompleteReadError, TLSSetupException):
            pass  # the peer is gone, or might as well be
        finally:
            self._house.porch.leave(self)
            self._close()

    async def push(self, status: str | bytes) -> None:
        """Send one reply."""
        reply = str(status)
        self._refused += reply.startswith("5")
        self._writer.write(wire(reply))
        await self._writer.drain()

    # The dialogue

    @property
    def _secure(self) -> bool:
        return self.session is not None and self.session.ssl is not None

    def _close(self) -> None:
        self._writer.close()
        if self.transport is not None:
            self._reset_timeout(LINGER_SECONDS)

    async def _converse(self) -> None:
        await self.push(f"220 {self.hostname} ESMTP")
        while not self._writer.is_closing():
            if self._house.porch.closed:
                return self.say_goodbye()
            if self._refused > self._house.limits.faults_max:
                return await self.push("421 4.7.0 Too many errors.")
            try:
                line = await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError:
                return await self.push("500 5.5.2 That line does not end.")
            if len(line) > COMMAND_OCTETS_MAX:
                await self.push("500 5.5.2 That line is too long.")
                continue
            self._busy = True
            await self._obey(line)
            self._busy = False
        return None

    async def _obey(self, line: bytes) -> None:
        word, _, rest = line.decode("utf-8", "replace").strip("\r\n").partition(" ")
        try:
            await self._carry_out(word.upper(), rest.strip())
        except RefusedCommand as refusal:
            await self.push(str(refusal))
        except (ConnectionError, asyncio.IncompleteReadError, TLSSetupException):
            raise
        except Exception as error:  # noqa: BLE001 (nothing stops the dialogue, and nothing leaks into it)
            report("smtp command failed", error)
            await self.push(TRY_AGAIN)

    async def _carry_out(self, command: str, argument: str) -> None:
        match command:
            case "DATA":
                await self._data(argument)
            case "STARTTLS":
                await self._starttls(argument)
            case "QUIT":
                await self.push("221 2.0.0 Goodbye.")
                self._close()
            case _:
                await self.push(self._dialogue.answer(command, argument))
                self._reset_timeout()

    async def _starttls(self, argument: str) -> None:
        if argument or not self._dialogue.offers_tls:
            raise RefusedCommand("503 5.5.1 TLS is not to be had, or in use already.")
        await self.smtp_STARTTLS("")
        self._dialogue = Dialogue(self._house.hostname, self._house.ours, self._house.limits)  # RFC 3207, section 4.2

    async def _data(self, argument: str) -> None:
        """DATA in chunks: memory is the same for any size, and other connections have their turn."""
        envelope = self._dialogue.envelope(argument, peer=self.peer, secure=self._secure)
        receiving = Receiving(self._house.door(envelope), self._house.limits.message_bytes_max)
        try:
            await self.push("354 Send the mail; a line that holds only a dot ends it.")
            await self._read(receiving)
        except BaseException:
            receiving.abandon("421 4.4.2 The mail was not sent to its end.")
            raise
        self._reset_timeout(ACCEPT_SECONDS_MAX)
        reply = receiving.refusal or await self._house.porch.finish(receiving.accept())
        self._dialogue.forget()
        await self.push(reply)
        self._refused = 0
        if receiving.rest is None:
            return self._close()
        return self._reset_timeout()

    async def _read(self, receiving: Receiving) -> None:
        """Read to the end of the message, or until it is too slow or, being refused, goes on for too long."""
        limits, clock = self._house.limits, self.loop.time
        pace = Pace(limits.octets_per_second_min, limits.patience_seconds, clock())
        self._reset_timeout(limits.transfer_seconds_max)
        while receiving.rest is None and not receiving.drained:
            try:
                async with asyncio.timeout_at(pace.deadline):
                    chunk = await self._reader.read(CHUNK)
            except TimeoutError:
                return receiving.abandon("421 4.4.2 The mail was sent too slowly.")
            if not chunk:
                raise ConnectionResetError
            pace.took(len(chunk), clock())
            receiving.take(chunk)
            await asyncio.sleep(0)  # reading does not wait while there is something to read: others have their turn
        # What came after the end are commands (RFC 2920); nothing public puts them back before what is still unread.
        self._reader._buffer[:0] = receiving.rest or b""  # type: ignore[attr-defined]  # noqa: SLF001 (see above)
        return None
