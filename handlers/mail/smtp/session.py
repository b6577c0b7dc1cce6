"""One SMTP or LMTP connection. The private names of aiosmtpd used here are held by tests/channels/test_smtp_contract.py."""

import asyncio
import ipaddress
import math
import socket
from functools import cached_property

from aiosmtpd.smtp import SMTP, TLSSetupException

from handlers.mail.smtp.connections import Connections
from handlers.mail.smtp.context import ServerContext
from handlers.mail.smtp.data import Pace
from handlers.mail.smtp.dialogue import Dialogue, RefusedCommand
from handlers.mail.smtp.door import TRY_AGAIN, Receiving, report
from handlers.mail.smtp.syntax import wire

CHUNK = 1 << 18
COMMAND_OCTETS_MAX = 1024
"""RFC 5321, section 4.5.3.1.4 has 512, and extensions add to it."""
LINGER_SECONDS = 10
"""How long a peer that reads no replies keeps a connection that is being closed."""
ACCEPT_SECONDS_MAX = 600
"""How long a sender waits for the reply to its message (RFC 5321, section 4.5.3.2.6)."""


class Session(SMTP):
    """Reads commands and mail, and answers. Of aiosmtpd it keeps the transport, the timer and STARTTLS."""

    line_length_limit = CHUNK  # the StreamReader's limit: about twice this is read ahead of us, and no more

    def __init__(self, context: ServerContext, connections: Connections) -> None:
        """A connection to this server, not yet made."""
        loop = asyncio.get_running_loop()
        super().__init__(None, hostname=context.hostname, timeout=context.limits.patience_seconds, loop=loop)
        self._context, self._connections = context, connections
        self._dialogue = Dialogue(context, self._hear)
        self._busy = False
        self._patient_until = self._rings_at = math.inf
        self._begin_anew()

    # What `Connections` asks of a client

    @cached_property
    def peer(self) -> str:
        """The IP address at the other end; that of this machine at a Unix socket, and nobody's where it cannot be told.
        Found out once: it is asked for at every message."""
        if self._writer.get_extra_info("socket").family == socket.AF_UNIX:
            return "127.0.0.1"
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

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Put off when patience ends. What was set to ring earlier goes on running and is set anew once it rings: nearly
        every command puts it off, and hardly ever is it heard."""
        self._patient_until = self.loop.time() + (duration or self._timeout_duration)
        if self._patient_until < self._rings_at:
            self._rings_at = self._patient_until
            super()._reset_timeout(duration)

    def _timeout_cb(self) -> None:
        self._rings_at = math.inf
        if (left := self._patient_until - self.loop.time()) > 0:
            return self._reset_timeout(left)
        if self._writer.is_closing():
            return self.cut()
        self._writer.write(wire("421 4.4.2 Nothing was sent for too long."))
        return self._close()

    async def _handle_client(self) -> None:
        try:
            if refusal := self._connections.admit(self):
                await self.push(refusal)
            else:
                await self._converse()
        except (ConnectionError, asyncio.IncompleteReadError, TLSSetupException):
            pass  # the peer is gone, or might as well be
        finally:
            self._connections.leave(self)
            self._close()

    async def push(self, status: str | bytes) -> None:
        """Send one reply."""
        reply = str(status)
        self._refused += reply.startswith("5")
        self._context.replied(reply)
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

    def _begin_anew(self) -> None:
        """A connection begins, or a message is through: what may come before the next one is counted from here."""
        self._refused = self._commands = 0
        self._until = self.loop.time() + self._context.limits.dialogue_seconds_max

    def _await_command(self) -> None:
        """The next command has to be whole by then, however slowly it comes."""
        left = self._until - self.loop.time()
        self._reset_timeout(max(1e-3, min(left, self._context.limits.patience_seconds)))

    def _hear(self, octets: int) -> str | None:
        return self._connections.hear(self.peer, octets)

    async def _converse(self) -> None:
        await self.push(f"220 {self.hostname} {'LMTP' if self._context.lmtp else 'ESMTP'}")
        while not self._writer.is_closing():
            if self._connections.closed:
                return self.say_goodbye()
            if self._refused > self._context.limits.faults_max:
                return await self.push("421 4.7.0 Too many errors.")
            if self._commands >= self._context.limits.commands_max:
                return await self.push("421 4.7.0 Too many commands without a mail.")
            try:
                line = await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError:
                return await self.push("500 5.5.2 That line does not end.")
            if len(line) > COMMAND_OCTETS_MAX:
                await self.push("500 5.5.2 That line is too long.")
                continue
            self._busy = True
            self._commands += 1
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
                self._await_command()

    async def _starttls(self, argument: str) -> None:
        if argument or not self._dialogue.offers_tls or self._context.tls is None:
            raise RefusedCommand("503 5.5.1 TLS is not to be had, or in use already.")
        self.tls_context = self._context.tls()
        await self.smtp_STARTTLS("")  # what was sent in the clear after STARTTLS is thrown away (CVE-2011-0411)
        self._dialogue = Dialogue(self._context, self._hear, secure=True)  # RFC 3207, section 4.2
        self._await_command()

    async def _data(self, argument: str) -> None:
        """DATA in chunks: memory is the same for any size, and other connections have their turn."""
        envelope = self._dialogue.envelope(argument, peer=self.peer, secure=self._secure)
        receiving = Receiving(self._context.door(envelope), self._context.limits.message_bytes_max)
        try:
            await self.push("354 Send the mail; a line that holds only a dot ends it.")
            await self._read(receiving)
        except BaseException:
            receiving.abandon("421 4.4.2 The mail was not sent to its end.")
            raise
        self._reset_timeout(ACCEPT_SECONDS_MAX)
        reply = receiving.refusal or await self._connections.finish(receiving.accept())
        self._dialogue.forget()
        for _ in envelope.recipients if self._context.lmtp else "1":  # RFC 2033, section 4.2: one for each recipient
            await self.push(reply)
        self._begin_anew()
        if receiving.rest is None or receiving.is_suspect:
            return self._close()
        return self._await_command()

    async def _read(self, receiving: Receiving) -> None:
        """Read to the end of the message, or until it is too slow or, being refused, goes on for too long."""
        limits, clock = self._context.limits, self.loop.time
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
