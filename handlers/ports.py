"""What to say where a port cannot be listened on."""

import errno


class PortTaken(Exception):
    """Another program listens where we are to: says which key to change."""


def not_to_be_had(host: str, port: int, table: str, fault: OSError) -> PortTaken:
    """The failure to listen, as a sentence. `table`: where the configuration has the port, such as [web]."""
    if fault.errno == errno.EADDRINUSE:
        return PortTaken(f"Another program listens on {host}:{port} already. Stop it, or change port in {table}.")
    return PortTaken(f"Cannot listen on {host}:{port} ({fault.strerror}). Change host or port in {table}.")
