"""The systemd units, as systemd itself judges them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.peers import lacking

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
DROP_INS = sorted(UNITS.glob("optional/*.conf"))
EXPOSURE_MAX = 20
"""In tenths. systemd calls less than 2.0 good; a service without any care has 9.6."""


def analyse(*words: str) -> str:
    """What `systemd-analyze` says. It must find nothing to object to."""
    if not (program := shutil.which("systemd-analyze")):
        lacking("systemd")
    ran = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stderr


def laid_out(folder: Path, drop_in: Path | None) -> list[str]:
    """The units as they are installed, with a program that is there, and perhaps with an addition to postroom.service."""
    program = Path(sys.prefix) / "bin" / "postroom"
    for unit in UNITS.glob("postroom*"):
        (folder / unit.name).write_text(unit.read_text().replace("/opt/postroom/current/bin/postroom", str(program)))
    if drop_in:
        (folder / "postroom.service.d").mkdir()
        shutil.copy(drop_in, folder / "postroom.service.d")
    return sorted(str(path) for path in folder.glob("postroom*.[st]*") if path.is_file())


@pytest.mark.parametrize("drop_in", [None, *DROP_INS], ids=lambda path: path.stem if path else "as shipped")
def test_systemd_understands_every_line_of_the_units(tmp_path: Path, drop_in: Path | None) -> None:
    units = laid_out(tmp_path, drop_in)
    assert len(units) == 5
    assert analyse("verify", "--man=no", *units) == ""


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.stem)
def test_systemd_calls_each_service_well_confined(tmp_path: Path, service: Path) -> None:
    laid_out(tmp_path, None)
    analyse("security", "--offline=true", f"--threshold={EXPOSURE_MAX}", str(tmp_path / service.name))


@pytest.mark.parametrize("drop_in", DROP_INS, ids=lambda path: path.stem)
def test_additions_leave_the_service_well_confined(tmp_path: Path, drop_in: Path) -> None:
    laid_out(tmp_path, drop_in)
    analyse("security", "--offline=true", f"--threshold={EXPOSURE_MAX}", str(tmp_path / "postroom.service"))


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.stem)
def test_keys_in_memory_reach_no_disk_and_new_files_are_nobody_elses(service: Path) -> None:
    lines = service.read_text().splitlines()
    assert {"LimitCORE=0", "MemorySwapMax=0", "UMask=0077", "User=postroom"} <= set(lines)
