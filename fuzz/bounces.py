"""`python -m fuzz.bounces`: see `fuzz.checks.bounces`."""

from fuzz.running import run

if __name__ == "__main__":
    run("bounces")
