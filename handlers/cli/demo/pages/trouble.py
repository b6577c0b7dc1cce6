"""What goes wrong on the demo's pages, in words for whoever sees them."""


class Trouble(Exception):
    """What was asked for is not done, and why."""

    def __init__(self, status: int, words: str) -> None:
        """`status`: of HTTP (RFC 9110, section 15)."""
        super().__init__(words)
        self.status, self.words = status, words
