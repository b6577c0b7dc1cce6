"""One connection to the smarthost, from the moment that it is signed in: mail after mail, in two round trips each.

aiosmtplib connects, negotiates TLS and signs in. It waits for the reply to each command before the next and can read but one at
a time, so it cannot have PIPELINING (RFC 2920); and it looks through every mail four times. From here on replies are read by
ourselves, for a third of the CPU.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPReadTimeoutError,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from handlers.mail.canary import Written

COMPLETED, WILL_FORWARD, START_INPUT = 250, 251, 354
NO_REPLY = -1
"""The code of what is no reply at all, as aiosmtplib has it."""
REPLY_OCTETS_MAX = 1 << 15
"""Of one reply: a hundred times what any says."""

Refusal = Callable[[int, str], SMTPResponseException]


class Connection(asyncio.Protocol):
    """Signed in, and used for one mail at a time."""

    def __init__(self, client: SMTP, reply_seconds: float) -> None:
        """`client`: connected, and not used any more. `reply_seconds`: how long one reply may take."""
        transport = client.transport
        if not isinstance(transport, asyncio.Transport):
            raise SMTPServerDisconnected("Connection lost")
        self._transport, self._reply_seconds = transport, reply_seconds
        self.loop = asyncio.get_running_loop()
        """By whose clock it rests."""
        self._offers = frozenset(client.esmtp_extensions)
        self._held, self._lines, self._octets_count = b"", list[bytes](), 0
        self._replies = deque[tuple[int, str]]()
        self._due = 0
        self._waiting: asyncio.Future[None] | None = None
        self._fault: Exception | None = None
        transport.set_protocol(self)

    async def ask(self, mail: Written) -> None:
        """Whether the smarthost takes this mail. Nothing of it has been handed over until this returns.

        Its addresses hold nothing that could end a command. Raises SMTPNotSupported, SMTPSenderRefused, SMTPRecipientRefused,
        SMTPDataError; SMTPServerDisconnected and SMTPReadTimeoutError. After each of them, and after whatever `give` raises, the
        connection is of no more use. Where DATA is let in though the recipient is not, hanging up ends it.
        """
        steps = self._steps(mail)
        if "pipelining" in self._offers:
            self._say(*(command for command, _, _ in steps))
        for command, accepted, refusal in steps:
            if "pipelining" not in self._offers:
                self._say(command)
            code, words = await self._reply()
            if code not in accepted:
                raise refusal(code, words)

    def _steps(self, mail: Written) -> Sequence[tuple[str, tuple[int, ...], Refusal]]:
        """Commands, what they may be answered, and what it means if they are not. DATA is last (RFC 2920, section 3.1)."""
        sender, recipient = mail.return_path, mail.recipient
        options = f" SIZE={len(mail.octets)}" if "size" in self._offers else ""
        if not (sender + recipient).isascii():
            if "smtputf8" not in self._offers:
                raise SMTPNotSupported("SMTPUTF8 is not supported by this server")
            options += " SMTPUTF8 BODY=8BITMIME"
        return (
            (f"MAIL FROM:<{sender}>{options}", (COMPLETED,), lambda code, words: SMTPSenderRefused(code, words, sender)),
            (
                f"RCPT TO:<{recipient}>", (COMPLETED, WILL_FORWARD),
                lambda code, words: SMTPRecipientRefused(code, words, recipient),
            ),
            ("DATA", (START_INPUT,), SMTPDataError),
        )  # fmt: skip

    async def give(self, mail: Written) -> None:
        """Hand over the mail that was asked about; every line of it ends with CR LF.

        Raises SMTPDataError where it is refused. After anything else nobody knows whether it was taken.
        """
        stuffed = (b"\r\n" + mail.octets).replace(b"\r\n.", b"\r\n..")[2:]  # RFC 5321, section 4.5.2
        self._say(stuffed + b".")
        code, words = await self._reply()
        if code != COMPLETED:
            raise SMTPDataError(code, words)

    async def check(self) -> None:
        """Whether it still answers, and well. Raises SMTPServerDisconnected, SMTPReadTimeoutError."""
        self._say("RSET")
        code, _ = await self._reply()
        if code != COMPLETED:
            raise SMTPServerDisconnected(f"{code} to RSET")

    async def quit(self) -> None:
        """Hang up politely."""
        with suppress(SMTPException):
            self._say("QUIT")
            await self._reply()
        self.close()

    def close(self) -> None:
        """Hang up: a mail whose end has not been sent is not taken, nor does the rest of it follow later."""
        if self._due:
            self._transport.abort()
        else:
            self._transport.close()

    def _say(self, *commands: str | bytes) -> None:
        if self._fault or self._transport.is_closing():
            raise self._fault or SMTPServerDisconnected("Connection lost")
        self._due += len(commands)
        lines = (command.encode() if isinstance(command, str) else command for command in commands)
        self._transport.write(b"".join(b"%b\r\n" % line for line in lines))

    async def _reply(self) -> tuple[int, str]:
        """The next reply that is due: its code and its words."""
        while not self._replies:
            if self._fault:
                raise self._fault
            self._waiting = self.loop.create_future()
            silent = SMTPReadTimeoutError("Timed out waiting for server response")
            timer = self.loop.call_later(self._reply_seconds, self._end, silent)
            try:
                await self._waiting
            finally:
                timer.cancel()
                self._waiting = None
        return self._replies.popleft()

    def data_received(self, data: bytes) -> None:
        """Replies, in any pieces."""
        *lines, self._held = (self._held + data).split(b"\n")
        for line in lines:
            self._read(line)
        if self._held and not self._due:
            self._end(SMTPServerDisconnected("Connection lost"))
        if self._octets_count + len(self._held) > REPLY_OCTETS_MAX:
            self._end(SMTPResponseException(NO_REPLY, "Response too long"))
        self._wake()

    def _read(self, line: bytes) -> None:
        """One line. One that is not due says that the server is about to hang up (RFC 5321, section 3.8)."""
        if not self._due:
            self._end(SMTPServerDisconnected("Connection lost"))
        elif not line[:3].isdigit():
            self._end(SMTPResponseException(NO_REPLY, "Malformed SMTP response line"))
        elif not self._fault:
            self._lines.append(line[4:].strip())
            self._octets_count += len(line)
            if line[3:4] != b"-":
                words = b"\n".join(self._lines).decode("utf-8", "surrogateescape")
                self._replies.append((int(line[:3]), words))
                self._lines, self._octets_count, self._due = [], 0, self._due - 1

    def connection_lost(self, error: Exception | None) -> None:
        """What had been said before still counts."""
        lost = SMTPServerDisconnected("Connection lost")
        lost.__cause__ = error
        self._end(lost)

    def _end(self, fault: Exception) -> None:
        self._fault = self._fault or fault
        self.close()
        self._wake()

    def _wake(self) -> None:
        if self._waiting and not self._waiting.done() and (self._replies or self._fault):
            self._waiting.set_result(None)
