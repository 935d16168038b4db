"""A run as a pack to publish: written from what passed the disclosure check, approved by two, and kept account of."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from joinedup.audit import Act, Entry, Subject, append, open_store, transaction
from joinedup.audit.sql import run
from joinedup.errors import Place, ProjectError, StatisticsError
from joinedup.releases.claim_pages import ClaimsInput, claim_pages
from joinedup.releases.pack import Method, PackInput, PublicTable, pack_files
from joinedup.runs.accounts import account
from joinedup.runs.claim_publishing import history_of
from joinedup.runs.claims import CLAIMS_FILE, claim
from joinedup.runs.core_table import TOTAL, core_table
from joinedup.runs.folder import latest
from joinedup.runs.project import Project, load_project
from joinedup.runs.publishing import refuse_full, write_folder
from joinedup.runs.releasing_tables import FIELDS, Checked, Earlier, core_tables, record_tables
from joinedup.statistics.claims import Judged
from joinedup.statistics.disclosure import Cell, System

APPROVALS = 2
"""How many people who did not make a release approve it before it is published."""


@dataclass(frozen=True)
class Released:
    """A pack that was written. digest: of its public files as they are published, by which it is approved. approved_by:
    accounts that approved it. final: whether it may be published.
    """

    run: str
    folder: Path
    files: int
    digest: str
    approved_by: tuple[str, ...]
    final: bool


def release(folder: Path, out: Path, *, final: bool = False, by: str | None = None) -> Released:
    """Write the newest run as a pack into a folder that is new or empty: `public/`, and what was checked in `private/`.

    final: without the mark of a draft; needs two approvals, and is logged as a disclosure to the public. Raises
    StatisticsError where a number cannot be protected or approvals are missing, ProjectError, StorageError.
    """
    refuse_full(out)
    project, who = load_project(folder), by or account()
    newest = latest(project.runs)
    with closing(open_store(project.folder)) as store:
        given, checked = _input(project, newest, _earlier(store), who)
        public = pack_files(replace(given, final=True))
        digest = digest_of(public)
        approved = _approvals(store, digest)
        if final and len(approved) < APPROVALS:
            raise StatisticsError(
                f"This release was approved by {len(approved)} of {APPROVALS}.", rule="release-approvals",
                remedy="Have it approved: joinedup release-approve PACK.",
            )  # fmt: skip
        if final:
            _publish(store, (digest, newest.name, who), checked)
        else:
            _note_maker(store, (digest, newest.name, who))
    _write(out, public if final else pack_files(given), {"run": newest.name, "digest": digest}, checked)
    return Released(newest.name, out, len(public), digest, approved, final)


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the names and contents of files, in the order of their names."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(files[name]).digest())
    return whole.hexdigest()


def approve(folder: Path, pack: Path, *, why: str, by: str | None = None) -> tuple[str, ...]:
    """Approve a pack, known by the digest in its private half; give all accounts that have.

    Raises StatisticsError for whoever made it or has approved it already, ProjectError where there is no such pack.
    """
    project, who = load_project(folder), by or account()
    manifest = _manifest(pack)
    with closing(open_store(project.folder)) as store, transaction(store):
        approved = _approvals(store, manifest["digest"])
        makers = _makers(store, manifest["digest"])
        if not makers:
            raise StatisticsError(
                "This pack was not made from this project.", rule="release-approvals",
                remedy="Name the project that it was made from, with --folder.",
            )  # fmt: skip
        if who in makers or who in approved:
            raise StatisticsError(
                "A release is approved by two people who did not make it, each once.", rule="release-approvals",
                remedy="Ask another person.",
            )  # fmt: skip
        detail = {"command": "release-approve", "digest": manifest["digest"]}
        kept = append(store, Entry(Act.ALTERATION, who, why, (Subject("pack", manifest["digest"]),), detail))
        row = (kept.sequence, manifest["digest"], manifest["run"], who, _at(kept.at), why)
        run(store, "INSERT INTO release_approvals VALUES (?, ?, ?, ?, ?, ?)", *row)
        return (*approved, who)


def _manifest(pack: Path) -> dict[str, str]:
    try:
        return dict(json.loads((pack / "private" / "manifest.json").read_text()))
    except (OSError, ValueError):
        raise ProjectError(
            "This is no pack.", place=Place(str(pack)), remedy="Name the folder that was written."
        ) from None


def _approvals(store: sqlite3.Connection, digest: str) -> tuple[str, ...]:
    """Accounts that approved a pack and did not make it, whichever came first."""
    rows = run(store, "SELECT done_by FROM release_approvals WHERE digest = ? ORDER BY number", digest).fetchall()
    makers = _makers(store, digest)
    return tuple(row[0] for row in rows if row[0] not in makers)


def _makers(store: sqlite3.Connection, digest: str) -> tuple[str, ...]:
    """Accounts that made a pack with these files. The database is asked, and not the pack, which they hold."""
    return tuple(row[0] for row in run(store, "SELECT done_by FROM release_drafts WHERE digest = ?", digest).fetchall())


def _note_maker(store: sqlite3.Connection, what: tuple[str, str, str]) -> None:
    """Keep who made a pack, once."""
    digest, run_name, who = what
    with transaction(store):
        if who in _makers(store, digest):
            return
        subjects = (Subject("pack", digest), Subject("run", run_name))
        kept = append(store, Entry(Act.ALTERATION, who, "a pack was written", subjects, {"command": "release"}))
        row = (kept.sequence, digest, run_name, who, _at(kept.at))
        run(store, "INSERT INTO release_drafts VALUES (?, ?, ?, ?, ?)", *row)


def _publish(store: sqlite3.Connection, what: tuple[str, str, str], checked: Checked) -> None:
    digest, run_name, who = what
    with transaction(store):
        detail = {"command": "release", "digest": digest}
        subjects = (Subject("pack", digest), Subject("run", run_name))
        kept = append(store, Entry(Act.DISCLOSURE, who, "figures published", subjects, detail, ("the public",)))
        row = (kept.sequence, digest, run_name, json.dumps(_told(checked.now)), who, _at(kept.at))
        run(store, "INSERT INTO releases VALUES (?, ?, ?, ?, ?, ?)", *row)


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _write(out: Path, public: Mapping[str, bytes], manifest: Mapping[str, str], checked: Checked) -> None:
    private = {"manifest.json": json.dumps(manifest, indent=1), "audit.json": json.dumps(_audited(checked), indent=1)}
    everything = {f"public/{name}": content for name, content in public.items()}
    everything |= {f"private/{name}": text.encode() for name, text in private.items()}
    write_folder(out, everything)


def _audited(checked: Checked) -> dict[str, Any]:
    """What was hidden and what an attacker learns of it; it holds the true small counts' ends, and stays inside."""
    return {
        "safe": checked.audit.safe,
        "small": [str(cell) for cell in checked.done.primary],
        "with_them": [str(cell) for cell in checked.done.secondary],
        "known_between": {str(one.cell): [one.lower, one.upper] for one in checked.audit.intervals},
    }


# Earlier releases


def _earlier(store: sqlite3.Connection) -> list[Earlier]:
    rows = run(store, "SELECT counts FROM releases ORDER BY number").fetchall()
    found = {one.run: one for one in (_read(json.loads(row[0])) for row in rows)}
    return list(found.values())


def _told(one: Earlier) -> dict[str, Any]:
    system = one.system
    return {
        "run": one.run, "hidden": list(one.hidden), "cells": [[cell.of, cell.where] for cell in system.cells],
        "counts": system.counts.tolist(), "printed": system.printed.tolist(),
        "equations": [list(map(int, equation)) for equation in system.equations],
        "broken_down": list(system.broken_down),
    }  # fmt: skip


def _read(told: Mapping[str, Any]) -> Earlier:
    cells = tuple(Cell(of, tuple((name, value) for name, value in where)) for of, where in told["cells"])
    system = System(
        cells, np.array(told["counts"], dtype=np.int64), np.array(told["printed"], dtype=bool),
        np.zeros(len(cells), dtype=bool), tuple(map(tuple, told["equations"])), tuple(told["broken_down"]),
    )  # fmt: skip
    return Earlier(told["run"], system, tuple(told["hidden"]))


# What the pack says


def _input(project: Project, newest: Path, earlier: Sequence[Earlier], who: str) -> tuple[PackInput, Checked]:
    figures = pq.read_table(newest / "tables" / "figures.parquet").to_pylist()
    checked = record_tables(figures, newest.name, earlier)
    tables = (*checked.tables, *core_tables(core_table(project.folder, run=newest.name)))
    manifest = json.loads((newest / "manifest.json").read_text())
    linked = json.loads((newest / "linkage.json").read_text())
    expected = linked["expected"] or {}
    hidden = (len(checked.done.primary), len(checked.done.secondary))
    method = Method(
        linked["threshold"], expected.get("joined"), expected.get("wrong"), expected.get("missed"), hidden,
        {name: told for name, told in manifest["versions"].items() if name != "platform"},
    )  # fmt: skip
    given = PackInput(
        project.name, project.invented, newest.name, datetime.fromisoformat(manifest["made_at"]), tables,
        tuple(_summary(checked.tables)), method, _changes(earlier, newest.name), tuple(_unsound(newest)),
        _claims(project, newest, who),
    )  # fmt: skip
    return given, checked


def _summary(tables: Sequence[PublicTable]) -> list[str]:
    """Sentences made from the last row of each field's table: what is recorded, and what is not, in one breath."""
    said = []
    for table in tables:
        if table.slug.endswith("-by-force"):
            total = dict(zip([column.name for column in table.columns], table.rows[-1], strict=True))
            said.append(_sentence(FIELDS[table.slug.removesuffix("-by-force")], total))
    return said


def _sentence(what: str, total: Mapping[str, Any]) -> str:
    missing, whole, filled = total["missing"], total["all"], total["one_answer_elsewhere"]
    if missing is None or not whole:
        return f"How many suspect records hold no {what} is not shown."
    said = f"{what.capitalize()} is not recorded for {missing:,} of {whole:,} suspect records ({missing / whole:.1%})."
    if filled is None or not missing:
        return said
    return f"{said} For {filled:,} of these another record of the same person holds one, if the joining is right."


def _unsound(newest: Path) -> list[str]:
    """Fields that are not to be relied on, without the counts behind that."""
    rows = pq.read_table(newest / "tables" / "soundness.parquet", columns=["sender", "column", "kind"]).to_pylist()
    named = dict.fromkeys((row["sender"], row["column"], row["kind"]) for row in rows)
    return [
        f"{column.replace('_', ' ').capitalize()} from {who} is not to be relied on: {kind.replace('-', ' ')}."
        for who, column, kind in named
    ]


def _changes(earlier: Sequence[Earlier], now: str) -> tuple[str, ...]:
    before = [one.run for one in earlier if one.run != now]
    return tuple(
        f"Run {name} was released before: `joinedup figures --against {name}` says what changed." for name in before
    )


def _claims(project: Project, newest: Path, who: str) -> dict[str, str]:
    """Pages of the project's claims, where it has any: of the whole, and of figures that others published.

    A claim of a force, a year or a stage tells counts that the tables may hide, and does not leave.
    """
    if not (project.folder / CLAIMS_FILE).exists():
        return {}
    judged = tuple(one for one in claim(project.folder, by=who) if _may_leave(one, newest.name))
    day = datetime.strptime(newest.name[:8], "%Y%m%d").date()
    history = history_of(project.folder)
    pages = claim_pages(ClaimsInput(project.name, project.invented, day, judged, history, released=True))
    return {f"claims/{name}": text for name, text in pages.items()}


def _may_leave(judged: Judged, run_name: str) -> bool:
    about = judged.statement.about
    of_the_run = judged.evidence.source.startswith(f"Run {run_name}")
    return not of_the_run or about.area == about.period == about.stage == TOTAL


__all__ = ["APPROVALS", "Released", "approve", "digest_of", "release"]
