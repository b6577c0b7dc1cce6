"""The pages in a real browser: pressed, read and used by keyboard."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from bot.rules.lifecycle import Status
from tests.browser import LOOKS, PHONE, Look, browser_or_skip, faults, open_page, overflow
from tests.office import DOCX, TestOffice
from tests.pages import SHOWN, drawn
from tests.people import JO, NADIA, PLAN, SAM
from tests.visitor import links_in


@pytest.fixture
async def served(post: TestOffice) -> AsyncIterator[TestOffice]:
    """The office, whose pages are served."""
    assert post.office.web
    await post.office.web.start()
    yield post
    await post.office.web.stop()


async def announced(post: TestOffice, officer: str = SAM) -> str:
    await post.email(JO, text="The autumn plan.", attach=PLAN)
    return links_in(post.expect(officer, "new-files"))[0]


async def test_an_officer_receives_and_downloads(served: TestOffice) -> None:
    link = await announced(served)
    async with browser_or_skip() as browser, open_page(browser, LOOKS[0]) as page:
        await page.goto(link)
        await expect(page).to_have_title(f"{PLAN} – Derbyshire County Council (demo)")
        await expect(page.get_by_role("heading", level=1)).to_have_text(PLAN)
        await page.get_by_role("button", name="Receive the file").click()
        async with page.expect_download() as begun:
            await page.get_by_role("link", name="Download the file").click()
        download = await begun.value
        assert download.suggested_filename == PLAN
        assert (await download.path()).read_bytes() == DOCX
    assert served.files()[0].status is Status.RECEIVED


async def test_an_officer_rejects_by_keyboard_alone(served: TestOffice) -> None:
    link = await announced(served)
    async with browser_or_skip() as browser, open_page(browser, Look(PHONE, "dark")) as page:
        await page.goto(link)
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Receive the file")).to_be_focused()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        for _ in range(2):
            await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Tab")
        await page.keyboard.type("See page 2.")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text(f"You have rejected {PLAN}")
    assert served.files()[0].reason == "It holds the data of the wrong child, or of another school. See page 2."


async def test_an_officer_moves_a_file(served: TestOffice) -> None:
    link = await announced(served)
    async with browser_or_skip() as browser, open_page(browser, LOOKS[0]) as page:
        await page.goto(link)
        await page.get_by_text("Move it to another service").click()
        await page.get_by_label("The service that it belongs to").select_option("FIN")
        await page.get_by_role("button", name="Move the file").click()
        await expect(page.get_by_text("It is now with Finance.")).to_be_visible()
    assert served.files()[0].service == "FIN"


async def test_a_second_officer_sees_who_was_first(served: TestOffice) -> None:
    link = await announced(served, NADIA)
    await served.email(SAM, text="receive", reply_to=served.expect(SAM, "new-files"))
    async with browser_or_skip() as browser, open_page(browser, LOOKS[0]) as page:
        await page.goto(link)
        await expect(page.get_by_text("received by Sam Hale")).to_be_visible()
        await page.get_by_role("button", name="Email me a new link").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("We have sent a new link")
    await served.settle()
    assert served.expect(NADIA, "copy")


async def test_a_school_downloads_its_copy_on_a_telephone(served: TestOffice) -> None:
    await announced(served)
    await served.email(JO, text="copy", reply_to=served.expect(JO, "receipt"))
    async with browser_or_skip() as browser, open_page(browser, Look(PHONE)) as page:
        await page.goto(links_in(served.expect(JO, "copy"))[0])
        await page.get_by_role("button", name="Download the file").click()
        async with page.expect_download() as begun:
            await page.get_by_role("link", name="Download the file").click()
        assert (await (await begun.value).path()).read_bytes() == DOCX


async def test_every_page_is_accessible_and_fits_every_screen() -> None:
    async with browser_or_skip() as browser:
        for look in (LOOKS[0], LOOKS[-1]):
            async with open_page(browser, look, offline=True) as page:
                for name, one in SHOWN.items():
                    await page.set_content(drawn(one))
                    for details in await page.locator("summary").all():
                        await details.click()
                    assert await faults(page) == [], f"{name} {look}"
                    assert await overflow(page) == [], f"{name} {look}"


async def test_a_page_is_read_without_its_style(served: TestOffice) -> None:
    link = await announced(served)
    async with browser_or_skip() as browser, open_page(browser, Look(PHONE)) as page:
        await page.route("**/style.css", lambda route: route.abort())
        await page.goto(link)
        await page.get_by_role("button", name="Receive the file").click()
        await expect(page.get_by_role("link", name="Download the file")).to_be_visible()
