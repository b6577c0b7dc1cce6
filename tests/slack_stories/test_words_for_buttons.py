"""Where mail asks for a word, chat has a button; the word works too."""

from pathlib import Path

from tests.slack_office import open_slack_office

PLAN, REVIEW = "8302000_SENplan20260901.docx", "8302000_SENplanreview20260901.docx"


async def test_of_several_files_the_one_that_is_meant_has_a_button(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path) as office:
        await office.send("jo", PLAN, REVIEW)
        await office.send("jo", text="recall SENplan")
        asked = office.answers(office.dm("jo"))[-1]
        assert asked.buttons.count("Recall") == 2
        await office.press("jo", asked, "Recall")
        assert "Jo Sands has taken back" in office.answers(office.dm("jo"))[-1].words
        assert office.answers(office.dm("jo"))[-2].buttons.count("Recall") == 1


async def test_the_typed_number_of_a_file_works_as_its_button_does(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path) as office:
        await office.send("jo", PLAN, REVIEW)
        asked_for = await office.send("jo", text="recall SENplan")
        asked = office.answers(office.dm("jo"))[-1]
        await office.send("jo", text="2", thread=asked.thread_ts or asked.ts)
        assert "Jo Sands has taken back" in office.answers(office.dm("jo"))[-1].words
        assert asked_for.ts < asked.ts


async def test_who_rejects_by_a_word_without_a_reason_gets_the_form_for_it(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path, services={"SEN": "direct"}) as office:
        await office.send("sam", text="help")  # from now on Slack is known to be where Sam reads
        await office.send("jo", PLAN)
        card = office.answers(office.dm("sam"))[-1]
        await office.send("sam", text="reject", thread=card.ts)
        lacking = office.answers(office.dm("sam"))[-1]
        assert "A reason is needed" in lacking.words
        assert (await office.slack.press(office.people["sam"], lacking, "Reject…")).ok
        assert office.slack.modal(office.people["sam"])


async def test_a_misspelt_word_is_offered_as_a_button(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path) as office:
        await office.send("jo", PLAN)
        await office.send("jo", text="staus")
        await office.press("jo", office.answers(office.dm("jo"))[-1], "My files")
        assert PLAN in office.answers(office.dm("jo"))[-1].words


async def test_who_calls_and_says_nothing_gets_help(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path) as office:
        await office.slack.command(office.people["jo"], office.returns, "/postroom", "")
        await office.settle()
        assert "How to send files in Slack" in office.answers(office.dm("jo"))[-1].words
        await office.send("jo", text=office.slack.world.bot.mention, where=office.returns)
        assert "How to send files in Slack" in office.whispers("jo")[-1].words


async def test_a_word_without_its_file_is_told_how_to_name_one(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path) as office:
        await office.send("jo", PLAN)
        await office.send("jo", text="history")
        assert "PR-7K3Q-M2XW" in office.answers(office.dm("jo"))[-1].words
        await office.send("jo", text="recall")
        asked = office.answers(office.dm("jo"))[-1]
        assert "Did you mean this file?" in asked.words
        await office.press("jo", asked, "Recall")
        await office.send("jo", text="recall")
        assert "no file that can still be recalled" in office.answers(office.dm("jo"))[-1].words


async def test_words_without_a_file_do_not_sound_as_though_an_earlier_file_was_lost(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path) as office:
        await office.send("jo", PLAN)
        await office.send("jo", text="where is my plan please")
        answer = office.answers(office.dm("jo"))[-1]
        assert "What you have sent before is as it was." in answer.words
        await office.press("jo", answer, "My files")
        assert PLAN in office.answers(office.dm("jo"))[-1].words


async def test_who_may_not_is_told_in_words_what_they_asked_for(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path) as office:
        await office.send("jo", PLAN)
        office.sen.members.append(office.people["ian"].id)
        (card,) = office.answers(office.sen)
        await office.press("ian", card, "History")
        assert "You asked to see the history of PR-" in office.whispers("ian")[-1].words
        await office.press("ian", card, "Receive all from this school…")
        told = office.whispers("ian")[-1].words
        assert "You asked to receive all files of the school that sent PR-" in told
        assert "Ask Sam Hale, Nadia Brook or Dee Lomas" in told


async def test_who_comes_too_late_to_reject_what_was_received_can_do_so_still(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path) as office:
        await office.send("jo", PLAN)
        (card,) = office.answers(office.sen)
        await office.slack.press(office.people["sam"], card, "Reject…")
        await office.press("nadia", card, "Receive")
        await office.slack.submit(office.people["sam"], {"written": "Wrong child"})
        await office.settle()
        await office.press("sam", office.whispers("sam")[-1], "Reject…")
        await office.slack.submit(office.people["sam"], {"written": "Wrong child"})
        await office.settle()
        assert office.post.files()[0].status == "Rejected"
