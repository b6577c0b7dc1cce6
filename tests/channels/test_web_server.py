"""The pages' server: TLS of its own, sentences where it cannot listen, and a quick goodbye."""

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.settings import Web
from handlers.ports import BadCertificate, PortTaken
from handlers.web.server import WebServer


async def hello(request: Request) -> Response:
    return PlainTextResponse(f"hello {request.url.scheme}")


async def endless(request: Request) -> Response:
    async def octets() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1000
            await asyncio.sleep(0)

    return StreamingResponse(octets())


APPLICATION = Starlette(routes=[Route("/get/{token}", hello), Route("/endless", endless)])


@asynccontextmanager
async def serving(web: Web) -> AsyncIterator[WebServer]:
    server = WebServer(web, APPLICATION)
    await server.start()
    yield server
    await server.stop()


async def test_with_a_certificate_it_speaks_https_alone(certificate: Path) -> None:
    web = Web(port=0, tls_certificate=certificate, tls_key=certificate)
    async with serving(web) as server:
        trusting = ssl.create_default_context(cafile=certificate)
        async with httpx.AsyncClient(verify=trusting) as client:
            answer = await client.get(f"https://127.0.0.1:{server.port}/get/a")
            assert answer.text == "hello https"
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get(f"http://127.0.0.1:{server.port}/get/a")


@pytest.mark.parametrize("contents", [None, "no certificate"])
async def test_a_certificate_of_no_use_is_named_with_what_would_be_right(tmp_path: Path, contents: str | None) -> None:
    path = tmp_path / "web.pem"
    if contents:
        path.write_text(contents)
    with pytest.raises(BadCertificate, match=rf"\[web\] tls_certificate = {path}.*PEM"):
        await WebServer(Web(port=0, tls_certificate=path, tls_key=path), APPLICATION).start()


async def test_a_port_in_use_is_named_with_the_key_to_change() -> None:
    async with serving(Web(port=0)) as first:
        with pytest.raises(PortTaken, match=rf"127\.0\.0\.1:{first.port} already.*\[web\]"):
            await WebServer(Web(port=first.port), APPLICATION).start()


async def test_no_address_of_a_page_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with serving(Web(port=0)) as server, httpx.AsyncClient() as client:
            await client.get(f"http://127.0.0.1:{server.port}/get/secrettoken")
    ours = [record for record in caplog.records if record.name.split(".")[0] not in ("httpx", "httpcore")]
    assert not [record for record in ours if "secrettoken" in record.getMessage()]


async def test_a_proxy_is_believed_about_the_scheme_only_where_it_is_named() -> None:
    for networks, scheme in (((), "http"), (("127.0.0.1",), "https")):
        web = Web.model_validate({"port": 0, "proxy_networks": networks})
        async with serving(web) as server, httpx.AsyncClient() as client:
            headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
            answer = await client.get(f"http://127.0.0.1:{server.port}/get/a", headers=headers)
        assert answer.text == f"hello {scheme}"


async def test_it_stops_though_somebody_is_still_downloading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.web.server.GOODBYE_SECONDS", 0)
    async with httpx.AsyncClient() as client:
        async with serving(Web(port=0)) as server:
            stream = client.stream("GET", f"http://127.0.0.1:{server.port}/endless")
            answer = await stream.__aenter__()
        with pytest.raises(httpx.RemoteProtocolError):
            await answer.aread()
        await answer.aclose()


def is_cut_off(peer: socket.socket, dripping: bytes) -> bool:
    """Whether the server has had enough of this peer, who sends a little more and takes nothing."""
    try:
        peer.send(dripping)
        return peer.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is waited for as long as in earnest."""
    monkeypatch.setattr("handlers.web.patience.ASKING_SECONDS", 0.2)
    monkeypatch.setattr("handlers.web.patience.TAKING_SECONDS", 0.2)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("asked", "dripping"),
    [
        (b"", b""),
        (b"GET /get/a HTTP/1.1\r\nHost: a\r\nX: ", b"x"),
        (b"POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n", b"x"),
        (b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n", b"x"),
    ],
    ids=["nothing", "a request without end", "a form without end", "an answer that nobody reads"],
)
async def test_who_only_holds_a_connection_makes_room_for_others(asked: bytes, dripping: bytes) -> None:
    async with serving(Web(port=0)) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as peer:
            peer.sendall(asked)
            for _ in range(100):
                await asyncio.sleep(0.05)
                if is_cut_off(peer, dripping):
                    return
            pytest.fail("it is waited for without end")


@pytest.mark.usefixtures("impatient")
async def test_who_takes_a_long_answer_is_not_cut_off() -> None:
    async with httpx.AsyncClient() as client, serving(Web(port=0)) as server:
        endless = f"http://127.0.0.1:{server.port}/endless"
        async with client.stream("GET", endless) as answer:
            began = time.monotonic()
            async for _ in answer.aiter_raw():
                if time.monotonic() - began > 1:
                    break
