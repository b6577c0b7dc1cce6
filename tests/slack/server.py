"""The HTTP side: Web API, file downloads, response URLs and the web socket, on a free port of 127.0.0.1."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.slack import responses
from tests.slack.core import Call
from tests.slack.talking import Talking
from tests.slack.trouble import Trouble
from tests.slack.web_api import (
    STRUCTURES,
    Method,
    admitted,
    chat,
    conversations,
    files,
    known_token,
    register,
    users,
    views,
)
from tests.slack.world import File, Json, Refused, Token

PARTS = (chat, conversations, files, users, views)
"""Imported for what they register."""
LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in to Slack</body></html>"
OCTETS_MAX = 2_000_000


class Server:
    """Answers the app's requests."""

    def __init__(self, slack: Talking) -> None:
        self.slack = slack

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Serve; the base URL."""
        app = web.Application(client_max_size=OCTETS_MAX)
        app.router.add_route("*", "/api/{method}", self.call)
        app.router.add_get("/files-pri/{place:.*}/{file}", self.download)
        app.router.add_post("/response/{key}", self.respond)
        app.router.add_get("/link/", self.link)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        try:
            yield f"http://{host}:{port}"
        finally:
            for trouble in self.slack.trouble.asked:
                trouble.release()
            await self.slack.socket.close()
            await runner.cleanup()

    async def call(self, request: web.Request) -> web.StreamResponse:
        """A Web API call, met with whatever trouble was asked for."""
        args, is_json = await arguments(request)
        name = request.match_info["method"]
        token = bearer(request, args, header_only=is_json or name == "apps.connections.open")
        call = Call(name, args, token, self.slack.world.seconds, request.method, is_json)
        self.slack.calls.append(call)
        trouble = self.slack.trouble.take(name, args.get("channel"))
        if trouble and (spoilt := await self.spoil(trouble, request, call)):
            return spoilt
        answer = self.answer(call)
        await self.slack.tell()
        if trouble and trouble.what == "drop_after":
            return cut(request)
        known = self.slack.world.tokens.get(token)
        scopes = {"X-OAuth-Scopes": ",".join(sorted(known.scopes))} if known else {}
        return web.json_response(answer, headers=scopes)

    async def spoil(self, trouble: Trouble, request: web.Request, call: Call) -> web.StreamResponse | None:
        """What stands in for an answer; None if the call is carried out after all."""
        if trouble.what == "hang":
            trouble.waiting += 1
            await self.slack.tell()
            await trouble.released.wait()
            trouble.waiting -= 1
            return None
        if trouble.what == "drop_after":
            return None
        call.error = {"limit": "ratelimited", "error": trouble.error}.get(trouble.what, trouble.what)
        await self.slack.tell()
        if trouble.what == "drop_before":
            return cut(request)
        if trouble.what == "status":
            return web.Response(status=trouble.status, text="Internal Server Error")
        said = {"ok": False, "error": call.error}
        if trouble.what == "error":
            return web.json_response(said, status=trouble.status)
        return web.json_response(said, status=429, headers={"Retry-After": str(trouble.retry_after)})

    def answer(self, call: Call) -> Json:
        """Carry a call out."""
        said: Json = {"ok": True}
        try:
            said |= self.carry_out(call)
        except Refused as refused:
            said = {"ok": False, "error": refused.error} | refused.more
        call.error, call.answer = said.get("error", ""), said
        return said

    def carry_out(self, call: Call) -> Json:
        """The answer of a call.

        Raises:
            Refused: it is not to be carried out.
        """
        method = register.methods.get(call.method)
        if not method:
            raise Refused("unknown_method", req_method=call.method)
        if "" in call.args:
            raise Refused("invalid_json")
        token = known_token(self.slack, call.token)
        args = {} if call.is_json and not method.takes_json else parsed(call.args)
        call.args = args or call.args
        admitted(method, token, args, verb=call.verb)
        return self.as_caller(token, method, args)

    def as_caller(self, token: Token, method: Method, args: Json) -> Json:
        """Do it with this token's rights."""
        self.slack.caller = token
        try:
            return method.do(self.slack, args)
        finally:
            self.slack.caller = None

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A file's contents; a sign-in page, with status 200, for whoever may not have them."""
        file = self.slack.world.files.get(request.match_info["file"])
        self.slack.downloads.append(request.match_info["file"])
        trouble = self.slack.trouble.take("download", None)
        call = Call("download", {"file": request.match_info["file"]}, bearer(request, {}, header_only=True), 0)
        if trouble and (spoilt := await self.spoil(trouble, request, call)):
            return spoilt
        await self.slack.tell()
        token = self.slack.world.tokens.get(call.token)
        may = token and token.state == "live" and "files:read" in token.scopes
        if not file or not may or not self.slack.world.can_see(file):
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        if file.deleted or file.kind == "external":
            return web.Response(status=404, text=LOGIN_PAGE, content_type="text/html")
        response = web.StreamResponse(headers={"Content-Type": file.mimetype})
        response.content_length = len(file.content)
        await response.prepare(request)
        if file.break_after is not None:
            await response.write(file.content[: file.break_after])
            return cut(request, response)
        await give(response, file)
        return response

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """A message by response_url."""
        trouble = self.slack.trouble.take("response", None)
        if trouble and (spoilt := await self.spoil(trouble, request, Call("response", {}, "", 0))):
            return spoilt
        try:
            body = json.loads(await request.text())
        except ValueError:
            return web.Response(status=400, text="invalid_payload")
        answer = responses.respond(self.slack, request.match_info["key"], body)
        await self.slack.tell()
        return cut(request) if trouble and trouble.what == "drop_after" else answer

    async def link(self, request: web.Request) -> web.WebSocketResponse:
        """A Socket Mode connection; what is owed is brought as soon as it stands."""
        socket = await self.slack.socket.welcome(request)
        self.slack.soon(self.slack.retry())
        await self.slack.tell()
        await self.slack.socket.listen(socket)
        return socket


async def arguments(request: web.Request) -> tuple[Json, bool]:
    """The arguments of a call from its URL, form or JSON body, and whether it was JSON."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            said = json.loads(await request.text() or "{}")
        except ValueError:
            said = {"": "not JSON"}
        return args | (said if isinstance(said, dict) else {"": "not an object"}), True
    form = await request.post()
    return args | {key: value for key, value in form.items() if isinstance(value, str)}, False


def parsed(args: Json) -> Json:
    """Arguments with the JSON inside a form (or in a string) read.

    Raises:
        Refused: it is none.
    """
    read = dict(args)
    for name in STRUCTURES:
        if isinstance(read.get(name), str) and read[name]:
            try:
                read[name] = json.loads(read[name])
            except ValueError:
                error = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}
                raise Refused(error.get(name, "invalid_arguments")) from None
    return read


def bearer(request: web.Request, args: Json, *, header_only: bool) -> str:
    """The token: of the header or, in a form, of an argument, which is taken out."""
    given: Any = args.pop("token", "") if not header_only else ""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else str(given)


async def give(response: web.StreamResponse, file: File) -> None:
    """All of its contents, as fast as it lets them go."""
    step = 1 if file.trickles else len(file.content) or 1
    for at in range(0, len(file.content), step):
        if file.trickles:
            await file.trickles.acquire()
        await response.write(file.content[at : at + step])
    await response.write_eof()


def cut(request: web.Request, response: web.StreamResponse | None = None) -> web.StreamResponse:
    """Break the connection off."""
    if request.transport:
        request.transport.abort()
    return response or web.Response()
