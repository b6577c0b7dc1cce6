"""The one place that starts a real browser: for tests of what people see, and for pictures of it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page, async_playwright

from tests.peers import lacking

COMMAND = "chromium"
"""Debian's, which `apt-get install chromium` brings."""
QUIET = [
    "--no-sandbox",  # tests run as root where they run in containers, and open nothing but our own pages
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
"""What keeps Chromium from asking anything of anybody by itself."""
RULES = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
"""Every rule that axe has by itself, its best practices too, and the size of what is pressed (WCAG 2.2, 2.5.8)."""


@dataclass(frozen=True)
class Look:
    """A screen that something is looked at on."""

    width: int
    """Pixels of CSS."""
    scheme: Literal["light", "dark"] = "light"

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}"


DESKTOP, PHONE = 900, 320
"""A window as mail programs give a letter, and the narrowest screen that must do (WCAG 2.2, 1.4.10)."""
LOOKS = (Look(DESKTOP), Look(DESKTOP, "dark"), Look(PHONE), Look(PHONE, "dark"))


class NoBrowser(Exception):
    """Chromium is not installed here."""


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Chromium without a window. Raises `NoBrowser`."""
    command = shutil.which(COMMAND)
    if command is None:
        raise NoBrowser(f"{COMMAND} is not installed")
    async with (
        async_playwright() as playwright,
        await playwright.chromium.launch(executable_path=command, args=QUIET) as browser,
    ):
        yield browser


@asynccontextmanager
async def browser_or_skip() -> AsyncIterator[Browser]:
    """The same for tests: where there is no browser they are skipped, but fail where `CI` says that all must run."""
    try:
        async with open_browser() as browser:
            yield browser
    except NoBrowser as why:
        lacking(str(why))


@asynccontextmanager
async def open_page(browser: Browser, look: Look, *, height: int = 700, offline: bool = False) -> AsyncIterator[Page]:
    """An empty tab of a browser that knows no cookie. `offline`: nothing of the network can be reached."""
    async with await browser.new_context(
        viewport={"width": look.width, "height": height}, color_scheme=look.scheme, offline=offline
    ) as context:
        yield await context.new_page()


async def faults(page: Page) -> list[str]:
    """What axe finds wrong with what is shown: the rule, what it asks for, and where."""
    if not await page.evaluate("typeof window.axe?.run == 'function'"):
        await page.evaluate(AXE_SCRIPT)
    violations = await page.evaluate("options => axe.run(options).then(found => found.violations)", RULES)
    return [
        f"{violation['id']}: {violation['help']}: {node['html']}"
        for violation in violations
        for node in violation["nodes"]
    ]


async def overflow(page: Page) -> list[str]:
    """What is wider than the window, so that it must be scrolled sideways."""
    return list(await page.evaluate(WIDER))


WIDER = """() => [...document.querySelectorAll('body, body *')]
    .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5
        || one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display != 'inline')
    .map(one => one.outerHTML.slice(0, 200))"""
