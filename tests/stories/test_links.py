"""One-time links: a page shows the file, a press acts, and nobody but who was given the link gets anything by it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, update

from bot import data
from bot.ledger import history
from bot.ledger.tables import Contents, Identity, Person
from bot.link_desk import FRESH_LINKS_MAX
from bot.officer_desk import REASON_CHARACTERS_MAX
from bot.roster import imports
from bot.rules.lifecycle import Status
from tests.office import DOCX, Opener, TestOffice
from tests.people import ALEX, BETH, IAN, JO, MOORVIEW_HEAD, NADIA, PLAN, PRIYA, RAJ, SAM, TOM
from tests.visitor import links_in, visitor

REVIEW = "8302000_SENreview20260901.docx"


async def announced(post: TestOffice, officer: str = SAM, comment: str = "The autumn plan.") -> str:
    """The officer's link to a plan that Jo has sent."""
    await post.email(JO, text=comment, attach=PLAN)
    (link,) = links_in(post.expect(officer, "new-files"))
    return link


async def copied(post: TestOffice, reader: str = JO) -> str:
    """The link that `copy` brings to somebody of the school."""
    await post.email(reader, text=f"copy {post.files()[0].reference}")
    (link,) = links_in(post.expect(reader, "copy"))
    return link


def acts(post: TestOffice) -> list[tuple[str, str, str]]:
    """The history of the first file: act, by whom, through which channel."""
    entries = post.rooms.ledger.read_now(lambda tx: history.of(tx, post.files()[0]))
    return [(one.act.value, one.person.name if one.person else "Postroom", one.channel) for one in entries]


async def test_an_officers_link_shows_the_file_its_comment_and_its_history(post: TestOffice) -> None:
    link = await announced(post)
    async with visitor(post) as sam:
        await sam.open(link)
    assert sam.status == 200
    for said in (
        PLAN,
        post.files()[0].reference,
        "Leys Junior School",
        "The autumn plan.",
        "Sent by Jo Sands",
        "Sam Hale",
    ):
        assert said in sam.text
    assert sam.buttons == {"receive", "reject", "move"}
    assert post.files()[0].status is Status.SENT


async def test_receiving_gives_the_contents_and_tells_the_sender(post: TestOffice) -> None:
    link = await announced(post)
    async with visitor(post) as sam:
        await (await sam.open(link)).press("receive")
        assert "You have received" in sam.text
        handed = await sam.download()
    await post.settle()
    assert (handed.status_code, handed.content) == (200, DOCX)
    assert handed.headers["content-disposition"].startswith(f'attachment; filename="{PLAN}"')
    assert post.files()[0].status is Status.RECEIVED
    assert "Sam Hale" in post.expect(JO, "received").text
    assert "Sam Hale" in post.expect(NADIA, "decided").text
    assert not [mail for mail in post.inbox_of(SAM) if mail.kind == "decided"], "the page has answered already"
    assert acts(post)[1:] == [("received", "Sam Hale", "web")]


async def test_a_robot_that_follows_links_changes_nothing(post: TestOffice) -> None:  # lesson L45
    link = await announced(post)
    before = acts(post)
    async with visitor(post) as robot:
        for method in ("GET", "HEAD", "GET", "OPTIONS", "HEAD"):
            await robot.open(link, method)
            assert (await robot.download()).status_code == 303
    assert (acts(post), post.files()[0].status) == (before, Status.SENT)
    async with visitor(post) as sam:
        await (await sam.open(link)).press("receive")
        assert (await sam.download()).content == DOCX


async def test_an_interrupted_download_begins_again_within_a_quarter_of_an_hour(post: TestOffice) -> None:
    link = await announced(post)
    async with visitor(post) as sam:
        await (await sam.open(link)).press("receive")
        post.clock.advance(minutes=14, seconds=59)
        rest = await sam.download({"Range": "bytes=7-", "If-Range": (await sam.download()).headers["etag"]})
        assert (rest.status_code, rest.content) == (206, DOCX[7:])
        post.clock.advance(seconds=1)
        assert (await sam.download()).status_code == 303
        assert "has been used" in (await sam.open(link)).text
    assert acts(post)[1:] == [("received", "Sam Hale", "web")]


async def test_another_browser_gets_nothing_by_a_link_in_use(post: TestOffice) -> None:
    link = await announced(post)
    async with visitor(post) as sam, visitor(post) as thief:
        await (await sam.open(link)).press("receive")
        await thief.open(link)
        assert thief.status == 410
        assert "in use in another browser" in thief.text
        assert "The autumn plan." not in thief.text
        assert thief.buttons <= {"renew"}
        assert (await thief.download()).status_code == 303
        await thief.send({"act": "download", **thief.page.hidden})
        assert (await thief.download()).status_code == 303
        assert (await sam.download()).content == DOCX


@pytest.mark.parametrize(("days", "said"), [(6.99, "Receive it"), (7, "too old")])
async def test_a_link_is_good_for_seven_days(post: TestOffice, days: float, said: str) -> None:
    link = await announced(post)
    post.clock.advance(days=days)
    async with visitor(post) as sam:
        assert said in (await sam.open(link)).text


async def test_a_fresh_link_goes_to_the_owner_of_the_old_one_and_to_nobody_else(post: TestOffice) -> None:
    link = await announced(post)
    post.clock.advance(days=8)
    told = len(post.mailboxes.delivered)
    async with visitor(post) as anybody:
        await (await anybody.open(link)).press("renew")
        assert SAM not in anybody.answer.text
        assert not links_in_page(anybody.answer.text)
    await post.settle()
    assert [mail.recipient for mail in post.mailboxes.delivered[told:]] == [SAM]
    (fresh,) = links_in(post.expect(SAM, "copy"))
    async with visitor(post) as sam:
        await (await sam.open(fresh)).press("receive")
        assert (await sam.download()).content == DOCX


async def test_who_is_not_on_a_whole_list_any_more_has_links_no_more_from_that_moment(post: TestOffice) -> None:
    link = await announced(post)
    rows = (data.folder("config") / "demo" / "people.csv").read_text("utf-8").splitlines(keepends=True)
    sheet = imports.read_people("".join(row for row in rows if SAM not in row).encode())
    settings, now = post.rooms.settings, post.clock.now()
    plan = await post.rooms.ledger.write(lambda tx: imports.import_people(tx, sheet, settings, now, whole=True))
    assert [(one.change, one.who) for one in plan.differences] == [("left", SAM)]
    async with visitor(post) as sam:
        page = await sam.open(link)
        assert PLAN not in page.text
        assert "receive" not in page.text.lower()
    told = len(post.inbox_of(SAM))
    await post.email(SAM, text=f"receive {post.files()[0].reference}")
    assert post.files()[0].status == "Sent"
    assert [mail.kind for mail in post.inbox_of(SAM)[told:]] == ["not-authorised"]


OWEN = "owen.pritchard@moorview.example"
"""A mailbox of their own for Moorview's headteacher."""


async def employ(post: TestOffice, row: str) -> None:
    """Enter this row into the roster, beside all that it holds."""
    sheet = imports.read_people(f"email,name,role,schools,services,other_emails\n{row}\n".encode())
    now = post.clock.now()
    await post.rooms.ledger.write(lambda tx: imports.add_person(tx, sheet.rows[0], post.rooms.settings, now))


async def test_a_fresh_link_goes_to_no_mailbox_that_others_read_too(post: TestOffice) -> None:
    await employ(post, f"{MOORVIEW_HEAD},Owen Pritchard,headteacher,8302000,,{OWEN}")
    await announced(post)
    link = await copied(post, OWEN)
    post.clock.advance(days=8)
    async with visitor(post) as owen:
        await (await owen.open(link)).press("renew")
    await post.settle()
    assert [mail.kind for mail in post.inbox_of(OWEN)] == ["copy", "copy"]
    assert post.inbox_of(MOORVIEW_HEAD) == []


async def test_an_officer_who_is_told_other_things_in_a_shared_mailbox_gets_links_in_their_own(
    post: TestOffice,
) -> None:
    await employ(post, f"{MOORVIEW_HEAD},Owen Pritchard,headteacher,8309001,,{OWEN}")
    await employ(post, f"{OWEN},,officer,,SEN,")
    await announced(post, OWEN)
    assert post.inbox_of(MOORVIEW_HEAD) == []


async def test_who_has_only_a_mailbox_that_others_read_is_told_without_a_link(post: TestOffice) -> None:
    link = await announced(post)
    moved = update(Person).where(Person.email == SAM).values(email=MOORVIEW_HEAD)
    post.rooms.ledger.write_now(
        lambda tx: (tx.execute(moved), tx.execute(delete(Identity).where(Identity.value == SAM)))
    )
    await post.email(JO, attach=REVIEW)
    assert links_in(post.expect(MOORVIEW_HEAD, "new-files")) == []
    post.clock.advance(days=8)
    async with visitor(post) as sam:
        assert (await sam.open(link)).buttons == set()


def links_in_page(html: str) -> list[str]:
    return [line for line in html.splitlines() if "/file" in line]


async def test_fresh_links_are_not_sent_without_end(post: TestOffice) -> None:
    link = await announced(post)
    post.clock.advance(days=8)
    async with visitor(post) as anybody:
        for _ in range(FRESH_LINKS_MAX + 2):
            await (await anybody.open(link)).press("renew")
            await post.settle()
        assert "several links already" in anybody.text
    assert len([mail for mail in post.inbox_of(SAM) if mail.kind == "copy"]) == FRESH_LINKS_MAX


async def test_a_link_that_works_still_needs_no_fresh_one(post: TestOffice) -> None:
    link = await announced(post)
    told = len(post.mailboxes.delivered)
    async with visitor(post) as anybody:
        await (await anybody.open(link)).press("renew")
        assert "receive" in anybody.buttons
    await post.settle()
    assert len(post.mailboxes.delivered) == told


@pytest.mark.parametrize("days", [0, 8])
async def test_a_link_of_no_more_use_tells_nobodys_own_words(post: TestOffice, days: int) -> None:
    link = await announced(post)
    async with visitor(post) as sam, visitor(post) as thief:
        if days == 0:
            await (await sam.open(link)).press("receive")
        post.clock.advance(days=days)
        await post.email(NADIA, text=f"reject {post.files()[0].reference} It is Kim Doe's plan")
        await thief.open(link)
        assert "rejected by Nadia Brook" in thief.text
        assert "Kim Doe" not in thief.answer.text


async def test_a_link_to_a_file_that_a_colleague_has_received_says_who_has_it(post: TestOffice) -> None:
    link = await announced(post, NADIA)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    async with visitor(post) as nadia:
        await nadia.open(link)
    assert nadia.status == 410
    assert "received by Sam Hale at 09:00 on 1 September 2026" in nadia.text
    assert nadia.buttons == {"renew"}


@pytest.mark.parametrize("wish", ["receive", "reject", "move"])
async def test_who_presses_second_is_told_who_was_first(post: TestOffice, wish: str) -> None:
    await announced(post)
    async with visitor(post) as sam, visitor(post) as nadia:
        await sam.open(links_in(post.expect(SAM, "new-files"))[0])
        await nadia.open(links_in(post.expect(NADIA, "new-files"))[0])
        await sam.press("reject", reason="Wrong child")
        await nadia.press(wish, reason="No", service="FIN")
        assert "Somebody else was first" in nadia.text
        assert "rejected by Sam Hale" in nadia.text
    assert (post.files()[0].status, post.files()[0].reason) == (Status.REJECTED, "Wrong child")


async def test_what_changes_nothing_about_a_file_does_not_stand_in_an_officers_way(post: TestOffice) -> None:
    link = await announced(post)
    async with visitor(post) as sam, visitor(post) as jo:
        await sam.open(link)
        await (await jo.open(await copied(post))).press("copy")
        await sam.press("receive")
        assert "You have received" in sam.text


async def test_a_rejection_goes_to_sender_and_headteacher_with_the_reason(post: TestOffice) -> None:
    link = await announced(post)
    async with visitor(post) as sam:
        await sam.open(link)
        assert "The form is not complete." in sam.text
        await sam.press("reject", reason="The form is not complete.", words="  Page 2\r\n is missing. ")
        assert "You have rejected" in sam.text
        assert sam.buttons == set()
    await post.settle()
    for reader in (JO, PRIYA):
        told = post.expect(reader, "rejected").text.replace("\n", " ")
        assert "Sam Hale" in told
        assert "The form is not complete. Page 2 is missing." in told


@pytest.mark.parametrize("words", ["", " \r\n\t "])
async def test_a_rejection_without_a_reason_is_asked_for_one(post: TestOffice, words: str) -> None:
    link = await announced(post)
    async with visitor(post) as sam:
        await (await sam.open(link)).press("reject", words=words)
        assert "There is a problem" in sam.text
        assert '<p id="fault"><a href="#reason-1">' in sam.answer.text
        assert 'aria-invalid="true" aria-describedby="reject-hint fault">' in sam.answer.text
        assert sam.answer.text.count("aria-invalid") == 1
        assert sam.buttons == {"receive", "reject", "move"}
        await sam.press("reject", words="Wrong child")
    assert post.files()[0].status is Status.REJECTED


async def test_a_received_file_may_still_be_rejected_on_opening_it(post: TestOffice) -> None:
    link = await announced(post)
    async with visitor(post) as sam:
        await (await sam.open(link)).press("receive")
        await sam.press("reject", words="It is the wrong child's")
        assert post.files()[0].status is Status.REJECTED
        assert (await sam.download()).status_code == 303, "what is turned down is no longer the officer's"


async def test_a_file_is_moved_to_the_service_it_belongs_to(post: TestOffice) -> None:
    link = await announced(post)
    async with visitor(post) as sam:
        await sam.open(link)
        assert "FIN: Finance" in sam.text
        assert "AUD: Audit" not in sam.text, "nobody would take it in there"
        await sam.press("move", service="FIN", words="It is a budget")
        assert "now with Finance" in sam.text
        assert (await sam.open(link)).status == 404, "it is no business of SEN any more"
    await post.settle()
    assert (post.files()[0].service, post.files()[0].moved_from) == ("FIN", "SEN")
    assert links_in(post.expect(RAJ, "new-files"))
    assert "It is a budget" in post.expect(JO, "moved").text


@pytest.mark.parametrize(
    ("service", "said"), [("", "Choose"), ("AUD", "nobody"), ("XYZ", "no service"), ("SEN", "already")]
)
async def test_a_move_to_nowhere_says_what_is_wrong(post: TestOffice, service: str, said: str) -> None:
    link = await announced(post)
    async with visitor(post) as sam:
        await (await sam.open(link)).press("move", service=service, words="It is a budget")
        assert "There is a problem" in sam.text
        assert ">It is a budget</textarea>" in sam.answer.text, "nobody types it twice"
        assert '<p id="fault"><a href="#service">' in sam.answer.text
        assert 'id="service" aria-invalid="true" aria-describedby="fault">' in sam.answer.text
        assert sam.answer.text.count("aria-invalid") == 1
        assert said in sam.text
    assert post.files()[0].service == "SEN"


async def test_somebody_who_has_left_is_told_nothing(post: TestOffice) -> None:
    link = await announced(post)
    async with visitor(post) as sam:
        await sam.open(link)
        await post.leave(SAM)
        await sam.press("receive")
        assert (sam.status, PLAN in sam.text) == (404, False)
        assert (await sam.open(link)).status == 404
    assert post.files()[0].status is Status.SENT


async def test_what_is_not_a_link_of_ours_opens_nothing(post: TestOffice) -> None:
    link = await announced(post)
    base, _, token = link.rpartition("/")
    forged = [
        token[:-1] + ("a" if token[-1] != "a" else "b"),
        "a" + token[1:],
        token[:26],
        token.upper(),
        token + "a",
        "a" * 52,
    ]
    async with visitor(post) as anybody:
        for one in [*forged, "%0d%0aSet-Cookie:x=1", "..%2f..%2fetc", "ü" * 52]:
            await anybody.open(f"{base}/{one}")
            assert anybody.status == 404, one
            assert PLAN not in anybody.text
            assert "set-cookie" not in anybody.answer.headers


@pytest.mark.parametrize("base", ["https://returns.council.example", "https://returns.council.example/postroom"])
async def test_nobody_is_led_to_a_host_that_a_request_names(post_with: Opener, base: str) -> None:
    async with post_with({"POSTROOM__WEB__BASE_URL": base}) as post:
        link = await announced(post)
        async with visitor(post) as robot:
            for url in (f"{link}/", f"{link}/file/", f"{base}/style.css/", f"{base}//evil.example/"):
                answer = await robot.client.get(url, headers={"Host": "evil.example"})
                assert (answer.status_code, "location" in answer.headers) == (404, False), url
            for url in (base, f"{base}/", link):
                assert (await robot.client.get(url)).status_code == 200


async def test_what_proves_one_link_proves_no_other(post: TestOffice) -> None:
    one = await announced(post)
    other = links_in(post.expect(NADIA, "new-files"))[0]
    async with visitor(post) as anybody:
        assert (await anybody.open(one[:-26] + other[-26:])).status == 404
        assert (await anybody.open(one)).status == 200


@pytest.mark.parametrize("wish", ["download", "copy", "destroy", ""])
async def test_what_a_page_does_not_offer_is_not_done(post: TestOffice, wish: str) -> None:
    link = await announced(post)
    async with visitor(post) as sam:
        await (await sam.open(link)).press(wish)
        assert "Nothing has been done" in sam.text
        assert (await sam.download()).status_code == 303
    assert [act for act, *_ in acts(post)] == ["sent"]


async def test_a_reason_of_any_length_is_told_as_far_as_anybody_reads(post: TestOffice) -> None:
    link = await announced(post)
    async with visitor(post) as sam:
        await (await sam.open(link)).press("reject", words="x" * 9000)
    assert post.files()[0].reason == "x" * REASON_CHARACTERS_MAX


async def test_nothing_in_the_database_opens_a_link(post: TestOffice) -> None:
    token = (await announced(post)).rpartition("/")[2]
    stored = b"".join(path.read_bytes() for path in post.directory.glob("*.db*"))
    assert token[:26].encode() in stored, "or this test looks in the wrong place"
    assert token[26:].encode() not in stored


@pytest.mark.parametrize("trick", ["no cookie", "no form", "another form", "cross-site", "same-site", "origin"])
async def test_a_press_that_our_page_did_not_bring_about_does_nothing(post: TestOffice, trick: str) -> None:
    link = await announced(post)
    async with visitor(post) as sam, visitor(post) as other:
        await other.open(link)
        await sam.open(link)
        fields, headers = {**sam.page.hidden, "act": "receive"}, dict[str, str]()
        if trick == "no cookie":
            sam.client.cookies.clear()
        if trick == "no form":
            del fields["form"]
        if trick == "another form":
            fields["form"] = other.page.hidden["form"]
        if trick in ("cross-site", "same-site"):
            headers["Sec-Fetch-Site"] = trick
        if trick == "origin":
            headers["Origin"] = "https://evil.example"
        await sam.send(fields, headers)
        assert (sam.status, "Nothing has been done" in sam.text) == (403, True)
        assert post.files()[0].status is Status.SENT


@pytest.mark.parametrize("charset", ["undefined", "unicode_escape", "punycode"])
async def test_a_form_in_an_encoding_of_no_use_is_no_trouble_of_ours(post: TestOffice, charset: str) -> None:
    link = await announced(post)
    async with visitor(post) as sam:
        fields = {**(await sam.open(link)).page.hidden, "act": "reject", "words": r"No \ud800"}
        parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{fields[name]}\r\n' for name in fields]
        kind = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
        answer = await sam.client.post(link, content="".join([*parts, "--x--"]), headers=kind)
    assert answer.status_code < 500


async def test_a_form_that_does_not_come_to_its_end_is_no_trouble_of_ours(
    post: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.web.visits.FORM_SECONDS", 0.05)

    async def dripping() -> AsyncIterator[bytes]:
        yield b"act=receive&"
        await asyncio.sleep(1)

    link = await announced(post)
    async with visitor(post) as sam:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await sam.client.post(link, content=dripping(), headers=kind)).status_code == 400


async def test_a_school_fetches_its_copy(post: TestOffice) -> None:
    await announced(post)
    link = await copied(post, TOM)
    async with visitor(post) as tom:
        await tom.open(link)
        assert tom.buttons == {"copy"}
        await tom.press("copy")
        assert (await tom.download()).content == DOCX
    assert acts(post)[1:] == [("copied", "Tom Ashe", "web")]
    assert post.files()[0].status is Status.SENT


@pytest.mark.parametrize("act", ["receive", "copy"])
async def test_history_says_once_that_a_session_had_the_contents(post: TestOffice, act: str) -> None:
    link = await announced(post)
    if act == "copy":
        link = await copied(post)
    async with visitor(post) as reader:
        form = (await reader.open(link)).page.hidden
        await reader.press(act)
        for again in ("download", "copy") * 3:
            await reader.send({**form, "act": again})
        assert (await reader.download()).content == DOCX
    assert len(acts(post)) == 2


async def test_a_reply_of_copy_to_a_receipt_means_all_its_files(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, REVIEW])
    await post.email(JO, text="copy", reply_to=post.expect(JO, "receipt"))
    assert len(links_in(post.expect(JO, "copy"))) == 2


async def test_copy_asks_which_where_several_could_be_meant(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, REVIEW])
    await post.email(JO, text="copy 20260901")
    await post.email(JO, text="2", reply_to=post.expect(JO, "which"))
    (link,) = links_in(post.expect(JO, "copy"))
    async with visitor(post) as jo:
        assert (await jo.open(link)).status == 200


async def test_a_subject_that_is_a_copy_of_something_is_no_command(post: TestOffice) -> None:
    await post.email(JO, subject="Copy", text="Copy of the plan attached.\n", attach=PLAN)
    assert [mail.kind for mail in post.inbox_of(JO)] == ["receipt"]


async def test_nobody_of_another_school_gets_a_copy(post: TestOffice) -> None:
    await announced(post)
    await post.email(BETH, text=f"copy {post.files()[0].reference}")
    assert not [mail for mail in post.inbox_of(BETH) if mail.kind == "copy"]


async def test_a_school_may_copy_what_was_rejected_but_not_what_it_took_back(post: TestOffice) -> None:
    await announced(post)
    link = await copied(post)
    await post.email(SAM, text="reject wrong term", reply_to=post.expect(SAM, "new-files"))
    async with visitor(post) as jo:
        await (await jo.open(link)).press("copy")
        assert (await jo.download()).content == DOCX

    await post.email(JO, attach=REVIEW)
    await post.email(JO, text=f"copy {post.files()[1].reference}")
    later = links_in(post.expect(JO, "copy"))[0]
    await post.email(JO, text=f"recall {post.files()[1].reference}")
    async with visitor(post) as jo:
        await jo.open(later)
        assert "Nobody can have it any more" in jo.text
        assert jo.buttons == set()
    await post.email(JO, text=f"copy {post.files()[1].reference}")
    assert "Too late to copy" in post.expect(JO, "too-late").subject


async def test_contents_that_are_destroyed_while_the_link_is_open_are_not_handed_out(post: TestOffice) -> None:
    await announced(post)
    async with visitor(post) as jo:
        await (await jo.open(await copied(post))).press("copy")
        await post.email(JO, text="recall", reply_to=post.expect(JO, "receipt"))
        assert post.files()[0].contents is Contents.DESTROYED
        assert (await jo.download()).status_code == 303


async def test_an_officer_who_received_by_mail_gets_the_contents_by_a_link(post: TestOffice) -> None:
    await announced(post)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    (link,) = links_in(post.expect(SAM, "decided"))
    async with visitor(post) as sam:
        await sam.open(link)
        assert sam.buttons == {"download", "reject", "move"}
        await sam.press("download")
        assert (await sam.download()).content == DOCX
    assert acts(post)[1:] == [("received", "Sam Hale", "email"), ("downloaded", "Sam Hale", "web")]


async def test_an_officers_copy_is_a_link_to_the_page_on_which_it_is_received(post: TestOffice) -> None:
    await announced(post)
    async with visitor(post) as sam:
        await sam.open(await copied(post, SAM))
        assert sam.buttons == {"receive", "reject", "move"}


async def test_an_officer_of_another_service_gets_no_link(post: TestOffice) -> None:
    await announced(post)
    await post.email(IAN, text=f"copy {post.files()[0].reference}")
    assert not [mail for mail in post.inbox_of(IAN) if mail.kind == "copy"]


async def test_a_place_that_others_may_read_gets_no_link(post: TestOffice) -> None:
    await announced(post)
    assert links_in(post.expect("senteam@derbyshire.example", "new-files")) == []


async def test_where_nobody_else_takes_in_the_administrators_get_the_link(post: TestOffice) -> None:
    await post.email(JO, attach="8302000_AUDbooks20260901.docx")
    (link,) = links_in(post.expect(ALEX, "new-files"))
    async with visitor(post) as alex:
        await (await alex.open(link)).press("receive")
    assert post.files()[0].status is Status.RECEIVED


async def test_a_page_of_a_session_loses_to_what_was_done_meanwhile(post: TestOffice) -> None:
    await post.email(JO, attach="8302000_AUDbooks20260901.docx")
    async with visitor(post) as alex:
        await (await alex.open(links_in(post.expect(ALEX, "new-files"))[0])).press("receive")
        await post.email(ALEX, text=f"move {post.files()[0].reference} FIN")
        await alex.press("reject", reason="It is the wrong audit")
        assert "Somebody else was first" in alex.text
    assert (post.files()[0].status, post.files()[0].service) == (Status.SENT, "FIN")


async def test_a_held_file_is_not_copied_but_offered_again(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN.replace("_", " "))
    await post.email(JO, text=f"copy {post.files()[0].reference}")
    assert post.expect(JO, "status").references == [post.files()[0].reference]


HOSTILE = '<script>alert(1)</script> **bold** [x](https://evil.example) "><img src=x onerror=alert(1)>'


async def test_a_comment_can_be_no_markup(post: TestOffice) -> None:
    link = await announced(post, comment=HOSTILE)
    async with visitor(post) as sam:
        await sam.open(link)
    assert HOSTILE in sam.text
    for mark in ("<script", "<img", 'href="https://evil'):
        assert mark not in sam.answer.text


EVERYWHERE = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


async def test_every_answer_is_kept_by_nobody_framed_by_nobody_and_asks_nobody_else(post: TestOffice) -> None:
    link = await announced(post)
    async with visitor(post) as sam:
        shown = (await sam.open(link)).answer
        acted = (await sam.press("receive")).answer
        answers = [
            shown,
            acted,
            await sam.download(),
            (await sam.open(f"{link}x")).answer,
            (await sam.open("/")).answer,
        ]
        answers.append((await sam.open("/nothing/here")).answer)
    for answer in answers:
        assert {name: answer.headers[name] for name in EVERYWHERE} == EVERYWHERE
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
    assert "sandbox" in answers[2].headers["content-security-policy"]
    assert answers[2].headers["content-type"] == "application/octet-stream"
    cookie = shown.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
    assert f"Path=/get/{link.rpartition('/')[2]}" in cookie


async def test_over_https_the_cookie_and_the_browser_stay_with_https(post_with: Opener) -> None:
    base = "https://returns.council.example/postroom"
    async with post_with({"POSTROOM__WEB__BASE_URL": base}) as post:
        link = await announced(post)
        assert link.startswith(f"{base}/get/")
        async with visitor(post) as sam:
            await sam.open(link)
            assert "Secure" in sam.answer.headers["set-cookie"]
            assert "max-age" in sam.answer.headers["strict-transport-security"]
            assert "/postroom/style.css" in sam.answer.text
            await sam.press("receive", {"Origin": "https://returns.council.example"})
            assert (await sam.download()).content == DOCX


async def test_a_failure_of_ours_is_a_page_that_says_what_to_do(
    post: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = await announced(post)

    def fail(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr("bot.link_desk.LinkDesk._shown", fail)
    async with visitor(post) as sam:
        await sam.open(link)
    assert sam.status == 500
    assert "did not work" in sam.text
    assert "out of order" not in sam.answer.text
    assert sam.answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(("wish", "said"), [("reject", "You have rejected"), ("move", "You have moved")])
async def test_to_load_the_page_of_a_decision_anew_does_nothing_again(post: TestOffice, wish: str, said: str) -> None:
    link = await announced(post)
    async with visitor(post) as sam, visitor(post) as thief:
        await (await sam.open(link)).press(wish, words="Not ours", service="FIN")
        assert [answer.status_code for answer in sam.answer.history] == [303]
        for _ in range(2):
            assert said in sam.text
            assert "The reason you gave: Not ours" in sam.text
            sam.answer = await sam.client.get(sam.answer.url)
        assert said not in (await thief.open(str(sam.answer.url))).text
        post.clock.advance(minutes=16)
        assert said not in (await sam.open(str(sam.answer.url))).text
    assert len(acts(post)) == 2


async def test_to_press_again_what_was_done_shows_what_was_done(post: TestOffice) -> None:
    link = await announced(post)
    async with visitor(post) as sam:
        fields = {**(await sam.open(link)).page.hidden, "act": "reject", "words": "Wrong child"}
        for _ in range(2):
            await sam.send(fields)
            assert "You have rejected" in sam.text
    assert [act for act, *_ in acts(post)] == ["sent", "rejected"]


async def test_the_page_of_a_decision_ends_where_another_act_follows(post: TestOffice) -> None:
    link = await announced(post)
    async with visitor(post) as sam:
        await (await sam.open(link)).press("move", service="FIN")
        done = str(sam.answer.url)
        await post.settle()
        await post.email(RAJ, text="receive", reply_to=post.expect(RAJ, "new-files"))
        assert (await sam.open(done)).status == 404


async def test_to_load_the_page_of_a_new_link_anew_sends_no_other(post: TestOffice) -> None:
    link = await announced(post)
    post.clock.advance(days=8)
    async with visitor(post) as sam:
        assert "sent a new link" not in (await sam.open(f"{link}/done")).text
        await (await sam.open(link)).press("renew")
        assert [answer.status_code for answer in sam.answer.history] == [303]
        assert "sent a new link" in sam.text
        sam.answer = await sam.client.get(sam.answer.url)
        assert "sent a new link" in sam.text
    await post.settle()
    assert [mail.kind for mail in post.inbox_of(SAM)].count("copy") == 1
