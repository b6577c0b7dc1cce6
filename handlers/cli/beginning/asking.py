"""Asks at a terminal, and asks again until the answer will do. Nothing is written meanwhile."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import typer

from bot.settings import Settings
from bot.settings.tables import Loc
from handlers.cli import show
from handlers.cli.beginning.answers import Answers, Unfit, fit
from handlers.cli.beginning.questions import EVERYBODY, REACH, WAYS, Question, Secret, follows

NOTHING = "-"


@dataclass
class Interview:
    """What is known so far. Without a terminal nothing is asked: what most would answer is taken."""

    shipped: Path
    """The folder of the files that are shipped."""
    settings: Settings
    """What they say."""
    answers: dict[Loc, str] = field(default_factory=dict)
    hidden: dict[Secret, str] = field(default_factory=dict)
    """As they were typed; empty where nothing was."""

    def held(self, *, way: str, at_a_terminal: bool) -> None:
        """Ask everything, or take what is usual for this way (`WAYS`; empty: nobody has chosen one)."""
        if at_a_terminal:
            self._ask_all(EVERYBODY)
            way = way or self._choice()
            self._take_way(way, at_a_terminal=True)
            self._ask_all(REACH)
            return
        if any(question.loc in self.answers for question in EVERYBODY):  # nothing of the shipped authority's is theirs
            self.answers = dict(self._completed(EVERYBODY, ""))
        if way:
            self._take_way(way, at_a_terminal=False)

    def _take_way(self, name: str, *, at_a_terminal: bool) -> None:
        way = WAYS[name]
        given = dict(self.answers)
        self.answers |= {loc: text for loc, text in way.fixed.items() if loc not in given}
        names = {secret.loc: f"secrets/{secret.file}" for secret in way.secrets if not secret.needed_with}
        self.answers |= {loc: text for loc, text in names.items() if loc not in given}
        if at_a_terminal:
            self._ask_all(way.questions, following=name)
        else:
            self.answers = dict(self._completed(way.questions, name))
        self.answers |= {loc: text for loc, text in follows(name, self.answers).items() if loc not in given}
        for secret in way.secrets:
            self._take_secret(secret, at_a_terminal=at_a_terminal)

    def _ask_all(self, questions: tuple[Question, ...], following: str = "") -> None:
        for number, question in enumerate(questions):
            if question.loc not in self.answers:
                self._ask(question, questions[number + 1 :], following)

    def _ask(self, question: Question, rest: Iterable[Question], following: str) -> None:
        """One, until it will do; those that are still to come are taken as usual meanwhile."""
        show.say(f"\n{question.asked}. {question.why}")
        while True:
            text = self._typed(question)
            try:
                self._try_out({**self.answers, question.loc: text}, question, rest, following)
            except Unfit as fault:
                show.warn(f"That will not do: {fault}")
            else:
                self.answers[question.loc] = text
                return

    def _try_out(self, answers: Answers, question: Question, rest: Iterable[Question], following: str) -> None:
        whole = self._completed(rest, following, answers)
        if question.loc == ("email", "outgoing", "user") and answers[question.loc]:
            whole = {**whole, ("email", "outgoing", "password_file"): "secrets/outgoing-password"}
        fit(question.loc, self.shipped, whole, os.environ)

    def _typed(self, question: Question) -> str:
        usual = self._usual(question, self.answers)
        hint = f"({NOTHING} for none)" if usual else "(Enter for none)"
        asked = f"  {hint}" if question.optional else " "
        text = str(typer.prompt(asked, default=usual, show_default=bool(usual))).strip()
        return "" if text == NOTHING and question.optional else text.strip('"')  # some answers are shown in quotes

    def _usual(self, question: Question, answers: Answers) -> str:
        if question.usual:
            return question.usual(answers)
        found: object = self.settings
        for part in question.loc:
            found = getattr(found, str(part))
        return str(found)

    def _completed(self, questions: Iterable[Question], following: str, answers: Answers | None = None) -> Answers:
        whole = dict(self.answers if answers is None else answers)
        for question in questions:
            if question.loc not in whole:
                whole[question.loc] = self._usual(
                    question, {("email", "address"): self.settings.email.address, **whole}
                )
        return {**follows(following, whole), **whole}

    def _choice(self) -> str:
        show.say("\nHow does mail arrive? docs/mail.md has each way step by step.")
        names = list(WAYS)
        for number, name in enumerate(names, start=1):
            show.say(f"  {number}  {WAYS[name].label}")
        while (text := str(typer.prompt(" ", default="1")).strip()) not in map(str, range(1, len(names) + 1)):
            show.warn(f"That will not do: a number from 1 to {len(names)}")
        return names[int(text) - 1]

    def _take_secret(self, secret: Secret, *, at_a_terminal: bool) -> None:
        if secret.needed_with and not self.answers.get(secret.needed_with):
            return
        self.answers.setdefault(secret.loc, f"secrets/{secret.file}")
        typed = ""
        if at_a_terminal and self.answers[secret.loc] == f"secrets/{secret.file}":
            show.say(
                f"\n{secret.asked}. It is not shown, and goes into {self.answers[secret.loc]}, for its owner alone."
            )
            typed = str(
                typer.prompt("  (Enter: I shall write the file later)", default="", hide_input=True, show_default=False)
            )
        self.hidden[secret] = typed.strip()
