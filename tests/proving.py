"""An office that mail reaches straight from the Internet, and the name server that it asks about senders."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiosmtplib
import pytest

from tests.dns_peer import DnsPeer, name_server
from tests.office import HandWoundClock, TestOffice, open_office

SCHOOL = "leysjunior.example"
"""The domain of Jo Sands's school."""
HERE = "v=spf1 ip4:127.0.0.1 -all"
"""Mail of this domain comes from this machine."""
NOWHERE = "v=spf1 -all"
TRUST = "POSTROOM__EMAIL__TRUST__"


@asynccontextmanager
async def facing_the_internet(
    directory: Path, environ: Mapping[str, str] | None = None, clock: HandWoundClock | None = None
) -> AsyncIterator[tuple[TestOffice, DnsPeer]]:
    """An office that believes nobody without proof, and the world's names."""
    async with name_server() as dns:
        everybody = {
            f"{TRUST}SUBMISSION_NETWORKS": "[]",
            f"{TRUST}AUTHENTICATE": "true",
            "POSTROOM__DNS__NAMESERVERS": dns.nameservers,
        }
        async with open_office(directory, {**everybody, **(environ or {})}, clock=clock) as post:
            yield post, dns


async def refusal(post: TestOffice, octets: bytes, sender: str) -> str:
    """How the server refuses this mail, after it was sent whole; nothing of it is kept."""
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await post.post(octets, sender)
    assert not post.waiting()
    assert not post.mailboxes.delivered
    return f"{refused.value.code} {refused.value.message}"
