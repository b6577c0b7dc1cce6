"""The process in which `postroom serve` has mail opened and written."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from tests.cli.conftest import JO, NAME, CommandLine
from tests.cli.serving import PATIENCE_SECONDS, serving, until, until_ready

WORKER = b"handlers.aside.worker"


def asides(of: int) -> list[int]:
    """The processes aside of a process."""
    children = Path(f"/proc/{of}/task").glob("*/children")
    found = [int(one) for file in children for one in file.read_text("ascii").split()]
    return [one for one in found if WORKER in Path(f"/proc/{one}/cmdline").read_bytes()]


def is_at_work(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until_ended(pid: int) -> None:
    """Wait for what the system does."""
    end = time.monotonic() + PATIENCE_SECONDS
    while is_at_work(pid):
        assert time.monotonic() < end


def send(served: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.write_bytes(os.urandom(20))
    served.run("send", str(file), "--from", JO)


def test_it_works_ends_with_the_service_and_is_told_nothing_that_others_could_read(
    served: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    master = served.settings.keys.master_key_file.read_text("ascii").strip()
    monkeypatch.setenv("POSTROOM__KEYS__MASTER_KEY", master)
    with serving(served) as process:
        until_ready(process)
        (aside,) = asides(process.pid)
        for sign in (signal.SIGINT, signal.SIGTERM):  # as where all processes of a terminal or a unit are told
            os.kill(aside, sign)
        send(served, tmp_path)
        until(served, "done")
        assert asides(process.pid) == [aside]
        assert b"POSTROOM_" not in Path(f"/proc/{aside}/environ").read_bytes()
        assert master.encode() not in Path(f"/proc/{aside}/cmdline").read_bytes()
        process.terminate()
        _, stderr = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0
        assert not is_at_work(aside)
    assert "aside ended" not in stderr


def test_it_dies_with_the_service(served: CommandLine) -> None:
    with serving(served) as process:
        until_ready(process)
        (aside,) = asides(process.pid)
        process.kill()
        until_ended(aside)


def test_it_is_begun_anew(served: CommandLine, tmp_path: Path) -> None:
    with serving(served) as process:
        until_ready(process)
        (before,) = asides(process.pid)
        os.kill(before, signal.SIGKILL)
        send(served, tmp_path)
        until(served, "done")
        (after,) = asides(process.pid)
        assert before != after
        process.terminate()
        _, stderr = process.communicate(timeout=PATIENCE_SECONDS)
    assert "SIGKILL" in stderr
    assert JO not in stderr


def test_it_is_bounded_and_leaves_no_core(served: CommandLine) -> None:
    with serving(served) as process:
        until_ready(process)
        (aside,) = asides(process.pid)
        limits = Path(f"/proc/{aside}/limits").read_text("ascii")
        expendable = int(Path(f"/proc/{aside}/oom_score_adj").read_text("ascii"))
        ours = int(Path(f"/proc/{process.pid}/oom_score_adj").read_text("ascii"))
    assert re.search(r"^Max address space +[0-9]{10} ", limits, re.MULTILINE)
    assert re.search(r"^Max core file size +0 ", limits, re.MULTILINE)
    assert expendable > ours


def test_an_authority_may_do_without(served: CommandLine, tmp_path: Path) -> None:
    (served.config / "work.toml").write_text("[work]\naside = false\n")
    with serving(served) as process:
        until_ready(process)
        send(served, tmp_path)
        until(served, "done")
        assert asides(process.pid) == []


def test_where_it_cannot_begin_serve_says_what_to_do(served: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Path(served.config).parent / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        f"import sys, os\nif any({WORKER.decode()!r} in one for one in sys.orig_argv): os._exit(3)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(broken))
    with serving(served) as process:
        _, stderr = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 1
    assert "[work]" in stderr
    assert "Traceback" not in stderr
