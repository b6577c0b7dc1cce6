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
    connections_per_minute: int = 60
    """Of one address, as above; a server of ours may make as many as it likes."""
    messages_per_hour: int = 600
    """The same, of messages begun."""
    octets_per_second_min: float = 1_000
    """The least rate of a transfer: that of a slow modem. Whoever keeps it is never cut."""
    patience_seconds: float = 300
    """How long a peer may send nothing, or less than the least rate (RFC 5321, section 4.5.3.2.7)."""
    recipients_max: int = 100
    """RFC 5321, section 4.5.3.1.8."""
    faults_max: int = 20
    """Commands refused on one connection since its last message."""
    commands_max: int = 200
    """Commands on one connection since its last message: enough for one to `recipients_max`, said without haste."""
    dialogue_seconds_max: float = 900
    """How long a connection may last from its beginning, or from its last message, until it begins to send the next."""

    @property
    def strangers_max(self) -> int:
        """Connections of those who are no servers of ours: a tenth is kept for these, whoever fills up the rest."""
        return self.connections_max - self.connections_max // 10

    @property
    def transfer_seconds_max(self) -> float:
        """Nothing lasts longer than the largest message at the least rate, and as much again of one that is refused."""
        return 2 * self.message_bytes_max / self.octets_per_second_min + 2 * self.patience_seconds
