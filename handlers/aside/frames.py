"""How the two processes speak: octets with their number before them, over a pair of sockets that nobody else has."""

import socket
from struct import Struct

LENGTH = Struct("!Q")
BYTES_MAX = 256 * 1024 * 1024
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


def receive(lane: socket.socket) -> bytes:
    """What the other side says next. Raises as `send`."""
    (length,) = LENGTH.unpack(_exactly(lane, LENGTH.size))
    if length > BYTES_MAX:
        raise Ended
    return _exactly(lane, length)


def _exactly(lane: socket.socket, count: int) -> bytes:
    found = bytearray()
    while len(found) < count:
        try:
            piece = lane.recv(min(count - len(found), 1 << 20))
        except TimeoutError:
            raise
        except OSError as fault:
            raise Ended from fault
        if not piece:
            raise Ended
        found += piece
    return bytes(found)
