"""A renewed certificate of no use: mail goes on, and a person is asked to look before a restart would fail."""

import subprocess
import sys
from pathlib import Path

import aiosmtplib
import pytest
from cryptography.hazmat.primitives import serialization

from handlers.mail.smtp import renewing
from tests.channels.conftest import new_certificate
from tests.office import Opener, TestOffice
from tests.people import ALEX


def alerts(post: TestOffice) -> int:
    return ["certificate" in answer.subject for answer in post.inbox_of(ALEX)].count(True)


async def test_the_administrators_hear_of_it_once_and_mail_comes_in_by_the_old_one(
    post_with: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewing, "LOOK_SECONDS", 0)
    monkeypatch.setattr(renewing, "BAD_SECONDS", 0)
    chain, key = tmp_path / "smtp.pem", tmp_path / "smtp.key"
    good = new_certificate()
    chain.write_bytes(good)
    key.write_bytes(good)
    tls = {"POSTROOM__EMAIL__SMTP__TLS_CERTIFICATE": str(chain), "POSTROOM__EMAIL__SMTP__TLS_KEY": str(key)}
    async with post_with(tls) as post:
        await post.settle()
        assert alerts(post) == 0
        key.write_bytes(new_certificate())
        for _ in range(3):
            await post.settle()
        assert alerts(post) == 1
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=post.port, start_tls=False) as client:
            assert (await client.starttls(validate_certs=False)).code == 220
            assert (await client.ehlo()).code == 250


AT_A_TERMINAL = """
import os, pty, sys
from pathlib import Path
from handlers.ports import BadCertificate, certified
os.login_tty(pty.openpty()[1])
try:
    certified(Path(sys.argv[1]), Path(sys.argv[1]), "[email.smtp]")
except BadCertificate:
    os._exit(7)
"""


def test_a_key_with_a_password_is_refused_and_never_asked_for_at_a_terminal(tmp_path: Path) -> None:
    pem = new_certificate()
    key = serialization.load_pem_private_key(pem, None)
    secret = serialization.BestAvailableEncryption(b"secret")
    shut = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secret)
    (tmp_path / "shut.pem").write_bytes(shut + pem[pem.index(b"-----BEGIN CERTIFICATE") :])
    asked = [sys.executable, "-c", AT_A_TERMINAL, str(tmp_path / "shut.pem")]
    assert subprocess.run(asked, timeout=30, check=False).returncode == 7
