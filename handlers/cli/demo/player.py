"""Plays a day through real SMTP, tells it on the terminal, and says whether every step ended as it should."""

import base64
import time
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import aiosmtplib
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from handlers.cli.demo.day import Step
from handlers.cli.demo.mailboxes import Delivered, Mailboxes

LOGO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SHOWN_LINES = 14
"""Of an answer's text, so many lines are shown while the day goes by."""


@dataclass
class Player:
    """Sends each step's mail and waits for what it must bring about."""

    console: Console
    mailboxes: Mailboxes
    host: str
    port: int
    returns: str
    _answers: dict[tuple[str, str], Delivered] = field(default_factory=dict)

    async def play(self, steps: list[Step]) -> bool:
        """All of the day. False where a step did not end as it should."""
        fine = [await self._step(number, step) for number, step in enumerate(steps, start=1)]
        return all(fine)

    async def _step(self, number: int, step: Step) -> bool:
        message = self.compose(step)
        self._tell(number, step, message)
        since, began = self.mailboxes.mark(), time.monotonic()
        await aiosmtplib.send(
            message.as_bytes(policy=policy.SMTP), sender=step.sender, recipients=[str(message["To"])],
            hostname=self.host, port=self.port,
        )  # fmt: skip
        arrived = [await self.mailboxes.wait_for(recipient, kind, since) for recipient, kind in step.expect]
        for (recipient, kind), mail in zip(step.expect, arrived, strict=True):
            self._show(recipient, kind, mail, began)
            if mail:
                self._answers[(step.title, recipient)] = mail
        first = arrived[0]
        return all(arrived) and self._counted(step, first)

    def compose(self, step: Step) -> EmailMessage:
        """The step's mail, as a mail program would write it."""
        answered = self._answers.get((step.answers, step.sender))
        message = EmailMessage()
        message["From"], message["Date"], message["Message-ID"] = (
            step.sender,
            formatdate(),
            make_msgid(domain="mail.example"),
        )
        message["To"] = str(answered.message["Reply-To"]) if answered else self.returns
        message["Subject"] = f"Re: {answered.subject}" if answered else step.subject
        text = step.text
        if answered:
            message["In-Reply-To"] = str(answered.message["Message-ID"])
            text += "\n\nOn that day Returns wrote:\n" + "".join(f"> {line}\n" for line in answered.text.splitlines())
        message.set_content(text)
        if step.logo:
            message.add_alternative(f"<p>{step.text}</p><p><img src='cid:logo@school'></p>", subtype="html")
            *_, html = message.iter_parts()
            html.add_related(LOGO, "image", "png", cid="<logo@school>", filename="image001.png", disposition="inline")
        for name, contents in step.files:
            message.add_attachment(contents, maintype="application", subtype="octet-stream", filename=name)
        return message

    def _tell(self, number: int, step: Step, message: EmailMessage) -> None:
        self.console.rule(f"[bold]{number}. {step.title}", align="left")
        facts = Table.grid(padding=(0, 2))
        facts.add_row("from", Text(step.sender))
        facts.add_row("subject", Text(str(message["Subject"]) or "(none)"))
        if step.text:
            facts.add_row("says", Text(step.text.strip().splitlines()[0]))
        for name, _ in step.files:
            facts.add_row("attached", Text(name))
        if step.logo:
            facts.add_row("", Text("and image001.png, the logo of the signature"))
        self.console.print(facts)

    def _show(self, recipient: str, kind: str, mail: Delivered | None, began: float) -> None:
        if mail is None:
            self.console.print(Text(f"no {kind} reached {recipient}", style="bold red"))
            return
        lines = [line for line in mail.text.splitlines() if line.strip()]
        if len(lines) > SHOWN_LINES:
            lines[SHOWN_LINES:] = ["…"]
        took = f"{(mail.at - began) * 1000:.0f} ms"
        self.console.print(
            Panel(
                Text("\n".join(lines)),
                title=Text(mail.subject),
                title_align="left",
                subtitle=f"{recipient}, after {took}",
            )
        )

    def _counted(self, step: Step, mail: Delivered | None) -> bool:
        """Whether the first notice speaks of as many files as it should."""
        if step.stored is None or mail is None or len(mail.references) == step.stored:
            return True
        told = f"it should speak of {step.stored} files and speaks of {len(mail.references)}"
        self.console.print(Text(told, style="bold red"))
        return False
