"""Reads the forms that come back, within limits and in memory alone."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from handlers.cli.demo.pages.trouble import Trouble

FORM_OCTETS_MAX = 25_000_000
"""Of all that a form brings, which is mostly its files."""
FILES_MAX = 20
FIELDS_MAX = 10
FIELD_OCTETS_MAX = 100_000
KIND = "multipart/form-data"
"""How every form of ours is sent, with and without files."""
NO_FORM = f"This form could not be read: it may bring {FILES_MAX} files and a text of some pages. Nothing was sent."
TOO_MUCH = f"All files together may have {FORM_OCTETS_MAX // 1_000_000} MB here. Nothing was sent: choose smaller ones."


class _TooMuch(Exception):
    """More has come than is taken."""


@dataclass(frozen=True)
class Form:
    """What somebody filled in."""

    fields: dict[str, str]
    files: tuple[tuple[str, bytes], ...]

    def field(self, name: str) -> str:
        """One field; empty where there is none of this name."""
        return self.fields.get(name, "")


async def read(request: Request) -> Form:
    """The form. Raises `Trouble`."""
    if not request.headers.get("Content-Type", "").startswith(KIND):
        raise Trouble(400, NO_FORM)
    stream = aiter(request.stream())
    parser = MultiPartParser(
        request.headers, _bounded(stream), max_files=FILES_MAX, max_fields=FIELDS_MAX, max_part_size=FIELD_OCTETS_MAX
    )
    parser.spool_max_size = FORM_OCTETS_MAX  # so that nothing is written to the disk
    try:
        data = await parser.parse()
    except MultiPartException as fault:
        raise Trouble(400, NO_FORM) from fault
    except _TooMuch as fault:
        async for _ in stream:  # a browser shows no answer before it has sent everything
            pass
        raise Trouble(413, TOO_MUCH) from fault
    try:
        return await _form(data)
    finally:
        await data.close()


async def _form(data: FormData) -> Form:
    """A browser sends a file without a name where none was chosen."""
    items = data.multi_items()
    fields = {name: value for name, value in items if isinstance(value, str)}
    files = [(value.filename, await value.read()) for _, value in items if isinstance(value, UploadFile)]
    return Form(fields, tuple((name, contents) for name, contents in files if name))


async def _bounded(stream: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    octets = 0
    async for chunk in stream:
        octets += len(chunk)
        if octets > FORM_OCTETS_MAX:
            raise _TooMuch
        yield chunk
