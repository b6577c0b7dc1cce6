"""SMTP in: the dialogue with other mail servers. Knows nothing of what a mail means, nor of where it is kept.

A connection (`session`) is a subclass of aiosmtpd's server, of which it keeps the transport, the timer and STARTTLS.
aiosmtpd's own DATA reads a line at a time, holds the whole message and cuts off slow senders, and its replies leak errors.
What is said is decided without any IO in `dialogue` and `syntax`, what is read in `data`; `door` is what the server asks
of whoever takes the mail in, and `porch` knows who is connected.
"""

import ssl
from collections.abc import Callable

from handlers.mail.smtp.door import Door, Envelope, Incoming
from handlers.mail.smtp.limits import Limits
from handlers.mail.smtp.server import SmtpServer

__all__ = ["Door", "Envelope", "Incoming", "Limits", "SmtpServer", "start"]


async def start(
    door: Door,
    ours: Callable[[str], bool],
    *,
    host: str,
    port: int,
    hostname: str,
    limits: Limits | None = None,
    tls: ssl.SSLContext | None = None,
    require_tls: bool = False,
) -> SmtpServer:
    """Listen for mail on the running event loop.

    `ours` says whether an address, with or without `+tag`, is a mailbox of ours; `hostname` is the name we give to peers;
    `tls` makes STARTTLS possible and `require_tls` necessary. Port 0 takes a free one. Raises OSError where the port is
    taken or not permitted.
    """
    server = SmtpServer(door, ours, hostname, limits or Limits(), tls, require_tls=require_tls)
    await server.listen(host, port)
    return server
