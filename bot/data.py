"""Where the packaged data are: the texts and the configuration that come with the program."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout, where this is one."""
PACKAGED = Path(__file__).resolve().parent / "_data"
"""Where the wheel carries them (pyproject.toml, `force-include`)."""
NAMES = frozenset({"config", "mail_templates"})


def folder(name: str) -> Path:
    """The folder of packaged data of this name: a checkout's own, else the wheel's.

    A checkout is known by its `pyproject.toml`; beside an installed package a folder `config` may be anybody's. Raises
    FileNotFoundError for a name that is not packaged, or a package that was built without its data.
    """
    place = (ROOT if (ROOT / "pyproject.toml").is_file() else PACKAGED) / name
    if name not in NAMES or not place.is_dir():
        raise FileNotFoundError(f"{place}: Postroom was installed without this folder. Install it again.")
    return place
