"""What the head of a raw mail tells of what may have sent it. It helps an administrator to guess; it proves nothing."""

from collections.abc import Iterable

from bot.arrival import Hints
from handlers.mail.message.head import HEAD_BYTES_MAX, Head

PROGRAMS = ("X-Mailer", "User-Agent", "X-MFP-Model", "X-Device", "X-Printer")
"""Where programs and devices name themselves."""
PASSED_ON = (
    "X-MS-Exchange-Inbox-Rules-Loop",
    "X-Forwarded-For",
    "X-Forwarded-To",
    "Resent-From",
    "X-MS-Exchange-ForwardingLoop",
)
"""What servers write into a mail that a rule of a mailbox sends on."""
PROGRAM_CHARACTERS_MAX = 200


def read_hints(chunks: Iterable[bytes]) -> Hints:
    """Read no more than the head. Never raises, but for what `chunks` raises."""
    raw = bytearray()
    for chunk in chunks:
        raw += chunk
        if len(raw) > HEAD_BYTES_MAX or b"\r\n\r\n" in raw:
            break
    head = Head.parse(bytes(raw))
    named = [text for name in PROGRAMS if (text := head.text(name))]
    return Hints(
        program=", ".join(named)[:PROGRAM_CHARACTERS_MAX],
        forwarded=any(head.all(name) for name in PASSED_ON),
        sender=head.text("From")[:PROGRAM_CHARACTERS_MAX],
    )
