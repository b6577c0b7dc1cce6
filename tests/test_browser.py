"""The browser finds what it is there to find."""

import pytest
from playwright.async_api import Browser

from tests import browser as chromium
from tests.browser import PHONE, Look, faults, open_page, overflow

SOUND = """<!doctype html><html lang="en"><title>Sound</title><main><h1>Sound</h1><p>All is well.</p></main></html>"""


async def test_a_sound_page_has_no_fault(browser: Browser) -> None:
    async with open_page(browser, Look(PHONE), offline=True) as page:
        await page.set_content(SOUND)
        assert await faults(page) == []
        assert await overflow(page) == []


async def test_faults_are_named_with_their_place(browser: Browser) -> None:
    async with open_page(browser, Look(PHONE)) as page:
        await page.set_content(SOUND.replace("<p>", '<p style="color: #ccc">'))
        (fault,) = await faults(page)
        assert fault.startswith("color-contrast: ")
        assert "All is well." in fault


async def test_every_page_of_a_tab_is_looked_at_by_itself(browser: Browser) -> None:
    async with open_page(browser, Look(PHONE)) as page:
        for _ in range(2):
            await page.set_content(SOUND)
            assert await faults(page) == []
            await page.set_content(SOUND.replace('lang="en"', ""))
            assert [fault.partition(":")[0] for fault in await faults(page)] == ["html-has-lang"]
            await page.goto("data:text/html," + SOUND.replace("<title>Sound</title>", ""))
            assert [fault.partition(":")[0] for fault in await faults(page)] == ["document-title"]


async def test_what_is_too_wide_is_found(browser: Browser) -> None:
    async with open_page(browser, Look(PHONE)) as page:
        await page.set_content(SOUND.replace("All is well.", "x" * 300))
        assert any("xxx" in wide for wide in await overflow(page))


async def test_the_dark_is_dark(browser: Browser) -> None:
    async with open_page(browser, Look(PHONE, "dark")) as page:
        assert await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
async def test_without_a_browser_tests_are_skipped_but_never_where_all_must_run(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setattr(chromium, "COMMAND", "no-such-browser")
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="no-such-browser"):
        async with chromium.browser_or_skip():
            pass
