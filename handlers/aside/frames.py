"""How the two processes speak: octets with their number before them, over a pair of sockets that nobody else has."""

import socket
import time
from struct import Struct

LENGTH = Struct("!Q")
BYTES_MAX = 32 * 1024 * 1024
"""Octets of one frame. A mail of ours is some kilobytes; a list of every file that a school ever sent is some megabytes."""


class Ended(Exception):
    """The other side is no more, or does not speak as it should."""


def send(lane: socket.socket, octets: bytes) -> None:
    """Say it. Raises `Ended`, and `TimeoutError` where the lane has a limit."""
    try:
        lane.sendall(LENGTH.pack(len(octets)) + octets)
    except TimeoutError:
        raise
    except OSError as fault:
        raise Ended from fault


def receive(lane: socket.socket, until: float | None = None) -> bytes:
    """What the other side says next, all of it `until` then by the steady clock. Raises as `send`."""
    (length,) = LENGTH.unpack(_exactly(lane, LENGTH.size, until))
    if length > BYTES_MAX:
        raise Ended
    return _exactly(lane, length, until)


def _exactly(lane: socket.socket, count: int, until: float | None) -> bytes:
    found = bytearray()
    while len(found) < count:
        if until is not None and (left := until - time.monotonic()) <= 0:
            raise TimeoutError
        try:
            if until is not None:
                lane.settimeout(left)
            piece = lane.recv(min(count - len(found), 1 << 20))
        except TimeoutError:
            raise
        except OSError as fault:
            raise Ended from fault
        if not piece:
            raise Ended
        found += piece
    return bytes(found)
