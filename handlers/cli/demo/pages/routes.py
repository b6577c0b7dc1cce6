"""What is served at `/demo`: everybody's mail, and the forms that write some."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from handlers.cli.demo import examples, people
from handlers.cli.demo.day import JO, SAM
from handlers.cli.demo.mailboxes import Mailboxes
from handlers.cli.demo.mails import Mail
from handlers.cli.demo.pages import drawing, forms, suggesting
from handlers.cli.demo.pages.drawing import Around, Box, Drawing, Opened
from handlers.cli.demo.pages.forms import Form
from handlers.cli.demo.pages.trouble import Trouble
from handlers.cli.demo.people import Correspondent
from handlers.cli.demo.writing import Desk, Draft, Refused
from handlers.rooms import Rooms
from handlers.web import guard
from handlers.web.download import disposition

STRANGER = "robin.lake@elsewhere.example"
"""Not the day's: a second mail of the same stranger is not answered."""
THIS_MACHINE = ("127.0.0.1", "[::1]", "localhost")
NUMBER_DIGITS_MAX = 9
CONTENTS = {"Content-Security-Policy": "default-src 'none'; sandbox", "Content-Type": "application/octet-stream"}

Endpoint = Callable[[Request], Awaitable[Response]]


class MailboxRoutes:
    """The mailboxes of one demo."""

    def __init__(self, rooms: Rooms, mailboxes: Mailboxes, desk: Desk, *, patience: float) -> None:
        """`patience`: seconds for which an answer is waited for."""
        self._rooms, self._mailboxes, self._desk, self._patience = rooms, mailboxes, desk, patience
        self._web = rooms.settings.web
        self._base = urlsplit(self._web.base_url).path.rstrip("/")
        self._token = rooms.clock.token()
        self._drawing = Drawing(rooms.settings, base=self._base, token=self._token)

    def routes(self) -> list[Route]:
        """Where they are."""
        served: list[tuple[str, str, Endpoint]] = [
            ("GET", "/", self.lead_here),
            ("GET", "/demo", self.show),
            ("GET", "/demo/style.css", self.style),
            ("GET", "/demo/write", self.show_form),
            ("POST", "/demo/write", self.write),
            ("GET", "/demo/mails/{number}", self.show_mail),
            ("POST", "/demo/mails/{number}", self.reply),
            ("GET", "/demo/mails/{number}/page", self.mail_alone),
            ("GET", "/demo/mails/{number}/files/{place}", self.attachment),
        ]
        return [Route(path, self._guarded(endpoint), methods=[method]) for method, path, endpoint in served]

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        """Answers no other page of the same browser, whatever name it has this machine go by."""

        async def answer(request: Request) -> Response:
            try:
                self._check(request)
                return await endpoint(request)
            except Trouble as trouble:
                return self._drawing.page("trouble", status=trouble.status, words=trouble.words)

        return answer

    def _check(self, request: Request) -> None:
        hosts = {urlsplit(self._web.base_url).netloc.lower(), *(f"{name}:{self._web.port}" for name in THIS_MACHINE)}
        if request.headers.get("Host", "").lower() not in hosts:
            raise Trouble(421, f"This page is to be had at {self._web.base_url} alone.")
        if request.method == "POST" and not guard.comes_from_us(request, self._web.base_url):
            raise Trouble(403, "Another website has sent you here. Nothing was sent.")

    async def lead_here(self, request: Request) -> Response:
        """The front of the house."""
        del request
        return RedirectResponse(f"{self._base}/demo", 303)

    async def style(self, request: Request) -> Response:
        """What the pages look like."""
        del request
        return FileResponse(drawing.STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    async def show(self, request: Request) -> Response:
        """A mailbox with its newest mail, or where to begin."""
        if address := request.query_params.get("of"):
            newest = next(iter(self._mailboxes.of(address)), None)
            return await self._box(address, newest, alone=False)
        known = await self._everybody()
        jo, sam, stranger = (known[address] for address in (JO, SAM, STRANGER))
        return self._drawing.page("start", around=self._around(known), jo=jo, sam=sam, stranger=stranger)

    async def show_mail(self, request: Request) -> Response:
        """One mail."""
        mail = self._mail(request)
        return await self._box(mail.owner, mail, alone=True, plain=request.query_params.get("as") == "text")

    async def mail_alone(self, request: Request) -> Response:
        """The page that a mail brings."""
        return drawing.alone(self._mail(request))

    async def attachment(self, request: Request) -> Response:
        """A file that came with a mail, to be kept and never to be opened here."""
        files = self._mail(request).attachments
        place = _number(request.path_params["place"])
        if not 1 <= place <= len(files):
            raise Trouble(404, "This mail has no such file.")
        file = files[place - 1]
        return Response(file.contents, headers={**CONTENTS, "Content-Disposition": disposition(file.name)})

    async def show_form(self, request: Request) -> Response:
        """Where somebody writes a mail."""
        known = await self._everybody()
        reader = _named(known, request.query_params.get("of", JO))
        return self._drawing.page(
            "write", around=self._around(known, reader), examples=examples.examples(reader.schools, self._today()),
            octets_max=forms.FORM_OCTETS_MAX,
        )  # fmt: skip

    async def write(self, request: Request) -> Response:
        """Send what was chosen or filled in."""
        reader = _named(await self._everybody(), request.query_params.get("of", ""))
        form = await self._form(request)
        if key := form.field("example"):
            return await self._send(self._ready_made(reader, key))
        return await self._send(
            Draft(reader.address, form.field("text"), name=reader.name, subject=form.field("subject"), files=form.files)
        )

    async def reply(self, request: Request) -> Response:
        """Send what was pressed or written below a mail."""
        mail = self._mail(request)
        reader = _named(await self._everybody(), mail.owner)
        form = await self._form(request)
        said = form.field("say") or form.field("text")
        return await self._send(Draft(reader.address, said, name=reader.name, answers=mail))

    def _ready_made(self, reader: Correspondent, key: str) -> Draft:
        ready = {example.key: example for example in examples.examples(reader.schools, self._today())}
        if key not in ready:
            raise Trouble(404, "There is no such file.")
        contents = examples.contents(self._rooms.clock.token())
        return Draft(
            reader.address, examples.COMMENT, name=reader.name, subject=examples.SUBJECT,
            files=((ready[key].name, contents),),
        )  # fmt: skip

    async def _send(self, draft: Draft) -> Response:
        """Send it, and lead to the answer, or to the mail itself where none comes."""
        try:
            sent = await self._desk.send(draft)
        except Refused as refusal:
            raise Trouble(502, f"Postroom did not take this mail: {refusal}") from refusal
        answer = await self._mailboxes.wait_for_answer(sent, self._patience)
        return RedirectResponse(f"{self._base}/demo/mails/{(answer or sent).number}", 303)

    async def _form(self, request: Request) -> Form:
        form = await forms.read(request)
        if not guard.same(form.field("token"), self._token):
            raise Trouble(403, "This form is not of this demo. Nothing was sent: go back and load the page again.")
        return form

    async def _everybody(self) -> dict[str, Correspondent]:
        settings, owners = self._rooms.settings, {mail.owner: None for mail in self._mailboxes.all()}
        return await self._rooms.ledger.read(lambda tx: people.everybody(tx, settings, (JO, SAM, STRANGER, *owners)))

    def _around(self, known: dict[str, Correspondent], reader: Correspondent | None = None) -> Around:
        lying = Counter((mail.owner, mail.written) for mail in self._mailboxes.all())
        boxes = [Box(one, lying[one.address, False], lying[one.address, True]) for one in known.values()]
        return Around(boxes, reader)

    async def _box(self, address: str, mail: Mail | None, *, alone: bool, plain: bool = False) -> Response:
        """A mailbox, with one of its mails beside it or, where the screen is narrow, `alone` in front of it."""
        known = await self._everybody()
        reader = _named(known, address)
        return self._drawing.page(
            "box", around=self._around(known, reader), mails=self._mailboxes.of(address), alone=alone,
            opened=self._opened(mail, plain=plain) if mail else None,
        )  # fmt: skip

    def _opened(self, mail: Mail, *, plain: bool) -> Opened:
        services = frozenset(service.code for service in self._rooms.settings.services)
        return Opened(
            mail, plain, self._mailboxes.answers(mail), suggesting.whole(mail, services),
            suggesting.with_blanks(mail, services),
        )  # fmt: skip

    def _mail(self, request: Request) -> Mail:
        mail = self._mailboxes.find(_number(request.path_params["number"]))
        if mail is None:
            raise Trouble(404, "This mail is not kept any more: the demo was started anew, or it is one of very many.")
        return mail

    def _today(self) -> date:
        return self._rooms.clock.now().astimezone(self._rooms.settings.timezone).date()


def _named(known: dict[str, Correspondent], address: str) -> Correspondent:
    if address not in known:
        raise Trouble(404, f"Nobody here has the address {address}.")
    return known[address]


def _number(text: str) -> int:
    """The number that this is; 0, which is nobody's, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX else 0
