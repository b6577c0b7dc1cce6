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
