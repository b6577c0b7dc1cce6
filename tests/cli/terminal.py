"""Somebody who types at a real terminal (a pseudo-terminal), as far as answers to questions go."""

import os
import pty
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

PATIENCE_SECONDS = 60
AGAIN_SECONDS = 5
AT_A_TERMINAL = ("env", "--default-signal=INT", "setsid", "--ctty", "--wait")
"""Whoever runs the tests may ignore Ctrl-C (a shell's job in the background does), and what is ignored is inherited."""
ROOT = Path(__file__).parents[2]


class Terminal:
    """A command at a terminal: wait for what it says, then type."""

    def __init__(self, *words: str, folder: Path, **environ: str) -> None:
        ours, theirs = pty.openpty()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **environ}
        environment.pop("POSTROOM_CONFIG", None)
        self._process = subprocess.Popen(
            [*AT_A_TERMINAL, sys.executable, "-c", "from handlers.cli import main; main()", *words],
            stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=environment,
        )  # fmt: skip
        os.close(theirs)
        self._terminal = ours
        self.shown = ""
        self._read = 0

    def sees(self, text: str) -> None:
        """Wait until this is said, after what was seen before."""
        while text not in self.shown[self._read :]:
            more = self._more()
            assert more, f"it ended without «{text}»:\n{self.shown}"
        self._read = self.shown.index(text, self._read) + len(text)

    def types(self, text: str) -> None:
        """Type a line, or a control character alone."""
        os.write(self._terminal, text.encode() if text in "\x03\x04" and text else f"{text}\n".encode())

    def answers(self, said: str, text: str = "") -> None:
        """Wait for the question's words and then for the prompt, and answer."""
        self.sees(said)
        self.is_asked()
        self.types(text)

    def is_asked(self) -> None:
        """Wait for a prompt."""
        while not self._prompted():
            more = self._more()
            assert more, f"it ended without a question:\n{self.shown}"
        self._read = len(self.shown)

    def _prompted(self) -> bool:
        """Whether the last line is a prompt, and not another that has been read as far as a colon."""
        last = self.shown.rpartition("\n")[2]
        return self.shown[self._read :].endswith(": ") and (last.startswith("  ") or last.endswith("]: "))

    def breaks_off(self, key: str) -> int:
        """Press Ctrl-C or Ctrl-D, and again where nothing comes of it: a signal that arrives just before Python waits for a
        line is seen with the next only. Its exit status."""
        for _ in range(PATIENCE_SECONDS // AGAIN_SECONDS):
            self.types(key)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(AGAIN_SECONDS)
                break
        return self.ends()

    def ends(self) -> int:
        """Wait for its end: its exit status."""
        while self._more():
            pass
        os.close(self._terminal)
        return self._process.wait()

    def _more(self) -> str:
        ready, _, _ = select.select([self._terminal], [], [], PATIENCE_SECONDS)
        assert ready, f"it neither spoke nor ended:\n{self.shown}"
        try:
            more = os.read(self._terminal, 4096).decode(errors="replace").replace("\r\n", "\n")
        except OSError:  # Linux ends a pseudo-terminal whose other side is shut by EIO
            more = ""
        self.shown += more
        return more
