"""Letters of ours as mail programs quote them below, above and around what somebody types."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache

from bot.notices.variants import every
from tests.channels.parcels import RENDERER, parcel

NOTICES = {variant.name: variant.notice for variant in every()}
WHO = "Northshire Returns"
ADDRESS = "returns@council.example"
MARKER = re.compile(r"<p class=\"above\"[^>]*>[^<]*</p>")


@dataclass(frozen=True)
class Older:
    """What is quoted: a letter of ours."""

    subject: str
    text: str
    page: str
    """What stands in its body element."""


@cache
def older(name: str, *, whole: bool = True) -> Older:
    """An example of a notice, as it is sent; not `whole`: somebody has taken away the line above which to reply."""
    message = message_from_bytes(RENDERER.message(parcel(NOTICES[name])), policy=policy.default)
    assert isinstance(message, EmailMessage)
    text, page = (_body(message, kind) for kind in ("plain", "html"))
    inner = page.partition("<body")[2].partition(">")[2].rpartition("</body>")[0]
    if not whole:
        text, inner = text.partition("\n\n")[2], MARKER.sub("", inner)
    return Older(str(message["Subject"]), text.strip(), inner)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


Way = Callable[[str, Older], str]
"""What somebody typed, and what it is put together with, to the body of a mail."""


def lines_marked(text: str, mark: str = "> ") -> str:
    """As most programs quote in plain text."""
    return "\n".join(f"{mark}{line}".rstrip() for line in text.split("\n"))


def divs(text: str, tag: str = "div", attributes: str = "") -> str:
    """Each line an element of its own, as editors write them."""
    return "".join(f"<{tag}{attributes}>{html.escape(line) or '<br>'}</{tag}>\n" for line in text.split("\n"))


def _header(labels: str, subject: str, tail: str = "") -> str:
    who, when, to, about = labels.split("|")
    said = (f"{who} {WHO} <{ADDRESS}>", f"{when} 01 October 2026 09:01", f"{to} Jo Sands <jo@leys.example>")
    return "\n".join(f"{line}{tail}" for line in (*said, f"{about} {subject}"))


ENGLISH = "From:|Sent:|To:|Subject:"
LANGUAGES = {
    "english": ENGLISH,
    "welsh": "Oddi wrth:|Anfonwyd:|At:|Pwnc:",
    "german": "Von:|Gesendet:|An:|Betreff:",
    "french": "De :|Envoyé :|À :|Objet :",
    "polish": "Od:|Wysłano:|Do:|Temat:",
}
ATTRIBUTIONS = {
    "gmail": f"On Thu, 1 Oct 2026 at 09:01, {WHO} <{ADDRESS}> wrote:",
    "gmail broken": f"On Thu, 1 Oct 2026 at 09:01, {WHO} of the Authority <\n{ADDRESS}> wrote:",
    "apple": f"On 1 Oct 2026, at 09:01, {WHO} <{ADDRESS}> wrote:",
    "thunderbird": f"On 01/10/2026 09:01, {WHO} wrote:",
    "evolution": f"On Thu, 2026-10-01 at 09:01 +0100, {WHO} wrote:",
    "bare": f"{WHO} wrote:",
    "welsh": f"Ar Iau, 2026-10-01 am 09:01 +0100, ysgrifennodd {WHO}:",
    "welsh gmail": f"Ar Iau, 1 Hyd 2026 am 09:01, {WHO} <{ADDRESS}> ysgrifennodd:",
    "french": f"Le jeu. 1 oct. 2026 à 09:01, {WHO} <{ADDRESS}> a écrit :",
    "french thunderbird": f"Le 01/10/2026 à 09:01, {WHO} a écrit :",
    "german": f"Am Do., 1. Okt. 2026 um 09:01 Uhr schrieb {WHO} <\n{ADDRESS}>:",
    "german thunderbird": f"Am 01.10.26 um 09:01 schrieb {WHO}:",
    "polish": f"czw., 1 paź 2026 o 09:01 {WHO} <{ADDRESS}> napisał(a):",
    "polish thunderbird": f"W dniu 1.10.2026 o 09:01, {WHO} pisze:",
    "spanish": f"El jue, 1 oct 2026 a las 9:01, {WHO} (<{ADDRESS}>) escribió:",
    "ukrainian": f"чт, 1 жовт. 2026 р. о 09:01 {WHO} <{ADDRESS}> пише:",
    "old gmail": f"2026-10-01 9:01 GMT+01:00 {WHO} <{ADDRESS}>:",
}


def marked_below(attribution: str, mark: str = "> ") -> Way:
    return lambda typed, old: f"{typed}\n\n{attribution}\n\n{lines_marked(old.text, mark)}\n"


def marked_above(attribution: str) -> Way:
    return lambda typed, old: f"{attribution}\n{lines_marked(old.text)}\n\n{typed}\n"


def headed_below(labels: str, rule: str = "_" * 32) -> Way:
    return lambda typed, old: f"{typed}\n\n{rule}\n{_header(labels, old.subject)}\n\n{old.text}\n"


def forwarded_below(line: str, *, mark: str = "") -> Way:
    header = "From: {}\nDate: Thu, 1 Oct 2026 at 09:01\nSubject: {}\nTo: Jo Sands <jo@leys.example>"
    return lambda typed, old: (
        f"{typed}\n\n{line}\n{lines_marked(header.format(WHO, old.subject), mark)}\n\n{lines_marked(old.text, mark)}\n"
    )


PLAIN: dict[str, Way] = {
    **{f"reply above: {name}": marked_below(line) for name, line in ATTRIBUTIONS.items()},
    **{f"reply below: {name}": marked_above(line) for name, line in ATTRIBUTIONS.items()},
    **{f"outlook: {name}": headed_below(labels) for name, labels in LANGUAGES.items()},
    "outlook desktop": headed_below(ENGLISH, "-----Original Message-----"),
    "outlook desktop, no rule": headed_below(ENGLISH, ""),
    "outlook desktop, marked": lambda typed, old: (
        f"{typed}\n\n{lines_marked(_header(ENGLISH, old.subject))}\n>\n{lines_marked(old.text)}\n"
    ),
    "gmail web, dark quote": marked_below(ATTRIBUTIONS["gmail"], ">"),
    "iphone": lambda typed, old: (
        f"{typed}\n\nSent from my iPhone\n\n{lines_marked(ATTRIBUTIONS['apple'])}\n> \n{lines_marked(chr(0xFEFF) + old.text)}\n"
    ),
    "outlook for ios": lambda typed, old: headed_below(ENGLISH)(
        f"{typed}\n\nGet Outlook for iOS<https://aka.ms/o0ukef>", old
    ),
    "outlook for android": lambda typed, old: headed_below(ENGLISH)(
        f"{typed}\n\nSent from Outlook for Android<https://aka.ms/AAb9ysg>", old
    ),
    "samsung": lambda typed, old: (
        f"{typed}\n\n\n\nSent from my Galaxy\n\n\n-------- Original message --------\n{_header('From:|Date:|To:|Subject:', old.subject)}\n\n{old.text}\n"
    ),
    "forward: gmail": forwarded_below("---------- Forwarded message ---------"),
    "forward: gmail in welsh": forwarded_below("---------- Neges wedi'i hanfon ymlaen ---------"),
    "forward: gmail in polish": forwarded_below("---------- Wiadomość przekazana dalej ---------"),
    "forward: gmail in croatian": forwarded_below("---------- Proslijeđena poruka ---------"),
    "forward: thunderbird in german": forwarded_below("-------- Weitergeleitete Nachricht --------"),
    "forward: apple": forwarded_below("Begin forwarded message:", mark="> "),
    "forward: apple in french": forwarded_below("Début du message transféré :", mark="> "),
    "forward: apple, unmarked": forwarded_below("Begin forwarded message:"),
}
"""Plain text, by the program and what is done with it."""


def _gmail(typed: str, old: Older, *, below: str = "", signature: str = "") -> str:
    page = re.sub(r'class="(\w+)"', r'class="m_-4711\1"', old.page)
    line = html.escape(ATTRIBUTIONS["gmail"]).replace(ADDRESS, f'<a href="mailto:{ADDRESS}">{ADDRESS}</a>')
    return (
        f'<div dir="ltr">{divs(typed) if typed else ""}</div>{signature}<br>'
        f'<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{line}<br></div>'
        '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">'
        f"{page}</blockquote>{below}</div>\n"
    )


def _gmail_forward(typed: str, old: Older) -> str:
    inner = (
        f'{old.page}<br><div class="gmail_quote"><blockquote class="gmail_quote">status</blockquote>recall</div>recall'
    )
    return (
        f'<div dir="ltr">{divs(typed)}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
        f'---------- Wiadomość przekazana ---------<br>Od: <strong class="gmail_sendername" dir="auto">{WHO}</strong> '
        f'<span dir="auto">&lt;<a href="mailto:{ADDRESS}">{ADDRESS}</a>&gt;</span><br>Date: czw., 1 paź 2026 o 09:01<br></div>'
        f"<br><br>{inner}</div>\n"
    )


def _word(page: str) -> str:
    """As Outlook for Windows writes anew what it quotes."""
    page = re.sub(r"<(?:style|title)\b.*?</(?:style|title)>|<!--.*?-->", "", page, flags=re.DOTALL)
    page = re.sub(r"<(p|h[1-6]|div)\b[^>]*>", r"<\1 class=MsoNormal>", page)
    return page.replace("</p>", "<o:p></o:p></p>")


def _outlook_desktop(
    typed: str, old: Older, *, labels: str = ENGLISH, signature: str = "", style: str = "E1E1E1"
) -> str:
    who, when, to, about = labels.split("|")
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta name=Generator content="Microsoft Word 15 (filtered medium)">'
        "<style><!-- p.MsoNormal {margin:0cm;} div.WordSection1 {page:WordSection1;} --></style></head>"
        f"<body lang=EN-GB link=blue><div class=WordSection1>\n{divs(typed, 'p', ' class=MsoNormal')}"
        f"<p class=MsoNormal><span style='mso-fareast-language:EN-US'><o:p>&nbsp;</o:p></span></p>\n{signature}"
        f"<div><div style='border:none;border-top:solid #{style} 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>"
        f"<b><span lang=EN-US>{who}</span></b><span lang=EN-US> {WHO} &lt;{ADDRESS}&gt; <br><b>{when}</b> 01 October 2026 09:01<br>"
        f"<b>{to}</b> Jo Sands &lt;jo@leys.example&gt;<br><b>{about}</b> {html.escape(old.subject)}<o:p></o:p></span></p></div></div>\n"
        f"<p class=MsoNormal><o:p>&nbsp;</o:p></p>{_word(old.page)}</div></body></html>"
    )


def _outlook_in(labels: str) -> Way:
    return lambda typed, old: _outlook_desktop(typed, old, labels=labels)


def _outlook_web(typed: str, old: Older, *, between: str = '<div id="appendonsend"></div>', signature: str = "") -> str:
    page = re.sub(r'(class|id)="(\w+)"', r'\1="x_\2"', old.page)
    return (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><style type="text/css" style="display:none;">'
        f' P {{margin-top:0;margin-bottom:0;}} </style></head><body dir="ltr">\n'
        f"{divs(typed, attributes=' class=&quot;elementToProof&quot;'.replace('&quot;', chr(34)))}{signature}{between}\n"
        '<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif">'
        f"<b>From:</b> {WHO} &lt;{ADDRESS}&gt;<br><b>Sent:</b> Thursday, October 1, 2026 9:01 AM<br><b>To:</b> Jo<br>"
        f"<b>Subject:</b> {html.escape(old.subject)}</font><div>&nbsp;</div></div>\n<div>{page}</div></body></html>"
    )


def _outlook_telephone(typed: str, old: Older) -> str:
    return (
        f'<html><head></head><body><div dir="auto">{divs(typed)}</div><div dir="auto"><br></div>'
        '<div class="ms-outlook-mobile-signature" id="ms-outlook-mobile-signature" dir="auto">Sent from <a href="https://aka.ms/AAb9ysg">Outlook for Android</a></div>'
        '<hr style="display:inline-block;width:98%"><div id="mail-editor-reference-message-container" dir="auto">'
        f'<div class="ms-outlook-mobile-reference-message skipProofing"><b>From:</b> {WHO}<br></div>'
        f'<div class="ms-outlook-mobile-reference-message skipProofing">{old.page}</div></div></body></html>'
    )


def _apple(typed: str, old: Older, *, below: str = "", signature: str = "", inside: bool = True) -> str:
    line = f'<div>{html.escape(ATTRIBUTIONS["apple"])}</div><br class="Apple-interchange-newline">'
    return (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: break-word;">'
        f'{divs(typed) if typed else ""}{signature}<div>{"" if inside else line}<blockquote type="cite">{line if inside else ""}<div>{old.page}</div>'
        f"</blockquote></div>{below}<br></body></html>"
    )


def _iphone(typed: str, old: Older) -> str:
    return (
        f'<html><body dir="auto">{divs(typed, attributes=" dir=ltr")}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone</div>'
        f'<div dir="ltr"><br><blockquote type="cite">{html.escape(ATTRIBUTIONS["apple"])}<br><br></blockquote></div>'
        f'<blockquote type="cite"><div dir="ltr">\ufeff{old.page}</div></blockquote></body></html>'
    )


def _apple_forward(typed: str, old: Older) -> str:
    return (
        f'<html><body>{divs(typed)}<div><br><blockquote type="cite"><div>Begin forwarded message:</div><br class="Apple-interchange-newline">'
        f"<div><b>From: </b>{WHO}</div><div><b>Subject: </b>{html.escape(old.subject)}</div><div>{old.page}</div></blockquote></div></body></html>"
    )


def _thunderbird(typed: str, old: Older, *, below: str = "", signature: str = "") -> str:
    return (
        f'<!DOCTYPE html><html><head></head><body>{divs(typed, "p") if typed else ""}{signature}<div class="moz-cite-prefix">{ATTRIBUTIONS["thunderbird"]}<br></div>'
        f'<blockquote type="cite" cite="mid:x@council.example"><div>{old.page}</div></blockquote>{below}</body></html>'
    )


def _thunderbird_forward(typed: str, old: Older) -> str:
    return (
        f'<html><body>{divs(typed, "p")}<div class="moz-forward-container"><br>-------- Forwarded Message --------'
        f'<table class="moz-email-headers-table"><tbody><tr><th>Subject: </th><td>{html.escape(old.subject)}</td></tr></tbody></table><br>{old.page}</div></body></html>'
    )


def _unknown(typed: str, old: Older, *, below: str = "") -> str:
    return (
        f"<html><body>{divs(typed, 'p') if typed else ''}<p>{html.escape(ATTRIBUTIONS['apple'])}</p>"
        f"<blockquote>{old.page}</blockquote>{below}</body></html>"
    )


def _below(typed: str) -> str:
    return divs(typed)


PAGES: dict[str, Way] = {
    "gmail": _gmail,
    "gmail, below in the frame": lambda typed, old: _gmail("", old, below=_below(typed)),
    "gmail, below the frame": lambda typed, old: _gmail("", old) + _below(typed),
    "gmail, signed": lambda typed, old: _gmail(
        typed,
        old,
        signature='<br><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature">Jo Sands<br>recall</div>',
    ),
    "gmail, forwarded": _gmail_forward,
    "gmail on a telephone": lambda typed, old: (
        f'<div dir="auto">{divs(typed)}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{html.escape(ATTRIBUTIONS["gmail"])}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{old.page}</blockquote></div>'
    ),
    "gmail of old": lambda typed, old: (
        f'<div class="gmail_extra">{divs(typed)}<div class="gmail_quote">On 1 Oct 2026 9:01 a.m., "{WHO}" &lt;{ADDRESS}&gt; wrote:<br type="attribution"><blockquote class="quote" style="margin:0">{old.page}</blockquote></div><br></div>'
    ),
    "outlook for windows": _outlook_desktop,
    "outlook for windows, signed": lambda typed, old: _outlook_desktop(
        typed,
        old,
        signature="<p class=MsoNormal><a name=\"_MailAutoSig\"><span style='mso-no-proof:yes'>Jo Sands<o:p></o:p></span></a></p><p class=MsoNormal>recall<o:p></o:p></p>",
    ),
    "outlook for mac": lambda typed, old: _outlook_desktop(typed, old, style="B5C4DF"),
    **{f"outlook for windows, {name}": _outlook_in(labels) for name, labels in LANGUAGES.items()},
    "outlook for windows, ukrainian": _outlook_in("Від:|Надіслано:|Кому:|Тема:"),
    "outlook on the web": _outlook_web,
    "outlook, new": lambda typed, old: _outlook_web(typed, old, between=""),
    "outlook, new, signed": lambda typed, old: _outlook_web(
        typed,
        old,
        signature='<div class="elementToProof" id="Signature"><div>Kind regards,</div><div>recall</div><table><tr><td>Jo</td></tr></table></div>',
    ),
    "outlook for ios": lambda typed, old: _outlook_web(
        typed,
        old,
        between='<div id="ms-outlook-mobile-signature"><div><br></div>Get <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div>',
    ),
    "outlook for android": _outlook_telephone,
    "apple mail": _apple,
    "apple mail, below": lambda typed, old: _apple("", old, below=_below(typed)),
    "apple mail, below, of old": lambda typed, old: _apple("", old, below=_below(typed), inside=False),
    "apple mail, signed": lambda typed, old: _apple(
        typed, old, signature='<br id="lineBreakAtBeginningOfSignature"><div>Jo Sands<br>recall</div>'
    ),
    "apple mail, forwarded": _apple_forward,
    "iphone": _iphone,
    "thunderbird": _thunderbird,
    "thunderbird, below": lambda typed, old: _thunderbird("", old, below=_below(typed)),
    "thunderbird, signed": lambda typed, old: _thunderbird(
        typed, old, signature='<pre class="moz-signature" cols="72">-- \nJo Sands\nrecall</pre>'
    ),
    "thunderbird, forwarded": _thunderbird_forward,
    "yahoo": lambda typed, old: (
        f'<div>{divs(typed)}</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>On Thursday, Returns wrote:</div><div>{old.page}</div></div>'
    ),
    "another program": _unknown,
    "another program, below": lambda typed, old: _unknown("", old, below=_below(typed)),
}
"""Pages, by the program and what is done with it."""


def mail(plain: str | None, page: str | None) -> bytes:
    """A mail with a body in plain text, as a page, or both."""
    message = EmailMessage(policy=policy.SMTP)
    if plain is not None:
        message.set_content(plain, cte="quoted-printable")
    if page is not None and plain is not None:
        message.add_alternative(page, subtype="html", cte="quoted-printable")
    elif page is not None:
        message.set_content(page, subtype="html", cte="quoted-printable")
    return message.as_bytes()
