"""`postroom send`: mails files to the returns mailbox as an ordinary mail program would, for trying out."""

import mimetypes
import smtplib
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import Clock
from bot.rules import address
from bot.settings import Settings
from handlers.cli import configured, show
from handlers.cli.show import Problem

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where a server listens on all, it is called here
TIMEOUT_SECONDS = 60


def send(
    ctx: typer.Context,
    *,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="What is attached.", exists=True, dir_okay=False, readable=True)
    ],
    sender: Annotated[str, typer.Option("--from", metavar="EMAIL", help="Who the mail is from.")],
    subject: Annotated[str, typer.Option(metavar="TEXT", help="The mail's subject.")] = "",
    text: Annotated[str, typer.Option(metavar="TEXT", help="The mail's text: commands first, then a comment.")] = "",
    host: Annotated[
        str, typer.Option(metavar="HOST", help="The server; by default where this configuration takes mail in.")
    ] = "",
    port: Annotated[
        int, typer.Option(metavar="PORT", show_default=False, help="The port; by default the configured one.")
    ] = 0,
) -> None:
    """Mail files to the returns mailbox, for trying out."""
    settings = configured.settings(ctx)
    plain = address.normal(sender)
    if plain is None:
        raise typer.BadParameter(f"“{sender}” is not an email address.", param_hint="--from")
    message = compose(files, plain, settings.email.address, subject=subject, text=text)
    listening = settings.email.smtp
    here = ANY_ADDRESS.get(listening.host, listening.host.removeprefix("unix:"))
    where = (host or here, port or listening.port)
    deliver(message, where, settings)
    show.say(f"Taken by {where[0]}:{where[1]}: {', '.join(file.name for file in files)}. The answer goes to {plain}.")


def compose(files: list[Path], sender: str, to: str, *, subject: str, text: str) -> EmailMessage:
    """The mail, with every file attached under its own name."""
    clock = Clock()
    message = EmailMessage()
    message["From"], message["To"] = sender, to
    message["Subject"] = " ".join(subject.split()) or "Returns"
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{clock.token()}@{sender.rpartition('@')[2]}>"
    message.set_content(text)
    for file in files:
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        maintype, _, subtype = kind.partition("/")
        message.add_attachment(file.read_bytes(), maintype=maintype, subtype=subtype, filename=file.name)
    return message


def deliver(message: EmailMessage, where: tuple[str, int], settings: Settings) -> None:
    """Hand it over by SMTP or LMTP. Raises `Problem` with what the server said."""
    kind = smtplib.LMTP if settings.email.smtp.protocol == "lmtp" else smtplib.SMTP
    octets = message.as_bytes(policy=SMTP)
    try:
        with kind(*where, local_hostname="localhost", timeout=TIMEOUT_SECONDS) as server:
            server.sendmail(str(message["From"]), [str(message["To"])], octets)
    except smtplib.SMTPRecipientsRefused as refusal:
        ((code, words),) = refusal.recipients.values()
        raise _refused(code, words) from refusal
    except smtplib.SMTPResponseException as refusal:
        raise _refused(refusal.smtp_code, refusal.smtp_error) from refusal
    except (OSError, smtplib.SMTPException) as fault:
        raise Problem(
            f"Nothing takes mail at {where[0]}:{where[1]} ({fault}). Start it there: postroom serve"
        ) from fault


def _refused(code: int, words: bytes | str) -> Problem:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    again = " Try again later." if 400 <= code < 500 else ""
    return Problem(f"It was refused and nothing is stored ({code}): {' '.join(said.split())}{again}")
