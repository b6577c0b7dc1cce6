"""`make messages`: writes every message and page into `docs/messages/`, and what Slack shows, with pictures unless `--no-pictures` is given."""

import argparse
import asyncio

from tests import slack_pictures
from tests.messages import pictures, writing
from tests.messages.sheets import sheets
from tests.slack_pictures import pictures as of_slack
from tests.slack_pictures import sheets as shown_in_slack
from tests.slack_pictures import writing as for_slack
from tests.slack_pictures.scenes import pictured


def main() -> None:
    """Write all of it anew."""
    parser = argparse.ArgumentParser(prog="tests.messages", description=__doc__)
    parser.add_argument("--pictures", action=argparse.BooleanOptionalAction, default=True, help="from Chromium")
    wanted, in_slack = sheets(), shown_in_slack.sheets()
    if parser.parse_args().pictures:
        asyncio.run(pictures.take(wanted))
        asyncio.run(of_slack.take(pictured(in_slack)))
    writing.write(writing.files(wanted))
    writing.write(for_slack.files(in_slack), slack_pictures.FOLDER)


main()
