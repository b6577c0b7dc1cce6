"""Memory does not grow with a message, nor with what slow doors leave unread (goal 4)."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator

import pytest

LINE = b"x" * 70 + b"\r\n"
MIB = 1 << 20

SERVER = """
import asyncio, sys
from handlers.mail import smtp

class Counting:
    def __init__(self, envelope): self.octets = 0
    def write(self, chunk): self.octets += len(chunk)
    async def accept(self): return f"250 2.0.0 {self.octets}"
    def abandon(self): pass

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

async def main():
    server = await smtp.start(smtp.ServerContext(Counting, lambda _: True, "mx.example"), host="127.0.0.1", port=0)
    print(server.port, flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(peak() * 1024, flush=True)

asyncio.run(main())
"""


@pytest.fixture
def server() -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.terminate()


def asked(server: "subprocess.Popen[str]") -> int:
    assert server.stdin is not None
    assert server.stdout is not None
    print("peak", file=server.stdin, flush=True)
    return int(server.stdout.readline())


def deliver(port: int, lines: int) -> None:
    """One message of so many lines."""
    some = LINE * 10_000
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        client.mail("head@school.example")
        client.rcpt("returns@council.example")
        assert client.docmd("DATA")[0] == 354
        assert client.sock is not None
        for _ in range(lines // 10_000):
            client.sock.sendall(some)
        client.sock.sendall(b".\r\n")
        assert client.getreply() == (250, f"2.0.0 {lines * len(LINE)}".encode())


def test_a_mail_of_60_mb_needs_no_more_memory_than_one_of_3_mb(server: "subprocess.Popen[str]") -> None:
    assert server.stdout is not None
    port = int(server.stdout.readline())
    deliver(port, 40_000)
    before = asked(server)
    deliver(port, 840_000)
    after = asked(server)
    assert after - before < 4 * MIB
    assert after < 100 * MIB
