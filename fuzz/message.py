"""`python -m fuzz.message`: see `fuzz.checks.message`."""

from fuzz.running import run

if __name__ == "__main__":
    run("message")
