"""The email channel: mail in by SMTP, read, believed or not, and answered by mail."""
