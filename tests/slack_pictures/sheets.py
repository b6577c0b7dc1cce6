"""What is shown in Slack. To add a source, write a function that gives sheets, and name it in `SOURCES`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.arrival import Route
from bot.forms import Form
from bot.notices import FILE
from bot.notices.examples import CODES, NOON
from bot.notices.variants import Variant, every
from bot.notices.variants.values import OTHERS
from bot.parcels import Parcel
from bot.settings.services import Reason
from handlers.slack import modals
from handlers.slack.modals import Bearing
from handlers.slack.outline import outline
from handlers.slack.render import draw_home, pages
from handlers.slack.values import Value
from tests.messages.sheets import who_gets
from tests.slack.blockkit import Surface
from tests.slack.world import Json
from tests.slack_pictures import frames
from tests.slack_pictures.homes import HOMES, LISTS
from tests.slack_pictures.later import LATER
from tests.slack_pictures.markup import Markup, joined
from tests.wording.speaker import speaker

ID = "example"
"""What stands in the place of the id of a notice."""
SERVICES = (("EP", "Education Psychology"), *CODES)
REASONS = ("It is about the wrong child.", "A page is missing.", "It is for another school.")


@dataclass(frozen=True)
class Sheet:
    """Something shown, perhaps in pages."""

    name: str
    """What its files are called."""
    title: str
    who: str
    """Who sees it, and when."""
    surface: Surface
    shown: Sequence[Json]
    """As it is given to Slack: the pages of a message, or one view."""

    @property
    def html(self) -> str:
        """As it looks, as a page."""
        return frames.page(self.title, [self.drawn])

    @property
    def drawn(self) -> Markup:
        """As it looks."""
        return joined(FRAMES[self.surface](one) for one in self.shown)

    @property
    def text(self) -> str:
        """Its words, and what can be pressed, where it is no form."""
        return "\n".join(outline(one["blocks"]) for one in self.shown)


FRAMES: dict[Surface, Callable[[Json], Markup]] = {
    "message": lambda one: frames.message(one["blocks"]),
    "modal": frames.modal,
    "home": frames.home,
}


def messages() -> Iterator[Sheet]:
    """Every notice, from its example and its variants."""
    return (_message(variant, who_gets(variant)) for variant in every())


def later() -> Iterator[Sheet]:
    """Messages drawn anew after their files have changed, and lists with menus."""
    return (_message(variant, variant.when) for variant in (*LATER, *LISTS))


def homes() -> Iterator[Sheet]:
    """What is behind the tab Home."""
    for variant in HOMES:
        letter = speaker(chat=True).letter(variant.notice)
        view = draw_home(Parcel(ID, "", "", variant.notice, letter, Route(), NOON))
        yield Sheet(variant.name, letter.subject, variant.when, "home", [view])


def _message(variant: Variant, who: str) -> Sheet:
    letter = speaker(chat=True).letter(variant.notice)
    shown = [{"text": page.text, "blocks": page.blocks} for page in pages(ID, variant.notice, letter)]
    return Sheet(variant.name, letter.subject, who, "message", shown)


def forms() -> Iterator[Sheet]:
    """Every form that a button opens."""
    form = Form(FILE, services=SERVICES, files=(FILE, OTHERS))
    bearing = Bearing(value=Value(notice=ID, say=f"reject {FILE.reference}"), route=Route(place="C1"))
    reasons = tuple(Reason(text=text) for text in REASONS)
    shown = {
        "reject": ("An officer presses «Reject…».", modals.rejecting(form, reasons, bearing)),
        "move": ("An officer presses «Not ours…».", modals.moving(form, bearing)),
        "receive-all": ("An officer presses «Receive all from this school…».", modals.receiving_all(form, bearing)),
    }
    for name, (when, view) in shown.items():
        yield Sheet(f"form-{name}", view["title"]["text"], when, "modal", [view])


SOURCES: tuple[Callable[[], Iterator[Sheet]], ...] = (messages, later, homes, forms)


def sheets() -> list[Sheet]:
    """All of them."""
    return [sheet for source in SOURCES for sheet in source()]
