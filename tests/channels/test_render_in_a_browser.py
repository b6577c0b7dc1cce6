"""Every mail in a real browser: on a telephone and a desktop, in the light and in the dark, whatever a mail program drops."""

import re

import pytest
from playwright.async_api import Browser, Page

from bot.notices import FILE, HELD, SENT, Advice, Alert, NewFiles, Notice, Receipt, Rejected
from bot.wording import Action, Letter
from handlers.mail.render.page import Page as Layout
from tests.browser import LOOKS, PHONE, Look, faults, open_page, overflow
from tests.messages.sheets import Sheet, sheets
from tests.wording.speaker import TEMPLATES, speaker

SHEETS = sheets()
MAILS = [sheet for sheet in SHEETS if sheet.is_mail]
each_look = pytest.mark.parametrize("look", LOOKS, ids=str)


def longest() -> list[Sheet]:
    """Letters whose every value is longer than any line and has no place to break."""
    text = "8302000_" + "x" * 240
    file = FILE.model_copy(update={
        "name": text, "given": text, "comment": f"https://files.example/{text}", "tag": text, "school_name": text,
        "service_name": text, "sent_by": text, "reference": text,
    })  # fmt: skip
    notices: list[Notice] = [
        Receipt(outcomes=(SENT.model_copy(update={"file": file}),)),
        Advice(outcomes=(HELD.model_copy(update={"given": text, "file": file, "model": text}),), unused=text),
        NewFiles(files=(file, file), service=text, service_name=text),
        Rejected(files=(file,), by=text, why=text),
        Alert(what=text, lines=(text,)),
    ]
    letters = [speaker().letter(notice) for notice in notices]
    action = Letter("A link", (*letters[0].blocks, Action(text, f"https://returns.example/get/{text}")), text)
    return [
        Sheet(letter.subject, letter.subject, "", Layout(TEMPLATES).html(letter), "") for letter in (*letters, action)
    ]


async def found(page: Page, shown: list[Sheet], *, change: str = "") -> list[str]:
    """What is at fault with each of these pages, after a change that some mail program makes to it."""
    said = []
    for sheet in shown:
        await page.set_content(re.sub(change, "", sheet.html, flags=re.DOTALL) if change else sheet.html)
        said += [f"{sheet.name}: {fault}" for fault in (*await faults(page), *await overflow(page))]
    return said


@each_look
async def test_nothing_is_at_fault_with_any_message(browser: Browser, look: Look) -> None:
    async with open_page(browser, look, offline=True) as page:
        assert await found(page, SHEETS) == []


@each_look
async def test_values_of_any_length_keep_to_the_screen(browser: Browser, look: Look) -> None:
    async with open_page(browser, look, offline=True) as page:
        assert await found(page, longest()) == []


async def test_a_program_that_drops_the_style_sheet_shows_it_as_well(browser: Browser) -> None:
    """As Gmail does for mailboxes that are not its own: only what stands in the elements is left."""
    async with open_page(browser, Look(PHONE), offline=True) as page:
        assert await found(page, [*MAILS, *longest()], change="<style[^>]*>.*?</style>") == []


async def test_letters_twice_as_large_keep_to_the_screen(browser: Browser) -> None:  # WCAG 2.2, 1.4.4
    async with open_page(browser, Look(2 * PHONE), offline=True) as page:
        for sheet in SHEETS:
            await page.set_content(sheet.html)
            await page.evaluate("document.documentElement.style.zoom = 2")
            assert await overflow(page) == [], sheet.name


async def test_a_message_asks_nothing_of_the_network(browser: Browser) -> None:
    async with open_page(browser, Look(PHONE)) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for sheet in SHEETS:
            await page.set_content(sheet.html, wait_until="networkidle" if sheet is SHEETS[0] else "load")
        assert asked == []
