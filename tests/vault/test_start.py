"""Contents that end before the octet from which they are wanted are not what their row says."""

import io

import pytest

from bot.vault import FRAME, Damaged
from bot.vault.seal import unseal
from tests.vault.test_tampering import SECRET, sealed


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1])
@pytest.mark.parametrize("beyond", [1, FRAME // 2, FRAME, 10 * FRAME])
def test_nothing_is_read_from_beyond_the_end(size: int, beyond: int) -> None:
    with pytest.raises(Damaged):
        list(unseal(io.BytesIO(sealed(bytes(size))), SECRET, "a", start=size + beyond))
