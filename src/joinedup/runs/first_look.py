"""An invented region and one run over it: what a newcomer sees first."""

from __future__ import annotations

from pathlib import Path

from joinedup.errors import Place, ProjectError
from joinedup.runs.inquiring import enter_example
from joinedup.runs.project import load_project
from joinedup.runs.running import Progress, Ran, run


def demo(folder: Path, *, size: str = "town", seed: int = 1, progress: Progress = lambda n, of, says: None) -> Ran:
    """Invent the systems of a village, town, region or nation in `folder`, and run the whole job.

    Raises ProjectError when the folder holds anything but an earlier invented project, which is made anew.
    """
    _refuse_real(folder)
    progress(0, 4, f"Inventing a {size}")
    from joinedup.synthetic import invent

    invent(folder, size=size, seed=seed)
    ran = run(folder, progress=progress)
    enter_example(folder)
    return ran


def _refuse_real(folder: Path) -> None:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if (folder / "joinedup.toml").exists() and load_project(folder).invented:
        return
    raise ProjectError(
        "This folder holds something else.", place=Place(file=str(folder)), remedy="Name a new folder for the demo."
    )
