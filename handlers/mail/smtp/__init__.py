"""SMTP and LMTP in: the dialogue with other mail servers. Knows nothing of what a mail means, nor of where it is kept.

A connection (`session`) is a subclass of aiosmtpd's server, of which it keeps the transport, the timer and STARTTLS.
aiosmtpd's own DATA reads a line at a time, holds the whole message and cuts off slow senders, and its replies leak errors.
What is said is decided without any IO in `dialogue` and `syntax`, what is read in `data`; `door` is what the server asks
of whoever takes the mail in, `connections` knows who is connected and how often they come (`rates`), and `renewing` keeps the
certificate that is shown up to date.
"""

from handlers.mail.smtp.context import ServerContext
from handlers.mail.smtp.door import Door, Envelope, Incoming
from handlers.mail.smtp.limits import Limits
from handlers.mail.smtp.server import UNIX, SmtpServer

__all__ = ["UNIX", "Door", "Envelope", "Incoming", "Limits", "ServerContext", "SmtpServer", "start"]


async def start(context: ServerContext, *, host: str, port: int) -> SmtpServer:
    """Listen for mail on the running event loop.

    Port 0 takes a free one; a host such as `unix:/run/postroom/lmtp` is a Unix socket, where the port says nothing.
    Raises OSError where the port is taken or not permitted, or the socket cannot be made.
    """
    server = SmtpServer(context)
    await server.listen(host, port)
    return server
