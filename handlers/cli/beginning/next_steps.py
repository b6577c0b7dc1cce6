"""What to do once the configuration is there, with the commands to type."""

import os
from pathlib import Path

from bot.settings.mistakes import spelt
from handlers.cli.beginning.asking import Interview

NEXT = """
1. Read through the configuration; a comment explains every key: {config}/authority.toml
2. Choose your services, and who is told of new files: {config}/services.toml
3. Check how mail reaches Postroom, whom it believes, and where answers go: {config}/channels.toml{secrets}
4. Import schools and people:
     {postroom} schools import edubaseallstatefunded.csv
     {postroom} people import people.csv
5. Check that all is well: {postroom} doctor
6. Start it: {start}
7. Keep a copy of {key} in a safe place. Without it nothing that is stored can ever be read again. Use a
   second disk for the keys of contents, too: set mirror in {config}/storage.toml, then run {postroom} keys mirror
8. Give {public} to whoever is to check receipts. It is not secret; keep a copy of it, too."""

SERVICE = Path("/etc/systemd/system/postroom.service")


def said(config: Path, interview: Interview, steps: str, *, key: Path, public: Path) -> str:
    """The steps, as they are typed on this machine."""
    is_usual = os.environ.get("POSTROOM_CONFIG") == str(config)
    postroom = "postroom" if is_usual else f"postroom --config {config}"
    managed = is_usual and SERVICE.exists()
    return steps.format(
        config=config, secrets=_to_write(config, interview), postroom=postroom, key=key, public=public,
        start="systemctl enable --now postroom" if managed else f"{postroom} serve",
    )  # fmt: skip


def _to_write(config: Path, interview: Interview) -> str:
    """The files of secrets that nobody has typed yet."""
    missing = [secret for secret, typed in interview.hidden.items() if not typed]
    return "".join(
        f"\n   Write {secret.asked[0].lower()}{secret.asked[1:]} into {config / interview.answers[secret.loc]} "
        f"({spelt(secret.loc)}), and make sure that only its owner can read it: chmod 600"
        for secret in missing
    )
