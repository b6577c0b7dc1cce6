"""What one SMTP server takes, and for how long."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Every bound that keeps one peer from harming the others."""

    message_bytes_max: int = 220_000_000
    """Octets of one message, announced as SIZE."""
    connections_max: int = 200
    per_address_max: int = 50
    """Connections from one IPv4 address or one IPv6 /64."""
    octets_per_second_min: float = 1_000
    """The least rate of a transfer: that of a slow modem. Whoever keeps it is never cut."""
    patience_seconds: float = 300
    """How long a peer may send nothing, or less than the least rate (RFC 5321, section 4.5.3.2.7)."""
    recipients_max: int = 100
    """RFC 5321, section 4.5.3.1.8."""
    faults_max: int = 20
    """Commands refused on one connection since its last message."""

    @property
    def transfer_seconds_max(self) -> float:
        """Nothing lasts longer than the largest message at the least rate, and as much again of one that is refused."""
        return 2 * self.message_bytes_max / self.octets_per_second_min + 2 * self.patience_seconds
