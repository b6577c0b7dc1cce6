"""The drawings of what Slack shows, in a real browser: everybody can read them."""

import pytest

from tests.browser import Look, browser_or_skip, faults, open_page, overflow
from tests.slack_pictures import frames
from tests.slack_pictures.scenes import pictured
from tests.slack_pictures.sheets import sheets

LOOKS = (Look(660), Look(660, "dark"), Look(340))
NO_PAGES = ("region", "page-has-heading-one", "heading-order", "empty-heading", "landmark-unique")
"""What axe asks of whole pages, which pictures of messages are none of."""


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_all_of_it_can_be_read(look: Look) -> None:
    async with browser_or_skip() as browser, open_page(browser, look, offline=True) as page:
        for name, shown in pictured(sheets()).items():
            await page.set_content(frames.page(name, shown, frames.style()))
            assert await overflow(page) == [], name
            assert [fault for fault in await faults(page) if not fault.startswith(NO_PAGES)] == [], name


async def test_what_somebody_wrote_is_never_markup() -> None:
    shown = frames.said("<b>Jo</b>", "<script>document.title = 'gone'</script> & *more*", "<i>.docx")
    async with browser_or_skip() as browser, open_page(browser, Look(660), offline=True) as page:
        await page.set_content(frames.page("kept", [shown], frames.style()))
        assert await page.title() == "kept"
        assert await page.get_by_text("& *more*").count() == 1
