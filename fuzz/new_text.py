"""`python -m fuzz.new_text`: see `fuzz.checks.new_text`."""

from fuzz.running import run

if __name__ == "__main__":
    run("new_text")
