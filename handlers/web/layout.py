"""The layout of all pages, without scripts; with this module the libraries are loaded that it takes to draw one."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from bot import data
from bot.settings import Settings
from bot.wording.compiled import Compiled

TEMPLATES = Path(__file__).parent / "templates"
_COMPILED = Compiled()


def layout(settings: Settings, base: str) -> Template:
    """As configured. `base`: what stands before every path of ours."""
    environment = Environment(
        loader=FileSystemLoader([TEMPLATES, data.folder("mail_templates")]), undefined=StrictUndefined,
        autoescape=True, trim_blocks=True, lstrip_blocks=True, bytecode_cache=_COMPILED,
    )  # fmt: skip
    environment.globals |= {
        "authority": settings.authority.name,
        "reasons": [reason.text for reason in settings.reasons],
        "style": f"{base}/style.css",
    }
    return environment.get_template("page.html")
