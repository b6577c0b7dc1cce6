"""What to say where we cannot listen."""

import errno
import ssl
from pathlib import Path


class CannotListen(Exception):
    """We cannot listen where we are to: says which key to change."""


class PortTaken(CannotListen):
    """The port or the socket is not to be had."""


class BadCertificate(CannotListen):
    """The certificate or its key is of no use."""


def not_to_be_had(host: str, port: int, table: str, fault: OSError) -> PortTaken:
    """The failure to listen, as a sentence. `table`: where the configuration has the port, such as [web]."""
    if host.startswith("unix:"):
        return PortTaken(f"Cannot listen at {host} ({fault.strerror}). Make its folder, or change host in {table}.")
    if fault.errno == errno.EADDRINUSE:
        return PortTaken(f"Another program listens on {host}:{port} already. Stop it, or change port in {table}.")
    return PortTaken(f"Cannot listen on {host}:{port} ({fault.strerror}). Change host or port in {table}.")


def certified(certificate: Path, key: Path | None, table: str) -> ssl.SSLContext:
    """TLS with this certificate. Raises `BadCertificate`. `table`: where the configuration has it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        # without a password at hand OpenSSL would ask for one at the terminal, and all would wait
        context.load_cert_chain(certificate, key, password=lambda: "")
    except OSError as fault:  # ssl.SSLError is one, too
        why = fault.strerror or str(fault)
        raise BadCertificate(
            f"{table} tls_certificate = {certificate}, tls_key = {key}: they cannot be used ({why}). "
            "They must be PEM files: the certificate with its chain, and its own key without a password."
        ) from fault
    return context
