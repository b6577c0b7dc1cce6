"""Links to files that lie elsewhere, recognised by where they lead (lesson L42)."""

from urllib.parse import quote

import pytest

from handlers.mail.reading.elsewhere import links
from tests.channels.opening import Vault, crlf, mixed
from tests.measuring import no_more_work_than

LINKS = {
    "https://1drv.ms/w/s!AbC": "link-onedrive",
    "https://onedrive.live.com/redir?resid=1": "link-onedrive",
    "https://leys-my.sharepoint.com/:w:/g/personal/jo/EaB": "link-onedrive",
    "https://leys.sharepoint.com/sites/office/plan.docx": "link-sharepoint",
    "https://drive.google.com/file/d/1a/view?usp=sharing": "link-google",
    "https://docs.google.com/document/d/1a/edit": "link-google",
    "https://www.dropbox.com/scl/fi/1a/plan.docx?dl=0": "link-dropbox",
    "https://we.tl/t-AbC": "link-wetransfer",
    "https://wetransfer.com/downloads/1a": "link-wetransfer",
    "https://www.icloud.com/attachment/?u=https%3A%2F%2Fcvws": "link-icloud",
    "https://leys.app.box.com/s/1a": "link-elsewhere",
    "https://outlook.office365.com/Encryption/retrieve.ashx?id=1": "encrypted-office",
    "https://reader.egress.com/v.aspx?id=1": "encrypted-egress",
}
each_link = pytest.mark.parametrize("link", LINKS)


@each_link
def test_each_product_is_known_by_its_links(link: str) -> None:
    assert links(f"The plan: {link}\nJo", []) == (LINKS[link],)
    assert links("", [f'<p>The plan: <a class=x href="{link}">plan.docx</a></p>']) == (LINKS[link],)


@each_link
def test_a_link_that_a_gateway_wrapped_is_known_all_the_same(link: str) -> None:
    assert links(f"https://eur02.safelinks.protection.outlook.com/?url={quote(link, safe='')}&data=05", []) == (
        LINKS[link],
    )
    assert links(f"https://urldefense.com/v3/__{link}__;!!AbC$", []) == (LINKS[link],)
    old = quote(link, safe="").replace("%2F", "_").replace("%", "-")
    assert links(f"https://urldefense.proofpoint.com/v2/url?u={old}&d=Dw", [])[:1] == (LINKS[link],)


@pytest.mark.parametrize(
    "words",
    [
        "Is the link to OneDrive, or drive.google.com, good enough?",
        "https://www.sharepoint.com.evil.example/x",
        "https://leys.sch.example/policies",
        "https://drive.google.com/",
        "https://notdropbox.com/s/1a",
        "",
    ],
)
def test_other_words_are_no_such_link(words: str) -> None:
    assert links(words, [f'<a href="{words}">x</a>']) == ()


@pytest.mark.parametrize(
    "quoted",
    [
        '<blockquote type="cite">',
        '<div class="gmail_quote gmail_quote_container">',
        "<div id=divRplyFwdMsg>",
        '<div id="appendonsend"></div>',
        "<div class='moz-cite-prefix'>",
    ],
)
def test_a_link_in_what_is_quoted_is_not_theirs(quoted: str) -> None:
    page = f'<p>Thanks</p>{quoted}<a href="https://1drv.ms/w/s!AbC">plan</a>'
    assert links("Thanks", [page]) == ()


def test_a_gmail_chip_and_an_outlook_card_are_seen_where_the_plain_words_hide_them() -> None:
    card = '<div><a href="https://leys-my.sharepoint.com/:w:/g/personal/x"><img src="cid:1"><span>Plan.docx</span></a></div>'
    mail = crlf(
        "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nPlan.docx\n"
        f"--b\nContent-Type: text/html\n\n{card}\n--b--\n"
    )
    assert Vault().open(mail).missing == ("link-onedrive",)


def test_a_link_in_an_attached_message_is_not_theirs() -> None:
    inner = "Content-Type: message/rfc822\n\nContent-Type: text/html\n\n<a href='https://1drv.ms/w/s!AbC'>plan</a>"
    assert "link-onedrive" not in Vault().open(mixed("Content-Type: text/plain\n\nhello", inner)).missing


@pytest.mark.parametrize(
    "unit", ["<a ", "<a href=", "//", "a.", "class=", "https://a-my.", '<a href="x', "%2F%2F", "__"]
)
def test_a_letter_made_on_purpose_takes_no_time(unit: str) -> None:
    with no_more_work_than(seconds=3):
        links(unit * (200_000 // len(unit)), [unit * (200_000 // len(unit))])
