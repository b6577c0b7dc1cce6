"""Of what officers decide, and are told."""

from bot import notices
from bot.notices import (
    FILE,
    RECEIVED,
)
from bot.notices.examples import COLD, FROM_INFO, LINKS, NOON, SEN, WAITS
from bot.notices.facts import Wait
from bot.notices.variants.values import OTHER_LINK, OTHER_WAIT, OTHERS, REJECTED, RETURN, WRONG_CHILD, received
from bot.notices.variants.variant import Variant

VARIANTS: tuple[Variant, ...] = (
    Variant(
        "received-several", "One act received several files.",
        notices.Received(files=(RECEIVED, received(OTHERS)), by="Sam Hale"),
    ),
    Variant(
        "rejected-headteacher", "To the headteacher.",
        notices.Rejected(files=(REJECTED,), by="Sam Hale", why=WRONG_CHILD, reader="headteacher"),
    ),
    Variant(
        "rejected-administrators", "To the administrators, because the school has no headteacher on record.",
        notices.Rejected(files=(REJECTED,), by="Sam Hale", why=WRONG_CHILD, reader="administrators"),
    ),
    Variant(
        "new-files-several", "One email brought several files.",
        notices.NewFiles(files=(FILE, OTHERS), links=LINKS | OTHER_LINK, service="SEN", service_name=SEN),
    ),
    Variant(
        "new-files-moved", "An officer of another service moved it here.",
        notices.NewFiles(
            files=(FILE.model_copy(update=FROM_INFO),), links=LINKS, service="SEN", service_name=SEN,
            moved_by="Ian Farrow", why="It is a plan for SEN.",
        ),
    ),
    Variant(
        "new-files-place", "To a place that others may read.",
        notices.NewFiles(files=(FILE.elsewhere(),), service="SEN", service_name=SEN, place=True),
    ),
    Variant(
        "new-files-unattended", "To the administrators, because the service has nobody.",
        notices.NewFiles(
            files=(RETURN,), links={RETURN.reference: LINKS[FILE.reference]}, service="INFO", service_name="EYFS, Phonics",
            unattended=True,
        ),
    ),
    Variant(
        "waiting-several", "Several files wait.",
        notices.Waiting(
            files=(FILE, OTHERS), links=LINKS | OTHER_LINK, service="SEN", service_name=SEN, hours=24, waits=WAITS | OTHER_WAIT,
        ),
    ),
    Variant(
        "waiting-place", "To a place that others may read.",
        notices.Waiting(files=(FILE.elsewhere(),), service="SEN", service_name=SEN, hours=24, waits=WAITS, place=True),
    ),
    Variant(
        "waiting-unattended", "To the administrators, because the service has nobody.",
        notices.Waiting(
            files=(FILE,), links=LINKS, service="SEN", service_name=SEN, hours=24, waits=WAITS, unattended=True,
        ),
    ),
    Variant(
        "waiting-escalated", "To the administrators, because the service was reminded in vain.",
        notices.Waiting(
            files=(FILE, OTHERS), links=LINKS | OTHER_LINK, service="SEN", service_name=SEN, hours=48,
            waits={FILE.reference: Wait(since=NOON, hours=51), OTHERS.reference: Wait(since=NOON, hours=48)},
            escalated=True, officers=((SEN, ("Sam Hale", "Nadia Brook")),),
        ),
    ),
    Variant(
        "decided-own", "To the officer who decided.",
        notices.Decided(files=(RECEIVED,), links=LINKS, act="received", by="Sam Hale", own=True),
    ),
    Variant(
        "decided-moved", "Several files were moved, and why.",
        notices.Decided(
            files=tuple(one.model_copy(update=FROM_INFO) for one in (FILE, OTHERS)), act="moved",
            by="Ian Farrow", why="Both are plans for SEN.",
        ),
    ),
    Variant(
        "lost-race-own", "The officer has received it already.",
        notices.LostRace(file=RECEIVED, act="receive", own=True, links=LINKS),
    ),
    Variant(
        "lost-race-moved", "Another service has it now.",
        notices.LostRace(file=FILE.model_copy(update=FROM_INFO), act="receive"),
    ),
    Variant(
        "lost-race-frozen", "Its school says that it is the wrong file.",
        notices.LostRace(file=FILE.model_copy(update=COLD), act="receive"),
    ),
)  # fmt: skip
