"""What is answered to each command of an SMTP or LMTP dialogue, and what is known of the next message by then. No IO."""

from collections.abc import Callable

from handlers.mail.smtp import syntax
from handlers.mail.smtp.context import ServerContext
from handlers.mail.smtp.door import Envelope, too_large

BEFORE_TLS = {"EHLO", "LHLO", "NOOP"}
"""RFC 3207, section 4; STARTTLS and QUIT are not answered here."""


SMTP_GREETINGS, LMTP_GREETINGS = {"EHLO", "HELO"}, {"LHLO"}
GREETINGS = SMTP_GREETINGS | LMTP_GREETINGS
"""RFC 2033, section 4.1: a server of one kind refuses the greetings of the other."""


class RefusedCommand(Exception):
    """The command changes nothing; the message of the error is the reply."""


class Dialogue:
    """One connection's state between two commands, in the terms of RFC 5321, section 4.1.

    AUTH is never offered, and whatever is not one of our own mailboxes is refused as a recipient: we never relay.
    """

    def __init__(self, context: ServerContext, hear: Callable[[int], str | None], *, secure: bool = False) -> None:
        """Nothing has been said. Once TLS is in use it is neither offered nor needed.

        `hear` is asked at each MAIL whether a message of so many octets may come; it gives the reply if not.
        """
        self.offers_tls = context.tls is not None and not secure
        self._needs_tls = context.require_tls and not secure
        self._hostname, self._ours, self._limits = context.hostname, context.ours, context.limits
        self._hear = hear
        self._greetings = LMTP_GREETINGS if context.lmtp else SMTP_GREETINGS
        self._helo = ""
        self._sender: str | None = None
        self._recipients: list[str] = []

    def answer(self, command: str, argument: str) -> str:
        """The reply to a command in capitals. Raises RefusedCommand."""
        if command not in ANSWERS or command in GREETINGS - self._greetings:
            raise RefusedCommand("502 5.5.1 That command is unknown here.")
        if self._needs_tls and command not in BEFORE_TLS:
            raise RefusedCommand("530 5.7.0 Say STARTTLS first.")
        return ANSWERS[command](self, argument)

    def helo(self, name: str) -> str:
        """HELO."""
        if not name or not name.isprintable():
            raise RefusedCommand(f"501 5.5.4 Say who you are: {min(self._greetings)} name.")
        self.forget()
        self._helo = name
        return f"250 {self._hostname}"

    def ehlo(self, name: str) -> str:
        """EHLO, and LHLO (RFC 2033, section 4.1): the same, and what we offer."""
        size = f"SIZE {self._limits.message_bytes_max}"
        offers = [self.helo(name), "PIPELINING", size, "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        return "\n".join([*offers, "STARTTLS"] if self.offers_tls else offers)

    def mail(self, argument: str) -> str:
        """MAIL FROM."""
        if not self._helo:
            raise RefusedCommand(f"503 5.5.1 Say {min(self._greetings)} first.")
        if self._sender is not None:
            raise RefusedCommand("503 5.5.1 There is a sender already; RSET begins anew.")
        if not (found := syntax.path("FROM:", argument)):
            raise RefusedCommand("501 5.1.7 That is no sender: MAIL FROM:<address>.")
        address, words = found
        if (parameters := syntax.parameters(words)) is None:
            raise RefusedCommand("555 5.5.4 A parameter of MAIL FROM is unknown here, or malformed.")
        if (size := int(parameters.get("SIZE") or 0)) > self._limits.message_bytes_max:
            raise RefusedCommand(too_large(self._limits.message_bytes_max))  # lesson L30
        if not address.isascii() and "SMTPUTF8" not in parameters:
            raise RefusedCommand("553 5.6.7 Such an address needs SMTPUTF8.")
        if refusal := self._hear(size):
            raise RefusedCommand(refusal)
        self._sender = syntax.without_route(address)
        return "250 2.1.0 Sender noted."

    def recipient(self, argument: str) -> str:
        """RCPT TO."""
        if self._sender is None:
            raise RefusedCommand("503 5.5.1 Say MAIL FROM first.")
        if not (found := syntax.path("TO:", argument)) or not found[0]:
            raise RefusedCommand("501 5.1.3 That is no recipient: RCPT TO:<address>.")
        address, words = found
        if words:
            raise RefusedCommand("555 5.5.4 RCPT TO takes no parameter here.")
        if not syntax.is_plain(address) or not self._ours(address):
            raise RefusedCommand("550 5.1.1 There is no such mailbox here.")
        if len(self._recipients) >= self._limits.recipients_max:
            raise RefusedCommand("452 4.5.3 Too many recipients.")
        self._recipients.append(address)
        return "250 2.1.5 Recipient noted."

    def envelope(self, argument: str, *, peer: str, secure: bool) -> Envelope:
        """DATA: what is known of the message that may now be sent. Raises RefusedCommand."""
        if self._sender is None or not self._recipients:
            raise RefusedCommand("503 5.5.1 Say RCPT TO first.")
        if argument:
            raise RefusedCommand("501 5.5.4 DATA stands alone.")
        return Envelope(peer, self._helo, self._sender, tuple(self._recipients), secure)

    def forget(self) -> None:
        """At RSET, HELO and the end of each message: sender and recipients are said anew."""
        self._sender = None
        self._recipients = []

    def reset(self, _: str) -> str:
        """RSET."""
        self.forget()
        return "250 2.0.0 Forgotten."

    def verify(self, argument: str) -> str:
        """VRFY: nobody learns here who has a mailbox (RFC 5321, section 3.5.3)."""
        if not argument:
            raise RefusedCommand("501 5.5.4 VRFY needs an address.")
        return "252 2.0.0 Send the mail and see."


ANSWERS: dict[str, Callable[[Dialogue, str], str]] = {
    "HELO": Dialogue.helo,
    "EHLO": Dialogue.ehlo,
    "LHLO": Dialogue.ehlo,
    "MAIL": Dialogue.mail,
    "RCPT": Dialogue.recipient,
    "RSET": Dialogue.reset,
    "VRFY": Dialogue.verify,
    "NOOP": lambda _, __: "250 2.0.0 Well.",
    "HELP": lambda _, __: "214 2.0.0 See RFC 5321. To learn what to do here, mail us the word: help.",
}
