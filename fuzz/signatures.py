"""`python -m fuzz.signatures`: see `fuzz.checks.signatures`."""

from fuzz.running import run

if __name__ == "__main__":
    run("signatures")
