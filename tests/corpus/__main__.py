"""`python -m tests.corpus FOLDER`: every message as an authorised sender's and as a stranger's; prints the figures."""

import asyncio
import logging
import sys
import tempfile
from collections import Counter
from pathlib import Path

import structlog

from tests.corpus.running import Figures, run
from tests.corpus.sources import SOURCES, at_hand, messages
from tests.office import open_office
from tests.people import JO

SENDERS = {"an authorised sender": JO, "a stranger": "somebody{}@elsewhere.example"}


async def main(folder: Path) -> int:
    """The number of things that should not have been."""
    found = {f"{source.repository} ({source.licence})": list(messages(source, folder)) for source in SOURCES}
    found["at hand"] = list(at_hand())
    wrong = 0
    for who, sender in SENDERS.items():
        all_of_them = Figures()
        for name, of_one in found.items():
            with tempfile.TemporaryDirectory() as place:
                async with open_office(Path(place)) as post:
                    figures = await run(post, of_one, sender)
            _tell(f"{name}, as {who}", figures.count, figures.wrong)
            all_of_them.count += figures.count
            wrong += len(figures.wrong)
        _tell(f"ALL, as {who}", all_of_them.count, [])
    return wrong


def _tell(what: str, count: Counter[str], wrong: list[str]) -> None:
    said = ", ".join(f"{name}: {number}" for name, number in sorted(count.items()))
    sys.stdout.write("\n".join([f"{what}: {said}", *(f"  WRONG {line}" for line in wrong)]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    sys.exit(bool(asyncio.run(main(Path(sys.argv[1])))))
