"""Mail out of mailboxes: real IMAP servers, the tests that fetch from them, and a local stand-in for Microsoft's sign-in."""
