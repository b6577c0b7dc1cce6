"""Mail that lies in a mailbox is taken in, answered, and moved away."""

from pathlib import Path

from tests.imap.dovecot import dovecot
from tests.imap.mailbox_office import DONE, environ, letter, mailbox_office, until
from tests.people import JO

NAME = "8302000_SENplan20260901.docx"


async def test_a_mail_in_the_mailbox_gets_its_receipt_and_is_moved(tmp_path: Path, certificate: Path) -> None:
    with dovecot(certificate) as server:
        async with mailbox_office(tmp_path, environ(server)) as office:
            server.append(letter(office, attach=NAME))
            await until(office, lambda: server.holds(DONE))
            assert office.expect(JO, "receipt").references
            assert server.holds("INBOX") == []
