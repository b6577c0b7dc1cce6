"""Mails packed as mail programs pack them: by openssl, and by a small writer of Outlook's parcels."""
