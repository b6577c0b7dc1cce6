"""Plays a day through real SMTP, tells it on the terminal, and says whether every step ended as it should."""

from dataclasses import dataclass, field

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from handlers.cli.demo.day import Step
from handlers.cli.demo.mailboxes import Mailboxes
from handlers.cli.demo.mails import Mail
from handlers.cli.demo.writing import Desk, Draft

SHOWN_LINES = 14
"""Of an answer's text, so many lines are shown while the day goes by."""


@dataclass
class Player:
    """Sends each step's mail and waits for what it must bring about."""

    console: Console
    mailboxes: Mailboxes
    desk: Desk
    _answers: dict[tuple[str, str], Mail] = field(default_factory=dict)

    async def play(self, steps: list[Step]) -> bool:
        """All of the day. False where a step did not end as it should."""
        fine = [await self._step(number, step) for number, step in enumerate(steps, start=1)]
        return all(fine)

    async def _step(self, number: int, step: Step) -> bool:
        draft = Draft(
            step.sender, step.text, subject=step.subject, files=step.files, logo=step.logo,
            answers=self._answers.get((step.answers, step.sender)),
        )  # fmt: skip
        since = self.mailboxes.mark()
        sent = await self.desk.send(draft)
        self._tell(number, step, sent)
        arrived = [await self.mailboxes.wait_for(recipient, kind, since) for recipient, kind in step.expect]
        for (recipient, kind), mail in zip(step.expect, arrived, strict=True):
            self._show(recipient, kind, mail, sent)
            if mail:
                self._answers[(step.title, recipient)] = mail
        first = arrived[0]
        return all(arrived) and self._counted(step, first)

    def _tell(self, number: int, step: Step, sent: Mail) -> None:
        self.console.rule(f"[bold]{number}. {step.title}", align="left")
        facts = Table.grid(padding=(0, 2))
        facts.add_row("from", Text(step.sender))
        facts.add_row("subject", Text(sent.subject or "(none)"))
        if step.text:
            facts.add_row("says", Text(step.text.strip().splitlines()[0]))
        for name, _ in step.files:
            facts.add_row("attached", Text(name))
        if step.logo:
            facts.add_row("", Text("and image001.png, the logo of the signature"))
        self.console.print(facts)

    def _show(self, recipient: str, kind: str, mail: Mail | None, sent: Mail) -> None:
        if mail is None:
            self.console.print(Text(f"no {kind} reached {recipient}", style="bold red"))
            return
        lines = [line for line in mail.text.splitlines() if line.strip()]
        if len(lines) > SHOWN_LINES:
            lines[SHOWN_LINES:] = ["…"]
        took = f"{(mail.at - sent.at).total_seconds() * 1000:.0f} ms"
        self.console.print(
            Panel(
                Text("\n".join(lines)),
                title=Text(mail.subject),
                title_align="left",
                subtitle=f"{recipient}, after {took}",
            )
        )

    def _counted(self, step: Step, mail: Mail | None) -> bool:
        """Whether the first notice speaks of as many files as it should."""
        if step.stored is None or mail is None or len(mail.references) == step.stored:
            return True
        told = f"it should speak of {step.stored} files and speaks of {len(mail.references)}"
        self.console.print(Text(told, style="bold red"))
        return False
