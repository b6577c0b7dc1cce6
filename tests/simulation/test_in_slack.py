"""Files sent, settled, recalled, received, rejected and moved in Slack and by mail at once, through restarts, repeats and
failing calls: what is done is what some order of the acts would do, everybody is told once, and all that stands shows it."""

import os
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.people import ALEX, BETH, DEE, JO, MINA, NADIA, PRIYA, RAJ, SAM, TOM
from tests.simulation.chat_model import NAME_OF, Wish, own
from tests.simulation.machine import BY_FORM, MEANS, Machine
from tests.simulation.model import SCHOOLS_OF
from tests.slack.messages import elements

pick = st.integers(0, 10**6)
often = st.sampled_from([True, True, False])
rarely = st.sampled_from([False] * 5 + [True])
names = st.builds("{}{}plan20260901.docx".format, st.sampled_from("__ "), st.sampled_from(["SEN", "SEN", "EP", "FIN"]))
WRITTEN = {"received": "receive", "rejected": "reject", "moved": "move", "recalled": "recall", "history": "history"}
RUNS = int(os.environ.get("SIMULATED_RUNS", "10"))
"""How many runs: more of them where somebody has the time."""
GOES_WRONG = ["chat.postMessage", "chat.update", "chat.postEphemeral", "views.publish", "users.info", "download"]


class InSlack(Machine):
    """Whatever anybody does, and whatever befalls the office meanwhile."""

    # --- what schools do

    @rule(
        sender=st.sampled_from([JO, JO, TOM, PRIYA, BETH]), in_channel=st.booleans(), name=names,
        content=st.sampled_from("ab"), full=rarely,
    )  # fmt: skip
    def send(self, sender: str, name: str, content: str, *, in_channel: bool, full: bool) -> None:
        self.flush()
        if sender in self.model.left:
            return
        given, slack = min(SCHOOLS_OF[sender]) + name, self.office.slack
        user = self.office.people[NAME_OF[sender]]
        file = slack.world.file(user, given, content.encode())
        where = self.office.returns if in_channel else self.office.dm(NAME_OF[sender])
        if full:
            with self.town.full_disk():
                said = self.town.run(slack.post(user, where, self.word(sender), files=[file]))
            assert not said.ack.ok, "what is not stored is not acknowledged"
            assert all(ack.ok for ack in self.town.run(slack.retry()))
        else:
            assert self.town.run(slack.post(user, where, self.word(sender), files=[file])).ack.ok
        self.model.linked.add(sender)
        self.arrived(sender, given, content, "#returns" if in_channel else own(sender))

    @rule(sender=st.sampled_from([JO, TOM, MINA, DEE]), name=names, content=st.sampled_from("ab"))
    def mail(self, sender: str, name: str, content: str) -> None:
        self.flush()
        if sender in self.model.left:
            return
        given = min(SCHOOLS_OF[sender]) + name
        self.town.run(self.office.post.email(sender, text=self.word(sender), attach={given: content.encode()}))
        self.arrived(sender, given, content, sender)

    # --- what anybody presses, and writes

    @precondition(lambda self: self.model.files)
    @rule(at=pick, word=st.sampled_from(sorted(MEANS)), apt=often, later=st.booleans(), full=rarely)
    def press(self, at: int, word: str, *, apt: bool, later: bool, full: bool) -> None:
        if MEANS[word] in BY_FORM:
            self.flush()
        everything = list(self.pressable(word))
        open_now = [one for one in everything if self.model.is_open(one[0].by, self.file(one[0]), one[0].what)]
        chosen = (open_now if apt else None) or everything
        if not chosen:
            return
        wish, surface, element = chosen[at % len(chosen)]
        user = self.office.people[NAME_OF[wish.by]]
        if full:
            with self.town.full_disk():
                ack = self.town.run(self.office.slack.press(user, surface, element))
            opened = wish.what in BY_FORM and self.model.opens(wish)
            assert ack.ok == opened, "what is not stored is not acknowledged"
            if opened:
                self.forms[NAME_OF[wish.by]] = wish
            return
        if not self.town.run(self.office.slack.press(user, surface, element)).ok:
            assert wish.what in BY_FORM, "all else can wait"
            assert self.limited, "a form waits for nothing but who presses"
            return
        if wish.what in BY_FORM and self.model.opens(wish):
            self.forms[NAME_OF[wish.by]] = wish
        else:
            self.wish(wish, later=later)

    @precondition(lambda self: self.forms)
    @rule(at=pick, to=st.sampled_from(["SEN", "EP", "FIN", "SP"]), later=st.booleans())
    def submit(self, at: int, to: str, *, later: bool) -> None:
        name = sorted(self.forms)[at % len(self.forms)]
        wish = self.forms.pop(name)
        user = self.office.people[name]
        form = self.office.slack.modal(user)
        assert form, "a form that was opened is there"
        file = self.file(wish)
        reason = self.word(wish.by)
        file.words += f" {reason}"
        values: dict[str, object] = {"written": reason}
        if wish.what == "moved":
            offered = {one["value"] for _, one in elements(form.blocks) for one in one.get("options", ())}
            to = to if to in offered else min(offered)
            values["service"] = to
        assert self.town.run(self.office.slack.submit(user, values)).ok
        self.office.slack.world.modals[user.id].clear()
        self.wish(replace(wish, is_form=True, to=to if wish.what == "moved" else ""), later=later)

    @precondition(lambda self: self.model.files)
    @rule(
        at=pick, by=st.sampled_from([JO, PRIYA, BETH, SAM, NADIA, DEE, RAJ, ALEX]), what=st.sampled_from(sorted(WRITTEN)),
        way=st.sampled_from(["mail", "message", "command"]), to=st.sampled_from(["SEN", "FIN", "EP", "AUD"]),
        apt=often, later=st.booleans(),
    )  # fmt: skip
    def write(self, at: int, by: str, what: str, way: str, to: str, *, apt: bool, later: bool) -> None:
        everything = list(self.model.files.values())
        able = [
            (one, file)
            for file in everything
            for one in (JO, SAM, NADIA, RAJ, ALEX)
            if self.model.is_open(one, file, what)
        ]
        by, file = able[at % len(able)] if apt and able else (by, everything[at % len(everything)])
        if by in self.model.left or (what not in ("recalled", "history") and by in (JO, PRIYA, BETH)):
            return
        way = way if by in NAME_OF else "mail"
        reason = self.word(by)
        file.words += f" {reason}"
        more = {"rejected": f" {reason}", "moved": f" {to}"}.get(what, "")
        line = f"{WRITTEN[what]} {file.reference}{more}"
        self.say(by, line, way)
        self.wish(
            Wish(by, what, file.reference, way, by if way == "mail" else own(by), to=to if what == "moved" else ""),
            later=later and way != "mail",
        )

    @rule(by=st.sampled_from([JO, PRIYA, BETH, SAM, NADIA, ALEX]), way=st.sampled_from(["message", "command"]))
    def ask(self, by: str, way: str) -> None:
        self.flush()
        if by in self.model.left:
            return
        self.say(by, "status", way)
        self.model.linked.add(by)
        self.town.settle()
        held = [one.reference for one in self.model.files.values() if one.status == "Held" and one.owner == by]
        held.sort(key=self.town.order.index)
        shown = {about for _, about in self.model.listed(by, self.town.order)}
        newest = [one for one in reversed(self.town.order) if one in shown]
        self.expected.update([(own(by), "status", (*held, *newest))])
        self.flush()

    @rule(name=st.sampled_from(["jo", "priya", "tom", "sam", "dee", "alex"]))
    def visit(self, name: str) -> None:
        self.flush()
        assert self.town.run(self.office.slack.open_home(self.office.people[name])).ok
        self.flush()

    # --- what befalls all

    @precondition(lambda self: len(self.model.files) > 1 and not self.model.left)
    @rule(who=st.sampled_from([TOM, NADIA]))
    def leave(self, who: str) -> None:
        self.flush()
        self.town.run(self.office.post.leave(who))
        self.model.left.add(who)
        self.flush()

    @rule(method=st.sampled_from(GOES_WRONG), how=st.sampled_from(["limit", "fail", "lost", "lost after"]))
    def trouble(self, method: str, how: str) -> None:
        trouble = self.office.slack.trouble
        if how == "limit":
            trouble.limit(method, retry_after=30)
            self.limited = self.limited or method == "users.info"
        elif how == "fail":
            trouble.fail(method)
        else:
            trouble.drop(method, after=how == "lost after" and method != "chat.postEphemeral", times=2)

    @rule()
    def no_mail(self) -> None:
        self.office.post.mailboxes.refusal = "451 4.3.0 not now"

    @rule()
    def restart(self) -> None:
        self.town.restart()

    @precondition(lambda self: self.pending)
    @rule()
    def die(self) -> None:
        self.dies = True
        self.flush()

    @precondition(lambda self: self.model.files)
    @rule(at=pick)
    def repeat(self, at: int) -> None:
        """Slack brings something again that it has brought before."""
        self.flush()
        slack = self.office.slack
        taken = [one for one in slack.deliveries if one.taken and not opens_form(one.payload)]
        if not taken:
            return
        one = taken[at % len(taken)]
        if one.what == "event":
            self.town.run(slack.retry(one))
        else:
            self.town.run(slack.repeat(one))
        self.flush()


def opens_form(payload: dict[str, Any]) -> bool:
    """Whether it is the press of a button that opens one: Slack brings no press twice, and this one only reads."""
    return any(one["action_id"].startswith(("reject", "move", "receive-all")) for one in payload.get("actions", ()))


TestInSlack = InSlack.TestCase
TestInSlack.settings = profile(
    max_examples=RUNS,
    stateful_step_count=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink a run of this office takes many minutes
    suppress_health_check=list(HealthCheck),
)
