"""Whether Postroom runs now, whether it could where it does not, and whether its pages are reached."""

import errno
import fcntl
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import requests

from bot.settings import Settings
from bot.settings.kinds import is_loopback
from handlers.checks import Check, Patient, failed, passed
from handlers.mail.smtp import doctor as certificates

SERVICE, PAGES, FILE, PROOF = "service", "web address", "certificate for pages", "certificate of the web address"
SECONDS = 10.0
"""How long a page may take."""
SOON = timedelta(days=7)
PROXY = (
    "See that base_url in [web] leads here, by your proxy as README.md shows it or by a certificate of our own, also from the "
    "networks of officers and schools."
)


def checks(patient: Patient) -> Iterator[Check]:
    """Pages are asked for only while somebody serves them."""
    settings = patient.settings
    serves = runs(settings.ledger.file)
    yield passed(SERVICE, "Postroom runs.") if serves else _could_run(settings)
    if settings.web.tls_certificate:
        yield certificates.certificate(
            settings.web.tls_certificate, settings.web.tls_key, patient.clock.now(), FILE, "[web]"
        )
    yield from _pages(settings, patient.clock.now(), serves=serves)


def runs(database: Path) -> bool:
    """Whether a process serves this database: it holds a lock as long as it does."""
    try:
        with Path(f"{database}.lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _could_run(settings: Settings) -> Check:
    smtp, web = settings.email.smtp, settings.web
    places = [("[web]", web.host, web.port)]
    if smtp.enabled and not smtp.host.startswith("unix:"):
        places.append(("[email.smtp]", smtp.host, smtp.port))
    for table, host, port in places:
        if fault := _taken(host, port):
            return failed(
                SERVICE,
                f"Postroom does not run, and could not: {host}:{port} of {table} {_said(fault)}.",
                _remedy(fault, table),
            )
    return passed(SERVICE, "Postroom does not run now; nothing keeps it from it.")


def _taken(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as fault:
        return fault
    return None


def _said(fault: OSError) -> str:
    words = {errno.EADDRINUSE: "is taken by another program", errno.EACCES: "is for privileged programs alone"}
    return words.get(fault.errno or 0, f"cannot be listened at ({fault.strerror or fault})")


def _remedy(fault: OSError, table: str) -> str:
    if fault.errno == errno.EACCES:
        return "Under systemd add deploy/systemd/optional/port-25.conf (docs/operations.md, “systemd”), or choose a port from 1024 on."
    return f"Stop the other program, or change host or port in {table}."


def _pages(settings: Settings, now: datetime, *, serves: bool) -> Iterator[Check]:
    address = settings.web.base_url
    if is_loopback(urlsplit(address).hostname or ""):
        remedy = (
            "Put a proxy with https in front (README.md, “Links and pages”), and set base_url in [web] to its address."
        )
        yield failed(PAGES, f"Links in mail lead to {address}, which only this machine can open.", remedy)
    elif not serves:
        yield passed(PAGES, f"Links lead to {address}; whether they arrive can be seen only while Postroom runs.")
    else:
        yield _reached(address)
    if address.startswith("https://"):
        yield from _proof(address, now)


def _reached(address: str) -> Check:
    try:
        answer = requests.get(f"{address.rstrip('/')}/healthz", timeout=SECONDS, allow_redirects=False)
    except requests.RequestException as fault:
        return failed(PAGES, f"{address} cannot be reached from here ({type(fault).__name__}).", PROXY)
    if answer.status_code != requests.codes.ok:
        return failed(PAGES, f"{address} answers, but not as Postroom does (status {answer.status_code}).", PROXY)
    return passed(PAGES, f"{address} leads here, as seen from this machine.")


def _proof(address: str, now: datetime) -> Iterator[Check]:
    """How long the certificate is good that browsers see; nothing where none could be seen: that was said before."""
    parts = urlsplit(address)
    try:
        until = _shown(parts.hostname or "", parts.port or 443)
    except ssl.SSLCertVerificationError as fault:
        yield failed(
            PROOF,
            f"Browsers will not trust it: {fault.verify_message}.",
            "Have the proxy show a certificate for that name, with its chain.",
        )
    except OSError:
        return
    else:
        if until < now + SOON:
            yield failed(PROOF, f"It ends on {until:%-d %B %Y}.", "Renew it where the proxy has it.")
        else:
            yield passed(PROOF, f"It is good until {until:%-d %B %Y}.")


def _shown(host: str, port: int) -> datetime:
    """The end of the certificate shown there. Raises OSError, of which `ssl.SSLCertVerificationError` is one."""
    with (
        socket.create_connection((host, port), timeout=SECONDS) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secured,
    ):
        ends = (secured.getpeercert() or {})["notAfter"]
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC)
