"""`make messages`: writes every message and page into `docs/messages/`, with pictures unless `--no-pictures` is given."""

import argparse
import asyncio

from tests.messages import pictures, writing
from tests.messages.sheets import sheets


def main() -> None:
    """Write all of it anew."""
    parser = argparse.ArgumentParser(prog="tests.messages", description=__doc__)
    parser.add_argument("--pictures", action=argparse.BooleanOptionalAction, default=True, help="from Chromium")
    wanted = sheets()
    if parser.parse_args().pictures:
        asyncio.run(pictures.take(wanted))
    writing.write(writing.files(wanted))


main()
