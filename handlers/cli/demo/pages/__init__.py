"""The demo's mailboxes in a browser. They are served while the demo runs, and never by `postroom serve`.

`routes` answers, `drawing` draws, `forms` reads what comes back, `suggesting` finds what can be answered to a mail.
Whoever reaches these pages writes in anybody's name, so that no other page in the same browser may reach them.
"""

from handlers.cli.demo.pages.routes import MailboxRoutes

__all__ = ["MailboxRoutes"]
