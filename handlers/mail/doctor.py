"""What mail needs and might not have: the part of `postroom doctor` that this channel answers for."""

import asyncio
from collections.abc import Iterator

from handlers.checks import Check, Patient, failed, passed
from handlers.mail.trust.dns import DnsTrouble, Resolver

NAME_SERVERS = "name servers"
REMEDY = (
    "Correct [dns] nameservers, or let this machine reach them on port 53 by UDP and TCP. Until then mail from the "
    "Internet is asked to come again."
)


def checks(patient: Patient) -> Iterator[Check]:
    """Whether those who prove senders to us can be asked."""
    if patient.settings.email.trust.authenticate:
        yield _name_servers(patient)


def _name_servers(patient: Patient) -> Check:
    settings = patient.settings
    domain = settings.email.address.rpartition("@")[2]
    try:
        asyncio.run(Resolver(settings.dns.nameservers).txt(domain))
    except DnsTrouble as trouble:
        return failed(NAME_SERVERS, f"They do not answer ({trouble}).", REMEDY)
    return passed(NAME_SERVERS, f"They answer when asked for {domain}.")
