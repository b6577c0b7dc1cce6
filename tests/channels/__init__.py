"""Each channel against recorded payloads: what comes in, and how it reads."""
