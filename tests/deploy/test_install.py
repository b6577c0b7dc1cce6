"""`deploy/install`: from a checkout to a program that runs without it, and from one version to the next."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

INSTALL = Path(__file__).parents[2] / "deploy" / "install"


def install(*words: str, status: int = 0, **environ: str) -> str:
    """What the installer says."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": sys.executable, **environ}
    ran = subprocess.run([INSTALL, *words], capture_output=True, text=True, env=environment, check=False)
    assert ran.returncode == status, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def test_it_installs_what_runs_without_the_checkout_and_the_next_version_beside_it(tmp_path: Path) -> None:
    prefix = tmp_path / "opt"
    program = prefix / "current" / "bin" / "postroom"
    assert str(program) in install(str(prefix))
    first = (prefix / "current").resolve()
    began = subprocess.run(
        [program, "init", "config"], cwd=tmp_path, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
    )
    assert "What to do next" in began.stdout
    found = subprocess.run([first / "bin" / "python", "-c", "import bot; print(bot.__file__)"], capture_output=True, text=True, check=True, cwd=tmp_path)  # fmt: skip
    assert found.stdout.startswith(f"{first}/")

    install(str(prefix))
    assert (prefix / "current").resolve() != first
    assert (first / "bin" / "postroom").exists(), "the version before can be gone back to"
    assert not list(prefix.glob("current.*"))


def test_a_version_that_cannot_be_installed_leaves_the_present_one(tmp_path: Path) -> None:
    (tmp_path / "releases").mkdir()
    (tmp_path / "releases" / "before").mkdir()
    (tmp_path / "current").symlink_to("releases/before")
    install(str(tmp_path), status=1, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path), PIP_CONFIG_FILE="/dev/null")
    assert (tmp_path / "current").readlink() == Path("releases/before")
    assert [path.name for path in (tmp_path / "releases").iterdir()] == ["before"]


@pytest.mark.parametrize(
    ("words", "environ", "status", "said"),
    [
        (("opt",), {}, 2, "whole path"),
        (("/nowhere/opt",), {"PYTHON": "/bin/false"}, 1, "Python 3.11 or newer"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_done(
    words: tuple[str, ...], environ: dict[str, str], status: int, said: str
) -> None:
    assert said in install(*words, status=status, **environ)
    assert not Path("/nowhere").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root installs for another user")
def test_a_python_that_the_services_user_could_not_run_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    own = tmp_path / "python3"
    shutil.copy(sys.executable, own)
    tmp_path.chmod(0o700)
    said = install(status=1, PYTHON=str(own), PYTHONHOME=sys.base_prefix, PIP_NO_INDEX="1", PIP_CONFIG_FILE="/dev/null")
    assert f"Only root can run {own}" in said
    assert "PYTHON=/usr/bin/python3" in said


def test_root_touches_nothing_inside_what_belongs_to_the_services_user() -> None:
    """A link put there would have root give away, or overwrite, whatever it leads to."""
    as_root = [
        line
        for line in INSTALL.read_text("utf-8").splitlines()
        if not line.lstrip().startswith("#") and "runuser -u postroom" not in line
    ]
    inside = re.compile(
        r"\b(?:install|chown|chmod|mkdir|cp|mv|ln|rm|touch)\b.*\s/(?:etc|var/lib|var/backups)/postroom/"
    )
    assert [line for line in as_root if inside.search(line)] == []
