"""Schools and officers ask by mail: status, history, help; what is merely a comment is never a command."""

from bot.rules.lifecycle import Status
from tests.office import Answer, TestOffice
from tests.people import ALEX, BETH, DEE, IAN, JO, LENA, MINA, PLAN, PRIYA, RAJ, SAM, TOM

HELD = "8302000 SENheld20260901.docx"
OLD = "8302000_SENold20260701.docx"
BUDGET = "8302000_FINbudget20260901.xlsx"
RETURN = "8302000_INFOeyfs20260901.zip"
MISTAKE = "8302000_SENmistake20260901.docx"


async def ask(post: TestOffice, asker: str, **mail: object) -> list[Answer]:
    """Send a mail; what came back to its sender."""
    before = len(post.inbox_of(asker))
    await post.email(asker, **mail)  # type: ignore[arg-type]  # the words of `TestOffice.email`
    return post.inbox_of(asker)[before:]


async def ask_once(post: TestOffice, asker: str, said: str) -> Answer:
    """Ask in the subject; the one answer."""
    (answer,) = await ask(post, asker, subject=said)
    return answer


def told_of(post: TestOffice, answer: Answer) -> set[str]:
    """The names of the files that an answer speaks of."""
    return {post.file(reference).name for reference in answer.references}


async def a_term(post: TestOffice) -> None:
    """One file of the year before, and of this year one in each state."""
    post.clock.advance(days=-30)
    await post.email(JO, attach={OLD: b"old"})
    post.clock.advance(days=30)
    await post.email(JO, attach={PLAN: b"plan", HELD: b"held"})
    await post.email(TOM, text="The autumn budget, 50% done.", attach={BUDGET: b"budget"})
    await post.email(RAJ, text="receive", reply_to=post.expect(RAJ, "new-files"))
    await post.email(JO, text="As asked, 500 pages.", attach={RETURN: b"return"})
    await post.email(IAN, text="reject Class 2 is missing", reply_to=post.expect(IAN, "new-files"))
    await post.email(JO, attach={MISTAKE: b"mistake"})
    await post.email(JO, text="recall", reply_to=post.expect(JO, "receipt"))


ASKED: dict[str, set[str]] = {
    "status": {PLAN, BUDGET, RETURN},
    "status sent": {PLAN},
    "status received": {BUDGET},
    "status rejected": {RETURN},
    "Status Rejected Recalled": {RETURN, MISTAKE},
    "status this year": {PLAN, BUDGET, RETURN},
    "status last year": {OLD},
    "status previous year": {OLD},
    "status since 1 August": {OLD, PLAN, BUDGET, RETURN},
    "status since 1 September": {PLAN, BUDGET, RETURN},
    "status from 1 August to 31 August": {OLD},
    "status between 2 August 2026 and 2 August 2026": {OLD},
    "status by Tom Ashe": {BUDGET},
    "status by jo": {PLAN, RETURN},
    "status by jo last year": {OLD},
    "status by tom rejected": set(),
    "status FIN": {BUDGET},
    "status autumn": {BUDGET},
    "status 50%": {BUDGET},
    "status rejected plan": set(),
    "status sent SEN": {PLAN},
}
"""docs/rules.md: «Filters: date sent, sent by, status, free-text search»; the current year and three statuses unless
another is asked for."""


async def test_status_lists_the_files_that_its_filters_ask_for(post: TestOffice) -> None:
    await a_term(post)
    for said, wanted in ASKED.items():
        answer = await ask_once(post, JO, said)
        assert answer.kind == "status", said
        assert told_of(post, answer) - {HELD} == wanted, said


async def test_status_shows_ones_own_held_files_first_and_they_can_be_settled_from_it(post: TestOffice) -> None:
    await a_term(post)
    answer = await ask_once(post, JO, "status")
    assert post.file(answer.references[0]).name == HELD
    assert "not sent yet" in answer.subject
    await post.email(JO, text="yes", reply_to=answer)
    assert post.file(answer.references[0]).status is Status.SENT


async def test_a_colleague_sees_all_of_the_school_but_what_is_held(post: TestOffice) -> None:
    await a_term(post)
    for colleague in (TOM, PRIYA, MINA):
        assert told_of(post, await ask_once(post, colleague, "status")) == {PLAN, BUDGET, RETURN}


async def test_another_school_sees_nothing_and_cannot_tell_a_hidden_file_from_none(post: TestOffice) -> None:
    await a_term(post)
    (plan,) = [file for file in post.files() if file.name == PLAN]
    for said in ("status", "status plan", "status 8302000"):
        assert not (await ask_once(post, BETH, said)).references
    hidden = (await ask_once(post, BETH, f"history {plan.reference}")).text
    invented = (await ask_once(post, BETH, "history PR-0000-0000")).text
    assert hidden.replace(plan.reference, "PR-0000-0000") == invented


async def test_status_says_of_each_file_who_did_what_and_when(post: TestOffice) -> None:
    await a_term(post)
    text = (await ask_once(post, JO, "status")).text.replace("\n", " ")
    for said in ("Received by Raj Patel at 09:00 on 1 September 2026", "Rejected by Ian Farrow", "Class 2 is missing"):
        assert said in text, said


async def test_status_of_one_file_tells_of_it_alone(post: TestOffice) -> None:
    await post.email(TOM, attach=BUDGET)
    await post.email(RAJ, text="receive", reply_to=post.expect(RAJ, "new-files"))
    for said in (post.files()[0].reference, BUDGET, BUDGET.partition(".")[0], "budget", f"“{BUDGET}”"):
        answer = await ask_once(post, JO, f"status {said}")
        assert answer.kind == "status", said
        assert "Raj Patel" in answer.text


async def test_of_very_many_files_it_is_said_how_many_more_there_are(post: TestOffice) -> None:
    await post.email(JO, attach=[f"8302000_SENplan{chr(97 + at // 26)}{chr(97 + at % 26)}V01.docx" for at in range(53)])
    answer = await ask_once(post, JO, "status")
    assert len(answer.references) == 50
    assert "3 more files match" in answer.text
    assert answer.subject.startswith("53 files found")


async def test_an_officer_sees_the_files_of_their_services_and_of_which_school(post: TestOffice) -> None:
    await a_term(post)
    await post.email(BETH, attach={"8309001_SENreview20260901.docx": b"review"})
    answer = await ask_once(post, SAM, "status")
    assert told_of(post, answer) == {PLAN, "8309001_SENreview20260901.docx"}
    for school in ("Leys Junior School (8302000)", "Moorview Primary School (8309001)"):
        assert school in answer.text
    assert told_of(post, await ask_once(post, SAM, "status 8309001")) == {"8309001_SENreview20260901.docx"}
    assert told_of(post, await ask_once(post, ALEX, "status")) == {
        PLAN, BUDGET, RETURN, "8309001_SENreview20260901.docx",
    }  # fmt: skip


async def test_an_officer_who_also_sends_sees_both(post: TestOffice) -> None:
    await post.email(LENA, attach={"8309003_FINbudget20260901.xlsx": b"1"})
    await post.email(JO, attach=PLAN)
    assert told_of(post, await ask_once(post, DEE, "status")) == {"8309003_FINbudget20260901.xlsx", PLAN}


async def test_history_tells_what_when_by_whom_and_why(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    receipt, announcement = post.expect(JO, "receipt"), post.expect(SAM, "new-files")
    post.clock.advance(minutes=5)
    await post.email(SAM, text="receive", reply_to=announcement)
    post.clock.advance(minutes=5)
    await post.email(SAM, text="reject it is the wrong child's", reply_to=announcement)
    for asker in (JO, TOM, SAM, ALEX):
        (answer,) = await ask(post, asker, subject=f"history {receipt.references[0]}")
        lines = " ".join(answer.text.split())
        told = [
            lines.index(said)
            for said in (
                "09:00 on 1 September 2026", "Sent by Jo Sands", "09:05 on 1 September 2026", "Received by Sam Hale",
                "09:10 on 1 September 2026", "Rejected by Sam Hale", "it is the wrong child's",
            )
            if said in lines
        ]  # fmt: skip
        assert len(told) == 7, lines


async def test_history_in_reply_means_the_file_of_the_notice(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    (answer,) = await ask(post, JO, text="history", reply_to=post.expect(JO, "receipt"))
    assert answer.kind == "history"
    assert answer.references == post.expect(JO, "receipt").references


async def test_history_of_several_asks_which_and_a_number_settles_it(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, "8302000_SENplanning20260901.docx"])
    which = await ask_once(post, JO, "history plan")
    assert which.kind == "which"
    (answer,) = await ask(post, JO, text="2", reply_to=which)
    assert (answer.kind, answer.references) == ("history", which.references[1:])


async def test_a_sender_may_ask_for_the_history_of_a_file_they_discarded_and_nobody_else(post: TestOffice) -> None:
    await post.email(JO, attach=HELD)
    await post.email(JO, text="no", reply_to=post.expect(JO, "advice"))
    reference = post.files()[0].reference
    assert "Discarded" in (await ask_once(post, JO, f"history {reference}")).text
    for other in (TOM, PRIYA, SAM, ALEX):
        assert not (await ask_once(post, other, f"history {reference}")).references


async def test_help_knows_ones_role_and_schools(post: TestOffice) -> None:
    sender = (await ask_once(post, MINA, "help")).text
    for school in ("8302000 Leys Junior School", "8309002 Riverbank Infant School"):
        assert school in sender
    assert "Moorview" not in sender
    assert "receive PR-" not in sender

    officer = (await ask_once(post, SAM, "Help please")).text
    assert "SEN: SEN – (EHCP via EHC Hub)" in officer
    assert "EP: Education Psychology" in officer
    assert "receive PR-" in officer
    assert "Attach it to an email" not in officer

    assert "administrator" in (await ask_once(post, ALEX, "HELP")).text
    both = (await ask_once(post, DEE, "help")).text
    assert "8309003 Hollybank Special School" in both
    assert "SP: Starting Point" in both


MISSPELT = {"staus": "status", "histroy": "history", "Stauts rejected": "status rejected", "hepl": "help"}


async def test_a_misspelt_command_is_echoed_with_the_nearest(post: TestOffice) -> None:
    for said, meant in MISSPELT.items():
        answer = await ask_once(post, JO, said)
        assert answer.kind == "unknown-command", said
        assert said in answer.subject
        assert f"Did you mean `{meant}`?" in answer.text.replace("\n", " ")
        post.clock.advance(days=1, minutes=1)


async def test_a_misspelt_recall_recalls_nothing(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    (answer,) = await ask(post, JO, text="recal it", reply_to=post.expect(JO, "receipt"))
    assert answer.kind == "unknown-command"
    assert post.files()[0].status is Status.SENT


async def test_a_misspelt_command_about_one_file_is_not_taken_for_an_answer_about_another(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(JO, attach={"8302000 SENreview20260902.docx": b"another"})
    sent, held = sorted(post.files(), key=lambda file: file.id)
    await ask(post, JO, subject="status")  # speaks of both, and offers a name for the one that is held
    (answer,) = await ask(post, JO, subject=f"recal {sent.reference}")
    assert answer.kind == "unknown-command"
    assert f"Did you mean `recall {sent.reference}`?" in answer.text.replace("\n", " ")
    assert held.reference not in answer.text
    assert [file.status for file in post.files()] == [Status.SENT, Status.HELD]


async def test_an_officers_word_is_offered_to_officers_only(post: TestOffice) -> None:
    assert "receive" in (await ask_once(post, SAM, "recieve")).text
    (answer,) = await ask(post, JO, subject="recieve")
    assert "mean receive" not in answer.text.replace("`", "")


COMMENTS = (
    "I recall that you asked for this one.",
    "Recall is not needed any more, this is the final plan.",
    "status: final",
    "Status quo report as agreed last year, see page 3 for the numbers",
    "help yourself to the figures",
    "Stauts",
    "yes this is the one",
    "No changes since last time",
    "Move to appendix B for the tables",
    "Receive our thanks for waiting",
    "History of the pupil is in part 2",
    "2 pupils are still missing",
    "The plan.\nstatus\nrecall",
    "> status\n> recall",
)
"""What people write above a file."""


async def test_what_is_merely_a_comment_is_never_a_command(post: TestOffice) -> None:
    for number, comment in enumerate(COMMENTS):
        name = f"8302000_FINplan{chr(97 + number)}V01.docx"
        (answer,) = await ask(post, JO, text=comment, attach={name: name.encode()})
        assert answer.kind == "receipt", comment
    assert {file.status for file in post.files()} == {Status.SENT}


async def test_a_subject_that_is_prose_or_somebody_elses_is_no_command(post: TestOffice) -> None:
    await post.email(JO, attach=HELD)
    for subject in ("RE: recall of staff", "FW: status", "Recall notice for equipment", "No", "yes", "2"):
        (answer,) = await ask(post, JO, subject=subject, attach={BUDGET: subject.encode()})
        assert answer.kind == "receipt", subject


async def test_a_file_and_a_command_in_one_mail_do_both(post: TestOffice) -> None:  # lesson L52
    receipt, status = sorted(await ask(post, JO, text="status", attach=PLAN), key=lambda answer: answer.kind)
    assert (receipt.kind, status.kind) == ("receipt", "status")
    assert status.references == receipt.references
    assert post.files()[0].comment == ""


async def test_each_command_is_answered_by_itself_and_one_given_twice_runs_once(post: TestOffice) -> None:
    answers = await ask(post, JO, subject="Re: Status", text="status\nhelp\nHelp\n\nThanks\nJo")
    assert sorted(answer.kind for answer in answers) == ["help", "status"]


async def test_several_commands_are_answered_in_the_order_in_which_they_were_given(post: TestOffice) -> None:
    said = ["status rejected", "help", "status", "status last year", "history PR-0000-0000", "status FIN"]
    answers = await ask(post, JO, text="\n".join(said))
    assert [answer.kind == "help" or answer.subject.rpartition(" ")[2] for answer in answers] == [
        True if one == "help" else one.rpartition(" ")[2] for one in said
    ]


async def test_what_a_telephone_or_mail_program_makes_of_a_command_does_not_break_it(post: TestOffice) -> None:
    for said in (
        "STATUS", "Status.", "“status”", "status\u00a0rejected", "\ufeffstatus", "Please status thanks",
        "Hi all,\n\nstatus\n\nMany thanks\nJo", "status\n\nSent from my iPhone",
    ):  # fmt: skip
        (answer,) = await ask(post, JO, text=said)
        assert answer.kind == "status", said


async def test_thanks_are_not_answered(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    for said in ("Thanks!", "Many thanks\nJo", "Thank you", "Thanks\n\n-- \nJo Sands\nOffice"):
        assert await ask(post, JO, text=said, reply_to=post.expect(JO, "receipt")) == [], said
    assert await ask(post, JO, text="Thanks\nPlease take it back", reply_to=post.expect(JO, "receipt"))


async def test_a_number_to_which_nothing_belongs_does_nothing_and_says_so(post: TestOffice) -> None:
    await post.email(JO, attach=HELD)
    (answer,) = await ask(post, JO, text="7", reply_to=post.expect(JO, "advice"))
    assert answer.kind == "advice"
    assert post.files()[0].status is Status.HELD
