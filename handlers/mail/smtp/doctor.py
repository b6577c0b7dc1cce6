"""What `postroom doctor` finds about the certificate that mail servers are shown."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from handlers import ports
from handlers.checks import Check, Patient, failed, passed

CERTIFICATE = "certificate for mail"
SOON = timedelta(days=7)
"""A certificate that renews itself is renewed weeks before its end."""


def checks(patient: Patient) -> Iterator[Check]:
    """Nothing where no certificate is configured."""
    smtp = patient.settings.email.smtp
    if smtp.enabled and smtp.tls_certificate:
        yield certificate(smtp.tls_certificate, smtp.tls_key, patient.clock.now())


def certificate(
    chain: Path, key: Path | None, now: datetime, check: str = CERTIFICATE, table: str = "[email.smtp]"
) -> Check:
    """Whether it can be used, and for how long. `table`: where the configuration has it."""
    try:
        ports.certified(chain, key, table)
        until = x509.load_pem_x509_certificates(chain.read_bytes())[0].not_valid_after_utc
    except (ports.BadCertificate, OSError, ValueError) as fault:
        return failed(check, str(fault), f"Put right the files, or take both keys out of {table}.")
    if until < now + SOON:
        said = "ended" if until < now else "ends"
        renew = f"Renew it in the same place{'; Postroom takes it up without a restart' if check == CERTIFICATE else ', and restart Postroom'}."
        return failed(check, f"{chain} {said} on {until:%-d %B %Y}.", renew)
    return passed(check, f"{chain} is good until {until:%-d %B %Y}.")
