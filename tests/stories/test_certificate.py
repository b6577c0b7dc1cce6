"""A renewed certificate of no use: mail goes on, and a person is asked to look before a restart would fail."""

from pathlib import Path

import aiosmtplib
import pytest

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
