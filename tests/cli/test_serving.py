"""`postroom serve` and `send`, as processes of their own."""

import re
import resource
import signal
import socket
from pathlib import Path

import pytest

from bot import receipts
from handlers.cli import logs
from tests.cli.conftest import CONTENTS, JO, NAME, CommandLine
from tests.cli.serving import PATIENCE_SECONDS, serving, until, until_ready


def test_no_crash_writes_what_is_in_memory_to_a_disk(served: CommandLine) -> None:
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    try:
        with serving(served) as process:
            until_ready(process)
            limits = Path(f"/proc/{process.pid}/limits").read_text("ascii")
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)
    assert re.search(r"^Max core file size +0 ", limits, re.MULTILINE)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_serve_says_ready_takes_what_send_sends_and_stops_when_told(
    served: CommandLine, tmp_path: Path, sign: signal.Signals
) -> None:
    file = tmp_path / NAME
    file.write_bytes(b"a plan")
    with serving(served) as process:
        until_ready(process)
        assert JO in served.run("send", str(file), "--from", JO, "--text", "The autumn plan").stdout
        until(served, "done")
        process.send_signal(sign)
        stdout, stderr = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0
    assert stdout == ""
    assert JO not in stderr
    (stored,) = served.json("files", "list")
    assert (stored["name"], stored["status"], stored["size"], stored["comment"]) == (NAME, "Sent", 6, "The autumn plan")
    assert ("receipt", JO) in {(told["kind"], told["to"]) for told in served.json("outbox", "list")}


def test_a_port_in_use_is_named_with_the_key_to_change(served: CommandLine) -> None:
    port = served.settings.email.smtp.port
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with serving(served) as process:
            _, stderr = process.communicate(timeout=PATIENCE_SECONDS)
            assert process.returncode == 1
    assert "Traceback" not in stderr
    assert re.search(rf"{port}.*\[email\.smtp\]", stderr)


def test_a_second_serve_of_one_database_says_so(served: CommandLine) -> None:
    with serving(served) as first:
        until_ready(first)
        with serving(served) as second:
            _, stderr = second.communicate(timeout=PATIENCE_SECONDS)
            assert second.returncode == 1
        assert "already" in stderr


def test_serve_puts_the_public_key_of_receipts_where_it_is_looked_for(served: CommandLine) -> None:
    with serving(served) as process:
        until_ready(process)
    with served.rooms() as rooms:
        assert list(receipts.known(served.config / "receipts.pub")) == [rooms.signer.public.id]


def test_serve_works_and_warns_where_the_public_key_cannot_be_written(served: CommandLine) -> None:
    (served.config / "receipts.pub").symlink_to("/proc/nothing/receipts.pub")
    with serving(served) as process:
        assert any("postroom migrate" in line and "receipts.pub" in line for line in until_ready(process))


def test_a_part_of_the_work_needs_postgresql(served: CommandLine) -> None:
    assert "this version cannot" in " ".join(
        served.run("serve", "--only", "smtp", status=2).stderr.replace("│", "").split()
    )
    assert "PostgreSQL" in served.run("serve", "--only", "worker", status=2).stderr
    assert "fax" in served.run("serve", "--only", "smtp,worker,fax", status=2).stderr


def test_naming_every_part_is_the_whole_work(served: CommandLine) -> None:
    with serving(served, "--only", "smtp,web,worker") as process:
        until_ready(process)


def test_send_says_where_nothing_listens(served: CommandLine, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"a plan")
    assert "postroom serve" in served.run("send", str(tmp_path / NAME), "--from", JO, status=1).stderr


def test_send_refuses_what_is_no_address_and_no_file(served: CommandLine, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"a plan")
    served.run("send", str(tmp_path / NAME), "--from", "jo", status=2)
    served.run("send", str(tmp_path / "nothing"), "--from", JO, status=2)
    served.run("send", "--from", JO, status=2)


def test_the_log_holds_no_address() -> None:
    event = logs.without_addresses(None, "info", {"event": "refused", "fault": f"to <{JO}>: no", "tries": 3})
    assert event == {"event": "refused", "fault": "to <…@…>: no", "tries": 3}


def test_after_a_change_of_the_master_key_serve_hands_out_what_was_stored_before_and_goes_on(
    served: CommandLine, tmp_path: Path
) -> None:
    plan, more = tmp_path / NAME, tmp_path / "8302000_SENmore20260901.docx"
    plan.write_bytes(CONTENTS * 100_000)
    more.write_bytes(CONTENTS)
    with serving(served) as process:
        until_ready(process)
        served.run("send", str(plan), "--from", JO)
        until(served, "done")
        assert "postroom serve" in served.run("keys", "rotate", status=1).stderr
        process.terminate()
        assert process.wait(10) == 0

    served.run("keys", "rotate")

    with serving(served) as process:
        until_ready(process)
        served.run("send", str(more), "--from", JO)
        until(served, "done", count=2)
        process.terminate()
        assert process.wait(10) == 0
    for file in served.json("files", "list"):
        served.run("files", "export", file["reference"], "-o", str(tmp_path / "out"))
        sent = plan if file["name"] == NAME else more
        assert (tmp_path / "out").read_bytes() == sent.read_bytes()
        (tmp_path / "out").unlink()
    served.run("ledger", "verify")
    assert len(receipts.known(served.config / "receipts.pub")) == 2


def test_serve_says_what_to_do_where_the_mirror_of_the_keys_is_missing(served: CommandLine, tmp_path: Path) -> None:
    (served.config / "mirror.toml").write_text(f'[keys]\nmirror = "{tmp_path}/mirror.db"\n')
    served.settings.keys.path.touch(0o600)
    with serving(served) as process:
        said = until_ready(process)
        process.terminate()
        assert process.wait(10) == 0
    assert any("Is its disk mounted" in line and "postroom keys mirror" in line for line in said)
    assert not (tmp_path / "mirror.db").exists()
