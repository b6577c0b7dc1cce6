"""Mails packed as mail programs pack them: by openssl, by gpg, and by a small writer of Outlook's parcels."""
