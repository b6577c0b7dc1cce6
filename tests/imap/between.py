"""Stands between us and a mail server: sees what we say, and can spoil it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Between:
    """Everything that is said passes through here."""

    to: int
    """The port of the server."""
    port: int = 0
    on_command: Callable[[bytes], bool] = lambda _: False
    """Sees what we are about to say; True: it is not passed on, and the connection is cut."""
    greeting: bytes | None = None
    """Said to us in place of anything the server would say; then the connection is cut."""
    connections: int = 0
    said: list[bytes] = field(default_factory=list)
    """All that we said."""
    _open: list[socket.socket] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        """Until the listener is closed."""
        with suppress(OSError):
            while True:
                ours, _ = listener.accept()
                self.connections += 1
                self._open.append(ours)
                threading.Thread(target=self._serve, args=(ours,), daemon=True).start()

    def cut(self) -> None:
        """End every connection."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _serve(self, ours: socket.socket) -> None:
        with ours, suppress(OSError):
            if self.greeting is not None:
                ours.sendall(self.greeting)
                return
            with socket.create_connection(("127.0.0.1", self.to)) as theirs:
                back = threading.Thread(target=_pass_on, args=(theirs, ours), daemon=True)
                back.start()
                while said := ours.recv(1 << 16):
                    self.said.append(said)
                    if self.on_command(said):
                        break
                    theirs.sendall(said)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while said := source.recv(1 << 16):
            sink.sendall(said)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


@contextmanager
def between(port: int) -> Iterator[Between]:
    """In front of the server at this port."""
    one = Between(port)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one.port = listener.getsockname()[1]
        threading.Thread(target=one.serve, args=(listener,), daemon=True).start()
        yield one
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        one.cut()
