"""`python -m fuzz.results`: see `fuzz.checks.results`."""

from fuzz.running import run

if __name__ == "__main__":
    run("results")
