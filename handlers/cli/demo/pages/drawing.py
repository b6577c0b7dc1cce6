"""Draws the demo's pages: everybody's mail in one layout, without scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from bot.settings import Settings
from bot.wording import speaking
from handlers.cli.demo.mails import Mail
from handlers.cli.demo.people import Correspondent
from handlers.web import guard

HERE = Path(__file__).parent
STYLE = HERE / "style.css"
HEADERS = {"Content-Security-Policy": f"{guard.PAGE_POLICY}; frame-src 'self'"}
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
"""A mail may do nothing but open a page of its own, so that its links can be followed."""
MAIL_HEADERS = {
    "Content-Security-Policy": (
        f"sandbox {SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
SCROLLS = (
    "<style>html{overflow-y:scroll}::-webkit-scrollbar{width:12px;background:#e8e8e6}"
    "::-webkit-scrollbar-thumb{background:#6f777b;border-radius:6px}</style>"
)
"""Shows that there is more of a mail than its frame shows, also where bars are hidden otherwise."""
KINDS = {
    "alert": "please look", "decided": "confirmation", "lost-race": "too late", "mixed": "receipt and advice",
    "not-authorised": "not allowed", "nothing-attached": "no file", "settled": "already settled",
    "trouble": "our fault", "unknown-command": "not understood", "verified": "receipt checked", "which": "question",
    "": "mail",
}  # fmt: skip
"""What a mail is, where the kind of notice is no word for it."""


@dataclass(frozen=True)
class Box:
    """A mailbox as the list of people shows it."""

    reader: Correspondent
    delivered: int
    written: int


@dataclass(frozen=True)
class Around:
    """What stands on every page, whatever else does."""

    boxes: Sequence[Box]
    reader: Correspondent | None = None
    """Whose mailbox is open."""

    @property
    def in_use(self) -> list[tuple[str, list[Box]]]:
        """The mailboxes in which something lies, by where their readers are at home."""
        busy = (box for box in self.boxes if box.delivered or box.written)
        return [(group, list(boxes)) for group, boxes in groupby(busy, key=lambda box: box.reader.group)]

    @property
    def idle(self) -> list[Box]:
        """The others."""
        return [box for box in self.boxes if not (box.delivered or box.written)]

    @property
    def open_idle(self) -> bool:
        """Whether the others are shown without being asked for."""
        return not self.in_use or self.reader in [box.reader for box in self.idle]


@dataclass(frozen=True)
class Opened:
    """A mail that is shown, and what can be done with it."""

    mail: Mail
    plain: bool
    """Its plain text is wanted."""
    answers: Sequence[Mail]
    suggested: Sequence[str]
    """Commands that answer it as they stand."""
    with_blanks: Sequence[str]
    """Commands of which a part is to be filled in."""


class Drawing:
    """Draws for one authority."""

    def __init__(self, settings: Settings, *, base: str, token: str) -> None:
        """`base`: what stands before every path; `token`: what each form brings back."""
        environment = Environment(
            loader=FileSystemLoader(HERE / "templates"), undefined=StrictUndefined, autoescape=True, trim_blocks=True,
            lstrip_blocks=True,
        )  # fmt: skip
        zone = settings.timezone
        environment.filters |= {
            "clock": lambda at: f"{at.astimezone(zone):%H:%M}",
            "correspondent": _correspondent,
            "kind": lambda mail: KINDS.get(mail.kind, mail.kind.replace("-", " ")),
            "size": speaking.size,
            "when": lambda at: speaking.when(at, zone),
        }
        environment.globals |= {
            "demo": f"{base}/demo", "style": f"{base}/style.css", "sandbox": SANDBOX, "token": token,
        }  # fmt: skip
        self._environment = environment

    def page(self, template: str, *, status: int = 200, **facts: object) -> HTMLResponse:
        """A page of these facts."""
        html = self._environment.get_template(f"{template}.html").render(facts)
        return HTMLResponse(html, status, headers=HEADERS)


def _correspondent(field: str) -> str:
    """Whom a header field names, without the marks that only programs need."""
    name, address = parseaddr(field)
    return f"{name} <{address}>" if name and address else field


def alone(mail: Mail) -> HTMLResponse:
    """The page that a mail brings, shut away by itself; its links open beside it."""
    return HTMLResponse(f'<!doctype html><base target="_blank">{SCROLLS}{mail.html}', headers=MAIL_HEADERS)
