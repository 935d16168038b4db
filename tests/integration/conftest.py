"""One invented village for all, run through the installed command as a user would."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from joinedup.synthetic import invent

COMMAND = Path(sys.executable).parent / "joinedup"
Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def joinedup() -> Command:
    """Run the command with these arguments; give its exit code and what it printed."""

    def run(*arguments: object, **kw: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **kw,  # type: ignore[call-overload]
        )  # fmt: skip

    return run


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An invented village that has not been run. Copy it before changing it."""
    folder = tmp_path_factory.mktemp("village") / "village"
    invent(folder, size="village", seed=1)
    return folder


@pytest.fixture(scope="session")
def ran_village(village: Path, joinedup: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The village after one run. Not to be changed."""
    folder = tmp_path_factory.mktemp("ran") / "village"
    shutil.copytree(village, folder)
    done = joinedup("run", folder, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder
