"""What a relay found when it checked a mail: Authentication-Results (RFC 8601), read with suspicion."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import authres

from bot.settings.kinds import NAMELESS
from handlers.mail.trust.lexical import Doubtful, uncommented

FIELD = "Authentication-Results"
AUTHSERV_ID = re.compile(r'\s*(?:"(?P<quoted>[^"\\]*)"|(?P<token>[^\s;"()]+))')
METHOD = re.compile(r"\s*[A-Za-z][A-Za-z0-9-]*\s*=")
NAME = re.compile(r"[a-z0-9._-]{1,100}")
ATOMS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++)*+"
PROPERTY = rf"(?:smtp|header|body|policy)\.[a-z0-9-]++=(?:@|(?:{ATOMS}@)?){ATOMS}"
PLAIN = re.compile(
    rf"(?:;[ \t]*+(?!none)[a-z][a-z0-9-]*+=[a-z]++(?:[ \t]++reason=[a-z0-9]++)?(?:[ \t]++{PROPERTY})*+[ \t]*+)++",
    re.IGNORECASE | re.ASCII,
)
"""Results as nearly every relay writes them: nothing quoted, no version, no blanks but between words (RFC 8601, section 2.2)."""
OTHERS_MAX = 3
NO_VERDICT = {"none", "temperror", "permerror", "bestguesspass"}
"""Results of DMARC that say the author's domain has no policy that could be looked up: SPF and DKIM may still speak.
The last is Microsoft's guess at what a policy would say."""


@dataclass(frozen=True)
class Result:
    """One method's verdict."""

    method: str
    verdict: str
    properties: tuple[tuple[str, str], ...]
    """Such as ("header.from", "school.example"), in lower case."""

    def all(self, name: str) -> list[str]:
        """The domains in every property of this name: of several, one may be forged."""
        return [value.rpartition("@")[2].rstrip(".") for key, value in self.properties if key == name]


def topmost(values: Sequence[str], authserv_ids: Collection[str]) -> list[Result]:
    """The results in the first field by one of these servers; those above by others are passed over (lessons L2, L3).

    One without a name is believed at the very top alone, where only the server that delivers can have written it.
    Raises Doubtful where there is none, or where it cannot be read: those below it are never believed in its place.
    """
    ours = {name.lower() for name in authserv_ids}
    for position, value in enumerate(values):
        name, rest = _signed(value)
        if name in ours and (name != NAMELESS or position == 0):
            return _parsed(rest)
    raise Doubtful(f"the mail service that brought it does not say that it checked the sender ({_others(values)})")


def sealed(value: str) -> list[Result]:
    """The results that a sealer whom we trust found, in its ARC-Authentication-Results. Raises Doubtful."""
    _, rest = _signed(value)
    return _parsed(rest)


def proof(results: Sequence[Result], domain: str) -> str:
    """Why these results prove that a mail is from this domain. Raises Doubtful where they do not.

    DMARC speaks for the domain in From. Where it has no verdict, a DKIM signature or SPF must be for this very domain
    (lesson L4): to accept a parent domain would need the list of public suffixes, as `derbyshire.sch.uk` is one.
    """
    dmarc = [result for result in results if result.method == "dmarc"]
    if len(dmarc) > 1:
        raise Doubtful("the sender was checked twice, with more than one result")
    for result in dmarc:
        said = result.all("header.from")
        if result.verdict == "pass" and said == [domain]:
            return f"dmarc=pass for {domain}"
        if result.verdict not in NO_VERDICT and (said or result.verdict != "pass"):
            raise Doubtful(f"the check by DMARC did not pass for {domain}")
    if domain in _signers(results):
        return f"dkim=pass for {domain}"
    if _envelope_domain(results) == domain:
        return f"spf=pass for {domain}"
    raise Doubtful(f"no check of the sender passed for {domain}")


def _signers(results: Sequence[Result]) -> set[str]:
    """Domains with a sound DKIM signature. A signer may only name what is its own (RFC 6376, section 3.5)."""
    sound = (result for result in results if result.method == "dkim" and result.verdict == "pass")
    named = (result.all("header.d") or result.all("header.i") for result in sound)
    return {names[0] for names in named if len(names) == 1}


def _envelope_domain(results: Sequence[Result]) -> str | None:
    """The domain of the envelope sender, where SPF passed for it and nothing in the field contradicts that."""
    checked = [result for result in results if result.method == "spf" and result.all("smtp.mailfrom")]
    if len(checked) != 1 or checked[0].verdict != "pass":
        return None
    names = checked[0].all("smtp.mailfrom")
    return names[0] if len(names) == 1 else None


def _others(values: Sequence[str]) -> str:
    """Whose results there are instead, for an administrator who has to write the right name into authserv_ids."""
    names = dict.fromkeys(name for name, _ in map(_signed, values[:OTHERS_MAX]) if name)
    legible = [name for name in names if NAME.fullmatch(name)]
    return (
        f"authserv_ids does not name {', '.join(legible)}"
        if legible
        else f"it has no {FIELD}{' that can be read' if values else ''}"
    )


def _signed(value: str) -> tuple[str | None, str]:
    """The name of the server, and what follows it."""
    if METHOD.match(value):
        return NAMELESS, f"; {value}"
    if not (match := AUTHSERV_ID.match(value)):
        return None, ""
    name = (match["quoted"] or match["token"] or "").lower()
    return None if name == NAMELESS else name, value[match.end() :]


def _parsed(rest: str) -> list[Result]:
    # authres passes over what it cannot read, and must find no open comment to do so in
    text = uncommented(rest, FIELD)
    if PLAIN.fullmatch(text):
        return [_plain(words) for words in text.lower().split(";")[1:]]
    try:
        header = authres.parse_value(f"us {text}")
    except authres.AuthResError as error:
        raise Doubtful(f"{FIELD} cannot be read") from error
    return [
        Result(
            result.method,
            result.result,
            tuple((f"{found.type}.{found.name}", (found.value or "").lower()) for found in result.properties),
        )
        for result in header.results
    ]


def _plain(words: str) -> Result:
    """One method's result where all of them are `PLAIN`, as authres reads it (a property test holds the two together): it
    takes a tenth of the time of taking a mail in, for it looks for comments between any two words."""
    (method, _, verdict), *said = (word.partition("=") for word in words.split())
    return Result(method, verdict, tuple((name, value) for name, _, value in said if name != "reason"))
