"""How mail programs say in each language what they quote: who wrote when, and the header of an older letter (lesson L40).

English, Welsh, and the languages that mail programs of school staff are most often set to. What is said in any other
is known only by its shape (`handlers.mail.reading.attribution`), or kept.
"""

import re
from typing import NamedTuple


class Labels(NamedTuple):
    """The header of an older letter, as programs set to one language repeat it; in lower case, without the colon."""

    sender: frozenset[str]
    sent: frozenset[str]
    rest: frozenset[str]
    """To and Subject."""


def _labels(sender: str, sent: str, rest: str) -> Labels:
    return Labels(*(frozenset(words.split("|")) for words in (sender, sent, rest)))


LABELS = (
    _labels("from", "sent|date", "to|subject"),
    _labels("oddi wrth|gan", "anfonwyd|dyddiad", "at|pwnc|testun"),
    _labels("von", "gesendet|datum", "an|betreff"),
    _labels("de|expéditeur", "envoyé|date|envoyé le", "à|objet|destinataire"),
    _labels("od|nadawca", "wysłano|data|wysłane", "do|temat"),
    _labels("de", "enviado|fecha|enviado el", "para|asunto"),
    _labels("de", "enviado|data|enviada em", "para|assunto"),
    _labels("da", "inviato|data", "a|oggetto"),
    _labels("van", "verzonden|datum", "aan|onderwerp"),
    _labels("de la", "trimis|data|dată", "către|subiect"),
    _labels("nuo", "išsiųsta|data", "kam|tema"),
    _labels("fra", "sendt|dato", "til|emne"),
    _labels("från", "skickat|datum", "till|ämne"),
)
"""English, Welsh, German, French, Polish, Spanish, Portuguese, Italian, Dutch, Romanian, Lithuanian, Danish and
Norwegian, Swedish."""

BEGINS = re.compile(r"[ \t*-]{0,8}(?:On|At|Ar|Am|Le|W dniu|Dnia|El|Em|Il(?: giorno)?|Op|Pe|În|Den)\s", re.IGNORECASE)
"""How the line above a quotation begins where it begins with a word."""

WROTE = re.compile(
    r"\b(?:wrote|writes|ysgrifennodd|schrieb|a écrit|écrivait|napisał\(a\)|napisał[ao]?|pisze|escribió|escreveu"
    r"|ha scritto|schreef|geschreven|a scris|rašė|skrev)(?!\w)",
    re.IGNORECASE,
)
"""«wrote», which that line holds."""

FORWARDED = re.compile(
    r"(?:begin forwarded message|dechrau['’]r neges (?:a anfonwyd ymlaen|wedi['’]i hanfon ymlaen)"
    r"|anfang der weitergeleiteten nachricht|début du message (?:transféré|réexpédié)"
    r"|początek przekazywanej wiadomości|inicio del mensaje reenviado|início da mensagem (?:reencaminhada|encaminhada)"
    r"|inizio messaggio inoltrato|begin doorgestuurd bericht)\s?:$",
    re.IGNORECASE,
)
"""Apple's line above what is forwarded."""

OLDER = (
    "original message|original appointment|forwarded message|reply message|forwarded by .{0,200}"
    "|neges wreiddiol|neges a anfonwyd ymlaen|ursprüngliche nachricht|weitergeleitete nachricht"
    "|message d['’]origine|message transféré|message original|wiadomość oryginalna|oryginalna wiadomość"
    "|wiadomość przekazana dalej|treść przekazanej wiadomości|mensaje original|mensaje reenviado|mensagem original"
    "|messaggio originale|oorspronkelijk bericht|doorgestuurd bericht"
)
"""What stands between dashes above an older letter."""

TELEPHONES = (
    r"envoyé (?:de|depuis) mon {device}|von meinem {device} gesendet|anfonwyd o fy {device}"
    r"|wysłan[eo] z (?:mojego )?{device}|enviado (?:desde mi|do meu) {device}|inviato da(?:l mio)? {device}"
    r"|verzonden vanaf mijn {device}"
)
"""What a telephone adds below a letter, for other languages than English."""
