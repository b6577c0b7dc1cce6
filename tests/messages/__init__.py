"""Every message and page that people get, as text, as HTML and as a picture: `make messages` writes `docs/messages/`."""

from pathlib import Path

FOLDER = Path(__file__).parent.parent.parent / "docs" / "messages"
PICTURES = FOLDER / "pictures"
