"""One run: extracts and decisions in, a new run folder out, whole or not at all."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.audit import Act, Entry, Head, Subject, append, open_store, project_salt, transaction
from joinedup.engine import DuckDBEngine, remove_folder, write_bytes
from joinedup.linkage.judgements import all_judgements
from joinedup.releases import ReportInput
from joinedup.runs import folder as places
from joinedup.runs.accounts import account
from joinedup.runs.digests import digest, file_digest
from joinedup.runs.inputs import TRUTH, Inputs, configuration_digest, read_inputs
from joinedup.runs.project import Project, load_project
from joinedup.runs.stages import LINKED, STAGES, Stage, Work, report_input

Progress = Callable[[int, int, str], None]
"""Called before each stage with its number from 1, how many there are, and what it does."""


@dataclass(frozen=True)
class Ran:
    """A finished run.

    counts: rows sent, accepted, returned, marked; person records, those of them that only describe somebody whom
    nobody could name, and the people behind the others; pairs; figures.
    """

    project: Project
    folder: Path
    counts: dict[str, int]
    resumed: tuple[str, ...] = ()

    @property
    def report(self) -> Path:
        return self.folder / "report.html"

    def summary_input(self) -> ReportInput:
        """What the one-screen summary is made of."""
        manifest = json.loads((self.folder / "manifest.json").read_text())
        return report_input(
            self.project, self.folder, datetime.fromisoformat(manifest["made_at"]), manifest["versions"]
        )


def run(folder: Path, *, progress: Progress = lambda number, of, says: None, by: str | None = None) -> Ran:
    """Run the whole job in a project folder.

    A run that was stopped is taken up after its last whole stage whose inputs are unchanged. by: the account that
    the audit log names; the operating system's when left out. Raises ProjectError and SourceError for what the
    user can put right, BusyError when another run holds the folder, StorageError when the disk refuses.
    """
    project = load_project(folder)
    project.systems()
    with places.locked(project.runs):
        return _run(project, progress, by or account())


def _run(project: Project, progress: Progress, by: str) -> Ran:
    store = open_store(project.folder)
    try:
        with transaction(store):
            salt, judged = project_salt(store), all_judgements(store)
        inputs = read_inputs(project, salt, judged)
        whole = _digest_of_run(project, inputs)
        made_at = datetime.now(UTC).replace(microsecond=0)
        systems = tuple(Subject("system", path.name) for path in project.systems())

        def log(act: Act, detail: dict[str, Any]) -> Head:
            with transaction(store):
                return append(store, Entry(act, by, "run", systems, detail)).head

        log(Act.RUN_STARTED, {"inputs": whole})  # said first: a run that is killed has still been logged
        folder = places.under_way(project.runs, whole)
        stages = Stages(project, inputs, folder, made_at, log)
        records, resumed = stages.do(progress)
        counts = _counts(folder, records)
        # Logged before the folder appears: stopped in between, the log says more than was done, never less.
        head = log(Act.RUN_FINISHED, {"inputs": whole, "counts": counts})
        manifest = _manifest(project, inputs, folder, records, made_at) | {"audit_head": head._asdict()}
        write_bytes(folder / "manifest.json", (json.dumps(manifest, indent=1) + "\n").encode())
        place = places.publish(project.runs, folder, made_at)
        for old in places.too_many(project.runs, project.keep):
            log(Act.RUN_REMOVED, {"run": old.name})
            remove_folder(old)
        return Ran(project, place, counts, resumed)
    finally:
        store.close()


def _digest_of_run(project: Project, inputs: Inputs) -> str:
    truth = project.folder / TRUTH
    found = file_digest(truth) if truth.exists() else None
    return inputs.digest(configuration_digest(project), found, inputs.taken_over.digest())


@dataclass(frozen=True)
class Stages:
    """The stages of one run. log: writes an act of the audit log and gives the head after it."""

    project: Project
    inputs: Inputs
    folder: Path
    made_at: datetime
    log: Callable[[Act, dict[str, Any]], Head]

    def do(self, progress: Progress) -> tuple[dict[str, dict[str, Any]], tuple[str, ...]]:
        """Do each stage that is not whole already; give what each noted, and the names of those taken up again."""
        before = places.stage_records(self.folder)
        done: dict[str, dict[str, Any]] = {}
        resumed: list[str] = []
        so_far = self.inputs.digest()
        for number, stage in enumerate(STAGES, start=1):
            taken_over = self.inputs.taken_over.digest() if stage.takes_over else None
            so_far = digest([so_far, stage.name, stage.settings(self.project), taken_over])
            progress(number, len(STAGES), stage.says)
            if stage.resumes and self._still_whole(before.get(stage.name), so_far):
                done[stage.name] = before[stage.name] | {"resumed": True}
                resumed.append(stage.name)
                continue
            before = {}  # what follows a stage that is made anew is made anew
            done[stage.name] = self._one(stage) | {"digest": so_far, "resumed": False}
            if stage.act is not None:
                self.log(stage.act, {"stage": stage.name, "counts": done[stage.name]["counts"]})
            places.note_stages(self.folder, done)
        return done, tuple(resumed)

    def _still_whole(self, record: dict[str, Any] | None, wanted: str) -> bool:
        if record is None or record["digest"] != wanted:
            return False
        return all((self.folder / name).exists() for name in record["files"])

    def _one(self, stage: Stage) -> dict[str, Any]:
        """A stage has an engine of its own, so that its memory and what it spilled are given back before the next."""
        spill = self.folder / places.SPILL
        engine = DuckDBEngine(replace(self.project.resources, spill=self.project.resources.spill or spill))
        started = time.monotonic()
        there = _files(self.folder)
        try:
            counts = stage.does(Work(self.project, self.inputs, engine, self.folder, self.made_at))
        finally:
            engine.close()
            remove_folder(spill)
        return {
            "counts": counts,
            "seconds": round(time.monotonic() - started, 3),
            "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "files": sorted(name for name, at in _files(self.folder).items() if there.get(name) != at),
        }


def _files(folder: Path) -> dict[str, int]:
    found = (p for p in folder.rglob("*") if p.is_file() and p.name != "stages.json")
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in found}


def _counts(folder: Path, records: dict[str, dict[str, Any]]) -> dict[str, int]:
    returns = pq.read_table(folder / "tables" / "returns.parquet", columns=["source_file", "source_row", "severity"])
    places_of = {s: returns.filter(pc.equal(returns["severity"], s)).select([0, 1]) for s in ("returned", "marked")}
    rows = {s: set(zip(*(c.to_pylist() for c in t.columns), strict=True)) for s, t in places_of.items()}
    collected, linked = records["collect"]["counts"], records["link"]["counts"]
    figures = pq.read_table(folder / "tables" / "figures.parquet")
    (people,) = [f for f in figures.to_pylist() if (f["measure"], f["area"]) == ("people", "all")]
    return {
        "sent": collected["rows_sent"],
        "accepted": collected["rows_sent"] - len(rows["returned"]),
        "returned": len(rows["returned"]),
        "marked": len(rows["marked"] - rows["returned"]),
        "records": linked["person_records"],
        "described_only": linked["person_records"] - people["denominator"],
        "people": people["numerator"],
        "pairs": linked["pairs"],
        "figures": records["count"]["counts"]["figures"],
    }


def _manifest(
    project: Project, inputs: Inputs, folder: Path, records: dict[str, dict[str, Any]], made_at: datetime
) -> dict[str, Any]:
    written = sorted((folder / "tables").glob("*.parquet"))
    return {
        "made_at": made_at.isoformat(),
        "project": project.name,
        "invented": project.invented,
        "inputs": dict(inputs.files),
        "configuration": configuration_digest(project),
        "settings": {
            "threshold": json.loads((folder / LINKED).read_text())["threshold"],
            "mode": project.mode,
            "severities": dict(project.book.overrides),
            "as_of": project.judged_on.isoformat(),
        },
        "versions": dict(inputs.versions),
        "stages": [{"name": name, **record} for name, record in records.items()],
        "tables": {p.stem: {"rows": pq.read_metadata(p).num_rows, "sha256": file_digest(p)} for p in written},
    }
