"""Promises that Postroom keeps in Slack."""
