"""`python -m fuzz.commands`: see `fuzz.checks.commands`."""

from fuzz.running import run

if __name__ == "__main__":
    run("commands")
