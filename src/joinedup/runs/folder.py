"""The places of runs: one lock, one run under way, finished runs that never change, and which is the newest."""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from joinedup.engine import remove_folder, replace_folder, write_bytes
from joinedup.errors import BusyError, Place, ProjectError, from_oserror

PARTIAL = ".partial"
LATEST = "LATEST"
SPILL = "spill"
_RUN = re.compile(r"\d{8}T\d{6}Z")


@contextmanager
def locked(runs: Path) -> Iterator[None]:
    """Hold the project's one lock. Raises BusyError at once when another run holds it.

    The lock goes with the process, however it ends, so that a killed run leaves nothing to clear away.
    """
    try:
        (runs / PARTIAL).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise from_oserror(error) from None
    with held_alone(runs, "Another run is under way in this project."):
        yield


@contextmanager
def held_alone(folder: Path, busy: str) -> Iterator[None]:
    """Hold a folder's `.lock`. Raises BusyError at once, with the words `busy`, when another process holds it."""
    try:
        stream = (folder / ".lock").open("w")
    except OSError as error:
        raise from_oserror(error) from None
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(busy, place=Place(file=str(folder)), remedy="Wait until it ends.") from None
        yield


def under_way(runs: Path, digest: str) -> Path:
    """The folder of the run with these inputs: new, or what an earlier run left, whose whole stages may still serve."""
    place = runs / PARTIAL / digest
    left = sorted(p for p in (runs / PARTIAL).iterdir() if p.is_dir())
    if place not in left and left:
        replace_folder(left[-1], place)
    for other in left:
        if other != place:
            remove_folder(other)
    try:
        (place / "tables").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise from_oserror(error) from None
    remove_folder(place / SPILL)  # what a killed engine left there holds people's values
    for unfinished in place.rglob(".*.part"):
        unfinished.unlink()
    return place


def stage_records(folder: Path) -> dict[str, dict[str, Any]]:
    """What whole stages noted when they ended, by name."""
    try:
        return dict(json.loads((folder / "stages.json").read_text()))
    except (FileNotFoundError, ValueError):
        return {}


def note_stages(folder: Path, records: dict[str, dict[str, Any]]) -> None:
    """Note which stages are whole."""
    write_bytes(folder / "stages.json", json.dumps(records, indent=1, sort_keys=True).encode())


def publish(runs: Path, folder: Path, made_at: datetime) -> Path:
    """Move a finished run to its place and make it the newest."""
    moment = made_at
    while (place := runs / moment.strftime("%Y%m%dT%H%M%SZ")).exists():
        moment += timedelta(seconds=1)
    (folder / "stages.json").unlink(missing_ok=True)
    replace_folder(folder, place)
    write_bytes(runs / LATEST, f"{place.name}\n".encode())
    return place


def finished(runs: Path) -> list[Path]:
    """Finished runs, oldest first."""
    if not runs.is_dir():
        return []
    return sorted(p for p in runs.iterdir() if _RUN.fullmatch(p.name) and (p / "manifest.json").is_file())


def latest(runs: Path) -> Path:
    """The newest run. Raises ProjectError when there is none."""
    found = finished(runs)
    try:
        named = runs / (runs / LATEST).read_text().strip()
    except OSError:
        named = found[-1] if found else runs / LATEST
    if named not in found:
        if not found:
            raise ProjectError("There is no run yet.", place=Place(file=str(runs)), remedy="Start one: joinedup run.")
        return found[-1]
    return named


def too_many(runs: Path, keep: int) -> list[Path]:
    """The runs beyond the newest `keep`, oldest first."""
    return finished(runs)[:-keep]
