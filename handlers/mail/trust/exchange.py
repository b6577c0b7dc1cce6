"""What Exchange says of mail within its own organisation, which SPF, DKIM and DMARC do not check."""

from handlers.mail.message.head import Head

AUTH_AS = "X-MS-Exchange-Organization-AuthAs"
"""Exchange's header firewall removes it from what comes from outside, and writes what it found out itself."""
SIGNED_IN = "internal"


def sent_within(head: Head) -> bool:
    """Whether its sender was signed in to the organisation. Of two such fields one would be forged: then neither counts."""
    return [value.strip().lower() for value in head.all(AUTH_AS)] == [SIGNED_IN]


def may_be_within(head: Head) -> bool:
    """Whether anything says so: of such mail nothing that was checked stands at the top."""
    return any(value.strip().lower() == SIGNED_IN for value in head.all(AUTH_AS))
