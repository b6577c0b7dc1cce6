"""What gateways and employers put above and below every letter is nobody's comment (docs/mail-and-chat.md, L40, L46)."""

import html

import pytest

from handlers.mail.reading.footers import Wordings
from handlers.mail.reading.text import new_text
from tests.channels.opening import text_of
from tests.channels.quoting import PAGES, PLAIN, mail, older

BANNERS = [
    "CAUTION: This email originated from outside of the organisation. Do not click links or open attachments unless you recognise the sender and know the content is safe.",
    "CAUTION: This email originated from outside of the organisation. Do not\nclick links or open attachments unless you recognise the sender and know\nthe content is safe.",
    "*CAUTION:* This email originated from outside Derbyshire County Council. Please do not click on links or open attachments unless you are sure of the sender.",
    "[EXTERNAL EMAIL] Do not click any links or open attachments unless you trust the sender.",
    "EXTERNAL EMAIL: This message came from an external sender. Be careful with links. If you suspect phishing report it to the IT service desk.",
    "⚠ WARNING: This message was sent from outside the school. Never open attachments from people you do not know.",
    "This email originated from outside of the Trust. Think before you click a link!",
    "*** ATTENTION: External sender, do not open attachments you did not expect ***",
    "You don't often get email from jo@leys.example. Learn why this is important<https://aka.ms/LearnAboutSenderIdentification>",
    "Some people who received this message don’t often get email from jo@leys.example. [Learn why this is important](https://aka.ms/LearnAboutSenderIdentification)",
    "You don't often get email from jo@leys.example. Learn why this is important",
    "[EXTERNAL]",
    "** EXTERNAL EMAIL **",
    "OFFICIAL-SENSITIVE",
    "Classification: OFFICIAL",
    "RHYBUDD: daw'r e-bost hwn o'r tu allan i'r Cyngor.",
]

DISCLAIMERS = [
    "This email and any attachments are confidential and intended solely for the addressee.\nIf you are not the intended recipient please delete it.\n\nLeys Junior School is part of the Valley Trust. recall",
    "This e-mail (and any files transmitted with it) is confidential and may be legally privileged.",
    "The information contained in this communication from the sender is confidential. It is intended solely for use by the recipient.\n\nThis email has been scanned for viruses and malware, and may have been automatically archived by Mimecast Ltd.",
    "Disclaimer\n\nThe information contained here is ours.\n\nThis email has been scanned.",
    "CONFIDENTIALITY NOTICE: this message is intended only for the named recipient.",
    "Confidential: if you have received this in error, tell us.",
    "Any views or opinions expressed are those of the author and do not necessarily represent those of the school.",
    "If you have received this message in error please notify the sender.",
    "P Please consider the environment before printing this e-mail.",
    "Think before you print! Please consider the environment.",
    "All emails are monitored and may be subject to the Freedom of Information Act.",
    "This email was sent securely using Egress Protect.",
    "This message has been scanned for viruses by Sophos.",
    "Mae'r e-bost hwn ac unrhyw atodiadau yn gyfrinachol ac wedi'u bwriadu ar gyfer y derbynnydd yn unig.",
    "**********************************************************************\nThis email and any files transmitted with it are confidential.\n**********************************************************************",
]


@pytest.mark.parametrize("banner", BANNERS)
def test_a_warning_above_hides_no_command_and_is_no_comment(banner: str) -> None:  # lesson L46
    for between in ("\n", "\n\n"):
        assert new_text(f"{banner}{between}recall\n\nSorry.") == "recall\n\nSorry."
    assert new_text(f"{BANNERS[0]}\n\n{banner}\n\nyes") == "yes"
    assert new_text(banner) == ""


@pytest.mark.parametrize("disclaimer", DISCLAIMERS)
def test_a_disclaimer_below_is_no_comment(disclaimer: str) -> None:
    for above in ("yes\n\n", "yes\n\nKind regards\nJo\n", ""):
        assert new_text(above + disclaimer) == above.strip()
    assert new_text(f"{disclaimer}\n\n> quoted\n\nyes, the second one") == "yes, the second one"


@pytest.mark.parametrize(
    "own",
    [
        "This came from outside the school.",
        "Caution is needed with this plan: it is a draft.",
        "External moderation is attached.",
        "Warning: the figures for year 6 changed.",
        "Please do not open this one, the second is right.",
        "Official figures for the autumn",
        "This email brings the plan and the register.",
        "This message is for Sam: the plan is confidential, please recall the other.",
        "Confidential plan attached for Sam.",
        "The information in this plan is out of date.",
        "If you are not the right person please tell me who is.",
        "Any views on the attached?",
        "Please think about the second page.",
        "Privacy matters here, so only Sam should see it.",
        "Emails to the office bounce at the moment.",
    ],
)
def test_what_somebody_says_of_such_things_stays(own: str) -> None:
    assert new_text(own) == own
    assert new_text(f"{own}\nyes") == f"{own}\nyes"
    assert new_text(f"yes\n\n{own}\n\nThank you") == f"yes\n\n{own}\n\nThank you"


HERE = Wordings.of(["Handle this letter (from the internet) with care"], ["Leys Valley Trust is a company"])


@pytest.mark.parametrize(
    "above",
    [
        "Handle this letter\n(from the INTERNET) with care.",
        "** Handle this letter (from the internet) with care **\n\nOFFICIAL",
    ],
)
def test_what_a_place_says_of_its_own_is_no_comment(above: str) -> None:
    footer = "Leys Valley Trust is a\ncompany limited by guarantee.\n\nIt has ten schools."
    assert new_text(f"{above}\n\nyes\n\n{footer}", HERE) == "yes"
    assert new_text(f"{above}\nyes\n{footer}", HERE) == "yes"
    assert new_text(f"yes\n\nThe Leys Valley Trust is a company\n\n{above}", HERE) != "yes"


@pytest.mark.parametrize("way", ["reply above: gmail", "outlook: english", "iphone", "forward: gmail"])
@pytest.mark.parametrize("typed", ["recall", "The autumn plan,\nas agreed."])
def test_between_a_warning_and_a_disclaimer_stands_what_was_typed(way: str, typed: str) -> None:
    for banner in BANNERS[::4]:
        for disclaimer in DISCLAIMERS[::4]:
            said = PLAIN[way](f"{banner}\n\n{typed}\n\n{disclaimer}", older("receipt"))
            assert text_of(mail(f"{said}\n\n{disclaimer}", None)) == typed


@pytest.mark.parametrize("way", ["gmail", "outlook for windows", "outlook, new, signed", "apple mail", "thunderbird"])
def test_on_a_page_too(way: str) -> None:
    page = PAGES[way]("recall", older("receipt"))
    before, found, after = page.partition("<body")
    assert found or way == "gmail"
    begins = page.index(">", len(before)) + 1 if found else 0
    table = '<table><tr><td style="background:#ffeb9c">{}</td></tr></table>'
    for banner in BANNERS[::4]:
        said = f"{page[:begins]}{table.format(html.escape(banner))}<br>{page[begins:]}"
        assert text_of(mail(None, said)) == "recall"
    assert after or way == "gmail"
