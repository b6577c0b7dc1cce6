"""Of what is told of files that came, and of what becomes of them."""

from bot import notices
from bot.notices import (
    FILE,
    HELD,
    RECEIVED,
    SENT,
    Outcome,
    odd_mail,
    quarantine,
    retention,
)
from bot.notices.examples import COLD, LINKS, MODEL, REVIEW
from bot.notices.variants.values import (
    CHOICE,
    CHOICES,
    DECLINED,
    DOUBTFUL,
    HERE,
    NAMELESS,
    OTHER_LINK,
    OTHERS,
    RETURN,
    SUGGESTED,
    numbered_from,
    refused,
)
from bot.notices.variants.variant import Variant

VARIANTS: tuple[Variant, ...] = (
    Variant(
        "receipt-several", "Several files came with one email.",
        notices.Receipt(outcomes=(SENT, SENT.model_copy(update={"given": RETURN.name, "file": RETURN}))),
    ),
    Variant(
        "receipt-doubtful", "There is something to check, and the file was named otherwise before.",
        notices.Receipt(outcomes=(DOUBTFUL,)),
    ),
    Variant(
        "receipt-remaining", "One of two held files was accepted, and the other still waits.",
        notices.Receipt(outcomes=(SENT,), remaining=(CHOICES,)),
    ),
    Variant("advice-choices", "Several names are possible.", notices.Advice(outcomes=(CHOICES,))),
    Variant("advice-choice", "One name is possible, but not sure.", notices.Advice(outcomes=(CHOICE,))),
    Variant(
        "advice-subject", "The file's own name says nothing, but the subject of its email does.",
        notices.Advice(outcomes=(SUGGESTED,)),
    ),
    Variant("advice-nameless", "Nothing can be guessed.", notices.Advice(outcomes=(NAMELESS,))),
    Variant(
        "advice-several", "Several files wait for their names.",
        notices.Advice(outcomes=(HELD, numbered_from(2, CHOICES), numbered_from(4, NAMELESS))),
    ),
    Variant("advice-again", "What they replied settled nothing.", notices.Advice(outcomes=(CHOICES,), unused="7")),
    Variant(
        "advice-too-large", "The file is larger than may be sent.",
        notices.Advice(outcomes=(refused("8302000_SENvideo20260901.zip", "too-large", "180000000"),)),
    ),
    Variant("advice-empty", "The file is empty.", notices.Advice(outcomes=(refused(FILE.name, "empty"),))),
    Variant(
        "advice-elsewhere", "In Slack a link, a canvas, and files that were not to be had.",
        notices.Advice(outcomes=(
            refused("Autumn plans", "external"), refused("Notes", "canvas"), refused(FILE.name, "gone"),
            refused(RETURN.name, "unreachable"),
        )),
    ),
    Variant(
        "mixed-all", "One file of each fate.",
        notices.Mixed(outcomes=(SENT, CHOICE, refused("8302000_SENplan20260901.exe", "extension-forbidden", ".exe"), HERE)),
    ),
    Variant(
        "duplicate-several", "Several files were here already.",
        notices.Duplicate(outcomes=(HERE, Outcome(verdict="duplicate", given=REVIEW.name, file=REVIEW))),
    ),
    Variant(
        "discarded-remaining", "One of two held files was declined, and the other still waits.",
        notices.Discarded(outcomes=(DECLINED,), remaining=(CHOICE,)),
    ),
    Variant(
        "discarded-unanswered", "Nobody answered for held files, so their time ran out.",
        notices.Discarded(outcomes=(DECLINED,), unanswered_days=7),
    ),
    Variant(
        "unreceived-administrators", "To the administrators: one waits for their word, another stays frozen.",
        notices.Unreceived(
            files=(FILE, OTHERS.model_copy(update=COLD)), links=LINKS | OTHER_LINK, overdue=(FILE.reference,), more=12,
            days={FILE.reference: 95, OTHERS.reference: 67}, reader="administrators",
        ),
    ),
    Variant(
        "unreceived-frozen", "To a place: a file that stays frozen.",
        notices.Unreceived(
            files=(RECEIVED.model_copy(update=COLD),), days={RECEIVED.reference: 60}, reader="place",
        ),
    ),
    Variant(
        "nothing-attached-pictures", "Only pictures of the letter itself came.",
        notices.NothingAttached(only_pictures=True, model=MODEL),
    ),
    *(Variant(*example) for example in (*odd_mail.examples(), *notices.decisions.examples())),
    *(Variant(*example) for example in (*quarantine.variants(), *retention.variants())),
)  # fmt: skip
