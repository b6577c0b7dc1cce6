"""Mails signed and encrypted by real openssl, with keys that were made for the test."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from tests.peers import lacking

OPENSSL = which("openssl")


@dataclass(frozen=True)
class Signer:
    """Somebody with a certificate of their own."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> "Signer":
        """A new key and its certificate."""
        if not OPENSSL:
            lacking("openssl")
        signer = cls(folder)
        signer.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Jo Sands",
            "-days", "3650", "-keyout", "key.pem", "-out", "cert.pem",
        )  # fmt: skip
        return signer

    def openssl(self, *words: str, given: bytes = b"") -> bytes:
        """What openssl makes of it."""
        assert OPENSSL
        done = subprocess.run([OPENSSL, *words], cwd=self.folder, input=given, capture_output=True, check=True)
        return done.stdout

    def cms(self, *words: str, message: bytes) -> bytes:
        """`openssl cms`, with line ends as on the wire."""
        made = self.openssl("cms", *words, given=message)
        return made.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def signed(self, message: bytes, *options: str) -> bytes:
        """Clear, or with `-nodetach` opaque."""
        return self.cms("-sign", "-binary", "-signer", "cert.pem", "-inkey", "key.pem", *options, message=message)

    def encrypted(self, message: bytes, *options: str) -> bytes:
        """To its own certificate."""
        return self.cms("-encrypt", "-binary", *options, "cert.pem", message=message)
