"""The Slack channel: what is posted and pressed becomes arrivals, notices become messages that are drawn anew."""
