"""Where the packaged data are found: in a checkout, and in the wheel."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot import data

CHECKOUT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", ["config", "mail_templates"])
def test_a_checkout_uses_its_own_folders(name: str) -> None:
    assert data.folder(name) == CHECKOUT / name


@pytest.mark.parametrize("name", ["docs", "nothing", "../etc", ""])
def test_a_folder_that_is_not_packaged_is_not_found(name: str) -> None:
    with pytest.raises(FileNotFoundError):
        data.folder(name)


def test_an_installed_wheel_uses_what_it_carries_whatever_lies_beside_it(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=CHECKOUT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    (installed / "config").mkdir()

    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from bot import data, settings; "
        "print(settings.load(data.folder('config'), {}).directory); print(data.folder('mail_templates'))"
    )
    run = [sys.executable, "-I", "-c", program, str(installed)]
    told = subprocess.run(run, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.splitlines()

    assert told == [str(installed / "bot" / "_data" / name) for name in ("config", "mail_templates")]
