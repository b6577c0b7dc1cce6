"""`python -m fuzz NAME`: runs a check under atheris, which is libFuzzer for Python: its options follow on the command line."""

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
INPUT_MAX = 16_384
"""Octets of one input: limits are far above, and are tested by themselves."""
SECONDS_MAX = 10
"""For one input; the slowest takes a hundredth of it."""


def main(name: str, *own_options: str) -> None:
    """Fuzz the check of this name. New inputs that reach new code go to a folder below `var/fuzz`, never to the corpus."""
    import atheris  # noqa: PLC0415 (there is none for every platform, and the corpus is replayed without it)

    with atheris.instrument_imports(include=["bot", "handlers", "fuzz.checks"]):
        check = importlib.import_module(f"fuzz.checks.{name}").check
    found = HERE.parent / "var" / "fuzz" / name
    found.mkdir(parents=True, exist_ok=True)
    options = [f"-dict={HERE / 'words' / f'{name}.txt'}", f"-max_len={INPUT_MAX}", f"-timeout={SECONDS_MAX}"]
    artifacts = [f"-artifact_prefix={found}-crash-"]
    atheris.Setup([sys.argv[0], *options, *artifacts, *own_options, str(found), str(CORPUS / name)], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
