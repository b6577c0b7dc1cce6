"""What a newcomer does in five minutes, in a real browser, through the demo's own office."""

from collections.abc import AsyncIterator
from email.message import EmailMessage

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from handlers.cli.demo.mails import Mail
from handlers.cli.demo.opening import Demo
from tests.browser import LOOKS, Look, faults, open_page, overflow
from tests.people import JO, SAM

WIDE = Look(1200)
PATIENCE_MS = 60_000
"""A busy machine is no fault of ours."""


@pytest.fixture
async def page(demo: Demo, browser: Browser) -> AsyncIterator[Page]:
    """The demo's front page."""
    async with open_page(browser, WIDE) as page:
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(demo.rooms.settings.web.base_url)
        yield page


async def press(page: Page, name: str) -> None:
    """Press a button, and see what comes of it."""
    async with page.expect_navigation():
        await page.get_by_role("button", name=name, exact=True).click()


async def be(page: Page, name: str) -> None:
    """Choose a person, of those who have mail by now."""
    await page.reload()
    async with page.expect_navigation():
        await page.get_by_role("navigation", name="People").get_by_role("link", name=name).click()


async def heard(demo: Demo, reader: str, kind: str) -> Mail:
    """Wait until this person has been told."""
    mail = await demo.mailboxes.wait_for(reader, kind, since=0)
    assert mail, (reader, kind)
    return mail


def budget(about: str) -> FilePayload:
    """A file of Riverbank Infant School."""
    return {"name": f"8309002_FIN{about}20260901.csv", "mimeType": "text/csv", "buffer": about.encode()}


async def test_the_first_steps_lead_through_the_whole_product(demo: Demo, page: Page) -> None:
    await press(page, "Send a badly named file")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Not sent yet: 8302000 SENreport")
    letter = page.frame_locator("iframe")
    await expect(letter.get_by_text("This name would be right")).to_be_visible()

    await press(page, "yes")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Sent to SEN: 8302000_SENreport")

    await heard(demo, SAM, "new-files")
    await be(page, "Sam Hale")
    async with page.expect_popup() as opened:
        await letter.get_by_role("link", name="Open the file").click()
    file = await opened.value
    await press(file, "Receive the file")
    await expect(file.get_by_role("heading", level=1)).to_contain_text("You have received 8302000_SENreport")

    await heard(demo, JO, "received")
    await be(page, "Jo Sands")
    await expect(letter.get_by_text("Sam Hale").first).to_be_visible()
    await page.get_by_label("Or in your own words").fill("recall")
    await press(page, "Send the reply")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Too late to recall")
    await press(page, "status")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("status")

    await page.goto(demo.rooms.settings.web.base_url)
    await press(page, "Send a file as a stranger")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("not on our list")


async def test_own_files_are_sent_as_whomever_one_likes(demo: Demo, page: Page) -> None:
    await page.get_by_role("link", name="send files of your own").click()
    await page.get_by_label("Whose mail it is").select_option(
        label="Mina Okafor, sender at Leys Junior School and Riverbank Infant School"
    )
    await press(page, "Be this person")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Send a file as Mina Okafor")
    await page.get_by_label("Files", exact=True).set_input_files([budget("one"), budget("two")])
    await page.get_by_label("Text, which goes with each file").fill("Both of them")
    await press(page, "Send")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("2 files")
    assert len((await heard(demo, "mina.okafor@riverbank.example", "receipt")).references) == 2


async def test_a_hostile_mail_does_nothing_but_open_its_links_beside_it(demo: Demo, page: Page) -> None:
    base = demo.rooms.settings.web.base_url
    message = EmailMessage()
    message["Subject"] = "<script>document.title = 'taken'</script>"
    message.set_content("Hello")
    message.add_alternative(
        "<script>top.location = 'about:blank'</script><p onclick='alert(1)'>Hello</p>"
        f"<form action='{base}/demo/write' method='post'><button>Win</button></form>"
        f"<img src='{base}/demo/style.css' onerror=\"top.document.title = 'taken'\"><a href='{base}/demo'>Look</a>",
        subtype="html",
    )
    await demo.mailboxes.deliver([JO], message.as_bytes())
    await page.goto(f"{base}/demo?of={JO}")
    letter = page.frame_locator("iframe")
    await letter.get_by_text("Hello").click()
    await letter.get_by_role("button", name="Win").click()
    async with page.expect_popup() as opened:
        await letter.get_by_role("link", name="Look").click()
    beside = await opened.value
    await expect(beside.get_by_role("heading", level=1)).to_have_text("Five minutes with Postroom")
    assert await page.title() == "Jo Sands – Postroom demo"
    assert [mail.written for mail in demo.mailboxes.all()] == [False]


@pytest.mark.parametrize("look", [WIDE, *LOOKS], ids=str)
async def test_every_page_can_be_used_by_everybody(demo: Demo, browser: Browser, look: Look) -> None:
    async with open_page(browser, look) as page:
        page.set_default_timeout(PATIENCE_MS)
        base = demo.rooms.settings.web.base_url
        await page.goto(f"{base}/demo")
        await press(page, "Send a badly named file")
        number = page.url.rpartition("/")[2]
        for path in (
            "", f"?of={JO}", "?of=alex.reed@derbyshire.example", "/write", f"/mails/{number}", f"/mails/{number}?as=text",
            f"/mails/{int(number) - 1}", "/mails/0",
        ):  # fmt: skip
            await page.goto(f"{base}/demo{path}")
            assert await faults(page) == [], path
            assert await overflow(page) == [], path


async def test_the_keyboard_gets_past_the_people_to_the_mail(demo: Demo, page: Page) -> None:
    await press(page, "Send a badly named file")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_function("location.hash")  # the browser follows the link in its own time
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.closest('.mail') !== null")


async def test_on_a_narrow_screen_one_goes_back_from_the_mail_to_the_list_to_everybody(
    demo: Demo, browser: Browser
) -> None:
    async with open_page(browser, LOOKS[-1]) as page:
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(f"{demo.rooms.settings.web.base_url}/demo")
        await press(page, "Send a badly named file")
        await page.get_by_role("link", name="All mail of Jo Sands").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Jo Sands")
        await page.get_by_role("link", name="Everybody", exact=True).click()
        await expect(page.get_by_role("navigation", name="People")).to_be_visible()
