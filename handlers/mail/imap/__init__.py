"""Mail out of mailboxes, by IMAP: each mailbox has a thread of its own, which fetches what lies in one folder.

`signin` opens a connection, `session` is what is said on it, `fetching` carries one mail to the door, `collecting` is one
mailbox at work. A mail is moved away only once the inbox has it for good, and a crash in between repeats no effect: the
same mail found again has the same key, and is moved. Nothing of a mailbox is remembered from one start to the next, so
that no change of its numbers (UIDVALIDITY) can matter.
"""

from handlers.mail.imap.collecting import Collector
from handlers.mail.imap.faults import BadMailbox

__all__ = ["BadMailbox", "Collector"]
