"""What is found behind the tab Home, and a list with its menus, from examples."""

from datetime import date, timedelta

from bot.notices import Choice, Health, Home, Menu, Queue, Status
from bot.notices.examples import FILE, HELD, MAY, NOON, REVIEW, SEN, YEAR
from bot.notices.variants import Variant
from bot.notices.variants.values import OTHERS, REJECTED, RETURN

MENU = Menu(
    choice=Choice(), first=date(2026, 9, 1), last=date(2027, 8, 31), statuses=("Sent", "Received", "Rejected"),
    senders=((1, "Jo Sands"), (2, "Tom Ashe")),
)  # fmt: skip
CHOSEN = MENU.model_copy(update={"choice": Choice(period="dates", text="plan"), "chosen": True, "pages": 2})
HEALTH = Health(
    inbox_waiting=2, inbox_oldest=NOON, quarantined=1, outbox_waiting=0, outbox_oldest=None, outbox_failed=0,
    files=(("Sent", 4), ("Received", 210)), unattended=(("PLAY", "Positive Play"),),
)  # fmt: skip
SCHOOL = Home(at=NOON, schools=("8302000 Leys Junior School",), period=YEAR, files=(FILE, REVIEW), may=MAY, menu=MENU)

HOMES = (
    Variant("home-school", "Somebody of a school opens Home.", SCHOOL.model_copy(update={"held": (HELD,)})),
    Variant(
        "home-officer", "An officer opens Home.",
        Home(
            at=NOON, services=("SEN",), waiting=(FILE, OTHERS), decided=(REJECTED,),
            queues=(Queue(service="SEN", service_name=SEN, count=2, oldest=NOON - timedelta(days=2), day=1),),
        ),
    ),
    Variant("home-administrator", "An administrator opens Home.", Home(at=NOON, services=("SEN", "INFO"), health=HEALTH)),
    Variant("home-stranger", "Somebody opens Home who is on no list.", Home(at=NOON, shut="stranger")),
)  # fmt: skip
LISTS = (
    Variant(
        "status-menus", "Menus stand above a list in a direct message.",
        Status(asked="status", period=YEAR, files=(FILE, REVIEW), may=MAY, menu=MENU),
    ),
    Variant(
        "status-chosen", "Days and a word were chosen in the menus.",
        Status(asked="status", period=YEAR, files=(FILE, RETURN), may=MAY, menu=CHOSEN),
    ),
)  # fmt: skip
