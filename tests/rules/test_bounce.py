"""What a report on delivery means: soft and hard apart, the worst that is said of our recipient (RFC 3463, RFC 3464)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.bounce import Report, Severity, meaning, status_in, worst
from bot.rules.unlinked import unlinked

JO = "jo@leys.example"


@pytest.mark.parametrize(
    ("action", "status", "severity"),
    [
        ("failed", "5.1.1", Severity.HARD),
        ("failed", "", Severity.HARD),
        ("", "5.7.1", Severity.HARD),
        ("failed", "4.4.7", Severity.GIVEN_UP),
        ("", "4.2.2", Severity.DELAYED),
        ("delayed", "4.2.2", Severity.DELAYED),
        ("delayed", "5.2.2", Severity.DELAYED),
        ("delivered", "2.1.5", Severity.NOTHING),
        ("relayed", "5.0.0", Severity.NOTHING),
        ("expanded", "", Severity.NOTHING),
        ("", "2.0.0", Severity.NOTHING),
        ("", "", Severity.NOTHING),
    ],
)
def test_soft_is_told_from_hard(action: str, status: str, severity: Severity) -> None:  # lesson L21
    assert Report(action=action, status=status).severity is severity


def test_the_worst_counts_in_whatever_order_they_stand() -> None:  # lesson L21
    soft, hard, fine = Report(JO, "delayed", "4.2.2"), Report(JO, "failed", "5.1.1"), Report(JO, "delivered")
    assert worst([soft, hard, fine], JO) == worst([fine, hard, soft], JO) == hard
    assert worst([fine, soft], JO) == soft


def test_what_names_our_recipient_goes_before_what_names_others() -> None:
    other = Report("deputy@leys.example", "failed", "5.1.1")
    assert worst([other, Report("JO@Leys.example", "delivered")], JO).severity is Severity.NOTHING
    assert worst([other], JO) == other
    assert worst([], JO).severity is Severity.NOTHING


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("5.1.1", "there is no such mailbox"),
        ("5.1.10", "its domain takes in no mail"),
        ("5.1.8", "the address cannot be used"),
        ("4.2.2", "the mailbox is full"),
        ("5.7.26", "their mail system refuses mail from us"),
        ("5.0.0", "their mail system does not say why"),
        ("", "their mail system does not say why"),
    ],
)
def test_a_status_has_a_meaning_in_words(status: str, words: str) -> None:
    assert meaning(status) == words


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("said: 550-5.1.1 no", "5.1.1"),
        ("(#5.7.1)", "5.7.1"),
        ("5.1.1.1 and 10.5.1.1", ""),
        ("2.0.0 then 4.2.2", "4.2.2"),
        ("", ""),
    ],
)
def test_the_first_failure_in_a_text_is_found(text: str, status: str) -> None:
    assert status_in(text) == status


@given(st.lists(st.builds(Report, *[st.text(max_size=20)] * 4)), st.text(max_size=30))
def test_nothing_that_is_reported_raises(reports: list[Report], recipient: str) -> None:
    assert worst(reports, recipient).why


@pytest.mark.parametrize(
    "link", ["https://evil.example/login", "(HTTP://evil.example)", "www.evil.example", "a:b://evil.example"]
)
def test_what_strangers_say_leads_the_administrators_nowhere(link: str) -> None:
    told = Report(JO, "failed", "5.1.1", f"Your mailbox is full: sign in at {link} now").why
    assert "evil" not in told
    assert "sign in at [link removed] now" in told


@given(st.text())
def test_words_without_a_link_are_told_as_they_are(text: str) -> None:
    assert unlinked(text) == text or "://" in text or "www." in text.lower()
