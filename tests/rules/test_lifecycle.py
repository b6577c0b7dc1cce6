"""A file's life, as docs/rules.md tells it: what a freeze stops, what it leaves open, and what it changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.lifecycle import FREEZABLE, LEADS_TO, STOPPED_BY_FREEZE, Act, Status, after

HAVING = {Act.RECEIVED, Act.DOWNLOADED, Act.COPIED, Act.EXPORTED, Act.MOVED}
statuses, acts, either = st.sampled_from(Status), st.sampled_from(Act), st.booleans()


@given(statuses, acts, either, either)
def test_a_freeze_opens_nothing_but_its_own_release(status: Status, act: Act, kept: bool, had: bool) -> None:
    cold = after(status, act, contents=kept, ever_received=had, frozen=True)
    warm = after(status, act, contents=kept, ever_received=had, frozen=False)
    if act is Act.RELEASED:
        assert (warm, cold) == (None, status if status in FREEZABLE else None)
    elif act in STOPPED_BY_FREEZE:
        assert cold is None
    else:
        assert cold == warm


def test_all_by_which_somebody_would_have_the_contents_is_stopped() -> None:
    assert HAVING | {Act.FROZEN} == STOPPED_BY_FREEZE


@pytest.mark.parametrize("status", Status)
def test_what_is_frozen_or_released_stands_where_it_stood(status: Status) -> None:
    expected = status if status in (Status.SENT, Status.RECEIVED, Status.REJECTED) else None
    assert after(status, Act.FROZEN, contents=True, ever_received=True, frozen=False) is expected
    assert after(status, Act.FROZEN, contents=False, ever_received=True, frozen=False) is None
    assert after(status, Act.RELEASED, contents=False, ever_received=True, frozen=True) is expected


@pytest.mark.parametrize("status", [Status.REJECTED, Status.RECALLED, Status.DISCARDED, Status.INFECTED])
def test_nothing_leaves_where_a_life_ends(status: Status) -> None:
    assert {leads for (begins, _), leads in LEADS_TO.items() if begins is status} <= {status}


@pytest.mark.parametrize("frozen", [True, False])
def test_what_was_never_received_is_recalled_and_what_is_kept_is_rejected_frozen_or_not(frozen: bool) -> None:
    assert after(Status.SENT, Act.RECALLED, contents=True, ever_received=False, frozen=frozen) is Status.RECALLED
    assert after(Status.SENT, Act.RECALLED, contents=True, ever_received=True, frozen=frozen) is None
    assert after(Status.RECEIVED, Act.REJECTED, contents=True, ever_received=True, frozen=frozen) is Status.REJECTED
