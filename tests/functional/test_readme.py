"""The README's commands run, and print what it says they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
MOMENT = re.compile(r"\d{8}T\d{6}Z|[0-9a-f]{16}(?=…)")
"""What is another each time: when a run was made, and the head of the log."""
NOT_RUN_HERE = {"make test", "make lint"}
"""They call this test; `.ci/run` calls them."""


def commands() -> list[tuple[str, str]]:
    """Every command of the README with the output it shows."""
    text = "".join(BLOCK.findall((ROOT / "README.md").read_text()))
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    return [(part.split("\n", 1)[0], part.partition("\n")[2]) for part in parts]


def test_make_demo_calls_the_command_that_the_test_below_runs_in_its_place() -> None:
    assert re.search(r"^demo: .*\n\t@\$\(BIN\)/joinedup demo$", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_readme_shows_commands_with_their_output() -> None:
    shown = [command for command, output in commands() if output.strip()]
    for verb in ("make demo", "joinedup check", "joinedup run", "joinedup link", "joinedup audit verify"):
        assert any(command.startswith(verb) for command in shown), verb


def test_every_command_prints_what_the_readme_shows(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("readme")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command, expected in commands():
        if command in NOT_RUN_HERE:
            continue
        done = subprocess.run(
            command.replace("make demo", "joinedup demo"), shell=True, cwd=folder, env=os.environ | {"PATH": path},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1), f"$ {command}\n{done.stdout}{done.stderr}"
        assert done.stderr == "", f"$ {command}\n{done.stderr}"
        assert MOMENT.sub("…", done.stdout) == MOMENT.sub("…", expected), f"$ {command}\n{done.stdout}"
