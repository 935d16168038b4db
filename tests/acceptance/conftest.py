"""Projects over real public records, run through the command line as a user would."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

HERE = Path(__file__).parent
COMMAND = Path(sys.executable).parent / "joinedup"


class Run:
    """A finished run: its JSON, its tables as rows, its figures by (measure, area, group)."""

    def __init__(self, project: Path, printed: str) -> None:
        self.json = json.loads(printed)
        self.folder = project / self.json["folder"]

    def rows(self, table: str) -> list[dict[str, Any]]:
        return pq.read_table(self.folder / "tables" / f"{table}.parquet").to_pylist()

    def figure(self, measure: str, **where: str) -> dict[str, Any]:
        wanted = {"area": "all", "group": "all", "stage": "all", "period": "all"} | where
        found = [
            r for r in self.rows("figures") if r["measure"] == measure and all(r[k] == v for k, v in wanted.items())
        ]
        assert len(found) == 1, f"{measure} {wanted}: {len(found)} figures"
        return found[0]


@pytest.fixture(scope="session")
def run_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    """Copy a project of this folder, change words in its maps, add extracts by system, and run it."""

    def run(name: str, extracts: dict[str, list[Path]], words: dict[str, str] | None = None) -> Run:
        project = tmp_path_factory.mktemp(name) / name
        shutil.copytree(HERE / name, project)
        for text in (*project.rglob("*.toml"),):
            content = text.read_text()
            for word, meant in (words or {}).items():
                content = content.replace(word, meant)
            text.write_text(content)
        for system, paths in extracts.items():
            for path in paths:
                shutil.copy(path, project / "sources" / system / path.name)
        write_agencies(project, extracts)
        done = subprocess.run([COMMAND, "run", project, "--json"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr == ""
        return Run(project, done.stdout)

    return run


def write_agencies(project: Path, extracts: dict[str, list[Path]]) -> None:
    """The agencies of a state as a code list of the project's own."""
    import csv
    import gzip

    listed = [path.parent / "agencies.csv.gz" for paths in extracts.values() for path in paths]
    if not listed or not listed[0].exists():
        return
    with (
        gzip.open(listed[0], "rt", newline="") as stream,
        (project / "codes" / "vermont-agencies.csv").open("w") as out,
    ):
        writer = csv.writer(out)
        writer.writerow(["code", "label"])
        writer.writerows(
            {(row["agency_id"], f"{row['ncic_agency_name']} {row['ori']}") for row in csv.DictReader(stream)}
        )
