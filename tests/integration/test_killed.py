"""A run killed at a random moment leaves the folder usable, and the next call finishes it."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from joinedup.runs.folder import finished

COMMAND = Path(sys.executable).parent / "joinedup"
KILLS = 20 if os.environ.get("JOINEDUP_SCALE") == "full" else 3


def bytes_of_tables(run: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted((run / "tables").glob("*.parquet"))}


def seconds_of_a_run(village: Path, folder: Path) -> float:
    started = time.monotonic()
    shutil.copytree(village, folder)
    subprocess.run([COMMAND, "run", folder], check=True, capture_output=True)
    return time.monotonic() - started


@pytest.mark.proof
def test_a_run_killed_at_a_random_moment_is_finished_by_the_next(
    village: Path, ran_village: Path, joinedup: Any, tmp_path: Path
) -> None:
    whole = seconds_of_a_run(village, tmp_path / "timing")
    expected = bytes_of_tables(finished(ran_village / "runs")[-1])
    draw = random.Random(1)
    moments = []
    for kill in range(KILLS):
        folder = tmp_path / f"killed-{kill}"
        shutil.copytree(ran_village, folder)  # with its database, so that ids are the same
        shutil.rmtree(folder / "runs")
        moment = draw.uniform(0.2, whole)
        moments.append(moment)
        running = subprocess.Popen([COMMAND, "run", folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moment)
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert all((run / "manifest.json").exists() for run in finished(folder / "runs")), moment
        assert joinedup("audit", "verify", folder).returncode == 0, moment
        done = joinedup("run", folder)
        assert done.returncode == 0, (moment, done.stdout + done.stderr)
        assert bytes_of_tables(finished(folder / "runs")[-1]) == expected, moment
        shutil.rmtree(folder)
    print(f"{KILLS} kills between {min(moments):.1f} and {max(moments):.1f} s of a {whole:.1f} s run")
