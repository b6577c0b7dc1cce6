"""Contents handed out by HTTP: whole or in part, in flat memory, and never whole in appearance only (RFC 9110)."""

import hashlib
import http.client
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.link_desk import Download
from bot.vault import FRAME, MasterKey, Vault, open_vault
from handlers.web.download import download
from tests.vault import noise, store

NAME = "8302000_SENplan20260901.docx"
SIZE = 2 * FRAME + 5
MIB = 1 << 20


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    folder = tmp_path_factory.mktemp("vault")
    with_key = open_vault(folder / "shelf", folder / "keys.db", MasterKey.generate(folder / "master.key"))
    store(with_key, "a", noise(SIZE))
    yield with_key
    with_key.close()


@asynccontextmanager
async def client(vault: Vault, wanted: Download) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that asks for this wanted at `/`."""

    async def handed_out(request: Request) -> Response:
        return await download(request, vault, wanted)

    application = Starlette(routes=[Route("/", handed_out)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test") as one:
        yield one


WANTED = Download(NAME, SIZE, hashlib.sha256(noise(SIZE)).hexdigest(), "a")


async def get(vault: Vault, headers: Mapping[str, str] | None = None, wanted: Download = WANTED) -> httpx.Response:
    async with client(vault, wanted) as one:
        return await one.get("/", headers=headers)


async def test_without_a_range_it_is_the_whole(vault: Vault) -> None:
    whole = await get(vault)
    assert (whole.status_code, whole.content) == (200, noise(SIZE))
    assert whole.headers["content-length"] == str(SIZE)
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["etag"] == f'"{WANTED.sha256}"'


@given(start=st.integers(0, SIZE - 1), length=st.integers(1, SIZE + 9), form=st.sampled_from(["both", "open", "last"]))
async def test_any_range_is_that_part(vault: Vault, start: int, length: int, form: str) -> None:
    end = min(start + length, SIZE)
    asked = {"both": f"{start}-{start + length - 1}", "open": f"{start}-", "last": f"-{length}"}[form]
    expected = {"both": (start, end), "open": (start, SIZE), "last": (max(0, SIZE - length), SIZE)}[form]
    part = await get(vault, {"Range": f"bytes={asked}"})
    whole = expected == (0, SIZE)
    assert part.status_code == (200 if whole else 206)
    assert part.content == noise(SIZE)[slice(*expected)]
    if not whole:
        assert part.headers["content-range"] == f"bytes {expected[0]}-{expected[1] - 1}/{SIZE}"


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0"])
async def test_a_part_that_is_not_there_is_refused(vault: Vault, asked: str) -> None:
    refused = await get(vault, {"Range": asked})
    assert (refused.status_code, refused.headers["content-range"]) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-9", "bytes=9-2", "bytes=-", "BYTES=-", "bytes=a-b", "lines=1-2", "bytes=٣-٤", "x" * 9999]
)
async def test_what_is_no_single_range_is_passed_over(vault: Vault, asked: str) -> None:
    async with client(vault, WANTED) as one:
        whole = await one.get("/", headers=[(b"range", asked.encode())])
    assert (whole.status_code, len(whole.content)) == (200, SIZE)


async def test_a_range_of_what_has_changed_is_the_whole(vault: Vault) -> None:
    assert (await get(vault, {"Range": "bytes=5-", "If-Range": '"another"'})).status_code == 200
    assert (await get(vault, {"Range": "bytes=5-", "If-Range": f'"{WANTED.sha256}"'})).status_code == 206


async def test_head_tells_without_sending(vault: Vault) -> None:
    async with client(vault, WANTED) as one:
        told = await one.head("/", headers={"Range": "bytes=5-"})
    assert (told.status_code, told.content, told.headers["content-length"]) == (206, b"", str(SIZE - 5))


async def test_an_empty_file_is_handed_out_too(vault: Vault) -> None:
    store(vault, "empty", b"")
    assert (await get(vault, wanted=Download(NAME, 0, "", "empty"))).content == b""


@pytest.mark.parametrize(
    ("name", "ascii_name"),
    [(NAME, NAME), ('a"b\\c.pdf', "a_b_c.pdf"), ("Übergang\r\nX: y.pdf", "_bergang__X: y.pdf")],
)
async def test_a_name_is_kept_and_can_be_no_header(vault: Vault, name: str, ascii_name: str) -> None:
    answer = await get(vault, wanted=Download(name, SIZE, "", "a"))
    told = answer.headers["content-disposition"]
    assert told.startswith(f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''")
    assert "x" not in {header for header in answer.headers if len(header) == 1}


async def test_what_proves_damaged_on_the_way_is_not_taken_for_whole(vault: Vault, tmp_path: Path) -> None:
    with_damage = open_vault(tmp_path / "vault", tmp_path / "keys.db", MasterKey.generate(tmp_path / "master.key"))
    store(with_damage, "a", noise(SIZE))
    (path,) = [path for path in (tmp_path / "vault").rglob("a") if path.is_file()]
    octets = bytearray(path.read_bytes())
    octets[-1] ^= 1
    path.write_bytes(octets)
    with pytest.raises(Exception, match="not what was sealed"):
        await get(with_damage)
    with_damage.close()


SERVER = """
import asyncio, hashlib, sys
from pathlib import Path
from starlette.applications import Starlette
from starlette.routing import Route
from bot.link_desk import Download
from bot.settings import Web
from bot.vault import MasterKey, open_vault
from handlers.web.download import download
from handlers.web.server import WebServer

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

async def main(folder, size):
    vault = open_vault(folder / "shelf", folder / "keys.db", MasterKey.generate(folder / "master.key"))
    writing = vault.begin("a")
    piece = bytes(range(256)) * 4096
    for _ in range(size // len(piece)):
        writing.write(piece)
    (sealed,) = vault.finish(writing)
    wanted = Download("a.zip", sealed.size, sealed.sha256, "a")

    async def handed_out(request):
        return await download(request, vault, wanted)

    server = WebServer(Web(port=0), Starlette(routes=[Route("/", handed_out)]))
    await server.start()
    print(server.port, sealed.sha256, flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(peak() * 1024, flush=True)
    await server.stop()

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""


def fetch(port: int, start: int, octets_max: int) -> bytes:
    """What a browser gets until it is cut off after so many octets."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/", headers={"Range": f"bytes={start}-"})
    answer, got = connection.getresponse(), bytearray()
    while len(got) < octets_max and (piece := answer.read(min(MIB, octets_max - len(got)))):
        got += piece
    connection.close()
    return bytes(got)


def test_150_mb_come_through_flat_memory_though_cut_off_and_begun_again(tmp_path: Path) -> None:
    size = 150 * MIB
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path), str(size)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        port, sha256 = process.stdout.readline().split()
        peaks, got = [], b""
        for octets in (MIB, 60 * MIB, 15 * MIB + 7, size):
            got += fetch(int(port), len(got), octets)
            print("peak", file=process.stdin, flush=True)
            peaks.append(int(process.stdout.readline()))
        process.stdin.close()
    assert hashlib.sha256(got).hexdigest() == sha256
    assert peaks[-1] - peaks[0] < 48 * MIB, "it may grow with connections, but not with the file"
    assert peaks[-1] < 160 * MIB
