"""The signed mails that the standards publish."""

from datetime import UTC, datetime

from tests.channels.signing import Zone, verdict, verdicts

RSA_6376 = (
    b"v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4"
    b"jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QI"
    b"DAQAB"
)
RSA_8463 = (
    b"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16"
    b"JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l"
    b"/K4w3QIDAQAB"
)
ZONE = Zone(
    {
        "brisbane._domainkey.example.com": RSA_6376,
        "brisbane._domainkey.football.example.com": b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "test._domainkey.football.example.com": RSA_8463,
    }
)
ORIGINAL = """\
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game. Are you hungry yet?

Joe.
"""
RFC_6376 = """\
DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
      c=simple/simple; q=dns/txt; i=joe@football.example.com;
      h=Received : From : To : Subject : Date : Message-ID;
      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
      4bmp/YzhwvcubU4=;
Received: from client1.football.example.com  [192.0.2.1]
      by submitserver.example.com with SUBMISSION;
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
"""
RFC_8463 = """\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
"""


def wired(text: str) -> bytes:
    """As it goes over the wire."""
    return text.replace("\n", "\r\n").encode()


async def test_the_mail_of_rfc_6376_appendix_a_holds() -> None:
    found = await verdict(wired(RFC_6376 + ORIGINAL), ZONE, now=datetime(2003, 7, 11, 21, tzinfo=UTC))

    assert (found.domain, found.selector, found.algorithm) == ("example.com", "brisbane", "rsa-sha256")
    assert found.passed
    assert found.why == "example.com signed it as it is"


async def test_both_signatures_of_rfc_8463_appendix_a_hold() -> None:
    spaced = ORIGINAL.replace("game. Are", "game.  Are")  # as that page prints it, which is the same when relaxed

    found = await verdicts(wired(RFC_8463 + spaced), ZONE, now=datetime(2018, 6, 10, 13, 38, 29, tzinfo=UTC))

    assert [(one.algorithm, one.passed) for one in found] == [("ed25519-sha256", True), ("rsa-sha256", True)]


async def test_they_hold_no_longer_once_a_word_is_changed() -> None:
    for text in (RFC_6376 + ORIGINAL, RFC_8463 + ORIGINAL):
        changed_text = await verdicts(wired(text).replace(b"hungry", b"angry"), ZONE)
        changed_head = await verdicts(wired(text).replace(b"dinner", b"supper"), ZONE)

        assert not any(one.passed for one in changed_text + changed_head)
        assert {one.why for one in changed_text} == {"the text or the files of the mail are not those that were signed"}
        assert {one.why for one in changed_head} == {"the head of the mail is not the one that was signed"}
