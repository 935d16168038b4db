"""The ledger of a project's claims: entered before the figure is seen, judged, and kept with every revision."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from joinedup.audit import Act, Entry, Subject, append, open_store, transaction
from joinedup.audit.sql import run
from joinedup.errors import StatisticsError
from joinedup.runs.accounts import account
from joinedup.runs.claim_evidence import OF_A_RUN, evidence_in, evidence_of
from joinedup.runs.claim_files import Claims, read_claims, than_of
from joinedup.runs.folder import latest
from joinedup.runs.project import Project, load_project
from joinedup.statistics.claims import About, Judged, Residents, Statement, Than, Verdict, find, judge
from joinedup.tables import named

CLAIMS_FILE = "claims.toml"


@dataclass(frozen=True)
class Entered:
    """One claim of the ledger. number: of its entry. revises: the number of the wording before it, if there was one.
    verdicts: what became of it, by run, the oldest first.
    """

    number: int
    name: str
    statement: Mapping[str, Any]
    by: str
    at: str
    why: str
    revises: int | None
    verdicts: tuple[tuple[str, str], ...]


def claim(place: Path, *, why: str = "", by: str | None = None) -> tuple[Judged, ...]:
    """Judge statements: those of a file by the figures in it, or those of a project by its newest run.

    place: a file of claims, or a project folder with `claims.toml`. In a project each statement is entered in the
    ledger before its figure is read; one that is worded otherwise than before is a revision, which needs `why`.

    Raises StatisticsError for a statement that cannot be read or revises without a reason, ProjectError where there is
    no project or run.
    """
    if place.is_dir():
        return _of_project(place, read_claims(_file_in(place), OF_A_RUN), why, by)
    found = read_claims(place)
    return tuple(_judged(one, found) for one in found.statements)


def claim_one(folder: Path, said: Mapping[str, Any], *, why: str = "", by: str | None = None) -> Judged:
    """Judge one statement about a project's suspects. said: group, direction, than, and what it is of where that is not
    all suspect records by self-defined ethnicity: unit, stage, area, period, field.

    The residents and the name may come from its `claims.toml`. Raises as `claim`.
    """
    known = _known(folder)
    about = {**OF_A_RUN, **{name: said[name] for name in OF_A_RUN if said.get(name)}}
    statement = _statement(about, said)
    (judged,) = _of_project(folder, replace(known, statements=(statement,), figures_of={}, residents_of={}), why, by)
    return judged


def _known(folder: Path) -> Claims:
    """What a project's file of claims holds; nothing where it has none."""
    path = folder / CLAIMS_FILE
    return read_claims(path, OF_A_RUN) if path.exists() else Claims((), (), (), {}, {})


def _statement(about: Mapping[str, str], said: Mapping[str, Any]) -> Statement:
    parts = [value for name, value in about.items() if name != "unit" and value != OF_A_RUN[name]]
    of = ", ".join([f"by {about['unit']}", *parts])
    words = f"{said['group']} {said['direction']} than {said['than']} {of}"
    return Statement(
        str(said.get("name") or words), About(**about), said["group"], said["direction"], than_of(said["than"]),
        says=str(said.get("says") or ""),
    )  # fmt: skip


def _file_in(folder: Path) -> Path:
    load_project(folder)
    path = folder / CLAIMS_FILE
    if not path.exists():
        raise StatisticsError(
            "This project has no claims.toml.",
            remedy="Write one, or ask for one statement: joinedup claim --group White --more-than 0.5",
        )
    return path


def _of_project(folder: Path, claims: Claims, why: str, by: str | None) -> tuple[Judged, ...]:
    project = load_project(folder)
    newest = latest(project.runs)
    with closing(open_store(project.folder)) as store:
        numbers = [_entered(store, one, why, by or account()) for one in claims.statements]
        evidence = evidence_of(newest)
        together = replace(claims, evidence=(*evidence, *claims.evidence))
        judged = tuple(_judged(one, together) for one in claims.statements)
        for number, one in zip(numbers, judged, strict=True):
            _keep_verdict(store, number, newest.name, one, by or account())
    return judged


def _judged(statement: Statement, claims: Claims) -> Judged:
    named = claims.figures_of.get(statement.name)
    chosen = [one for one in claims.evidence if named in (None, one.name)]
    if not chosen:
        raise StatisticsError(f"There are no figures called `{named}` for the claim `{statement.name}`.")
    return judge(statement, find(statement, chosen), _residents(statement, claims))


def _residents(statement: Statement, claims: Claims) -> Residents | None:
    """Those named, or else of the field and area; any others where there are none, so that the refusal can say whose
    they are.
    """
    if not statement.than.residents:
        return None
    area, period = claims.residents_of.get(statement.name, statement.about.area), statement.about.period
    field = statement.about.field

    def unlike(one: Residents) -> tuple[bool, ...]:
        return one.field not in field, one.area != area, one.period != period

    return min(claims.residents, key=unlike, default=None)


def _told(statement: Statement) -> dict[str, Any]:
    told = asdict(statement)
    return {name: value for name, value in told.items() if name != "denied"}


# The ledger


def _entered(store: sqlite3.Connection, statement: Statement, why: str, by: str) -> int:
    """The number of a claim in the ledger, entered now where it is new or worded otherwise."""
    told = json.dumps(_told(statement), sort_keys=True)
    with transaction(store):
        before = run(
            store, "SELECT number, statement FROM claim_events WHERE name = ? ORDER BY number DESC", statement.name
        ).fetchone()
        if before is not None and before[1] == told:
            return int(before[0])
        if before is not None and not why.strip():
            raise StatisticsError(
                f"The claim `{statement.name}` is worded otherwise than when it was entered.",
                remedy="Say why it is revised, with --why; the earlier wording stays in the ledger.",
            )
        reason = why.strip() or "a claim is entered before its figure is seen"
        detail = {"command": "claim", "revises": before[0] if before else None}
        entry = append(store, Entry(Act.ALTERATION, by, reason, (Subject("claim", statement.name),), detail))
        row = (entry.sequence, statement.name, told, by, _at(entry.at), reason)
        run(store, "INSERT INTO claim_events VALUES (?, ?, ?, ?, ?, ?)", *row)
        return entry.sequence


def _keep_verdict(store: sqlite3.Connection, claim_number: int, run_name: str, judged: Judged, by: str) -> None:
    """Keep what became of a claim, once for each run and each change."""
    told = json.dumps(as_told(judged), sort_keys=True)
    with transaction(store):
        last = run(
            store, "SELECT run, verdict FROM claim_verdicts WHERE claim = ? ORDER BY number DESC", claim_number
        ).fetchone()
        if last is not None and tuple(last) == (run_name, told):
            return
        subjects = (Subject("claim", judged.statement.name), Subject("run", run_name))
        entry = Entry(Act.ALTERATION, by, "verdict on a claim", subjects, {"command": "claim"})
        kept = append(store, entry)
        row = (kept.sequence, claim_number, run_name, told, _at(kept.at))
        run(store, "INSERT INTO claim_verdicts VALUES (?, ?, ?, ?, ?)", *row)


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


# The claims of a run


def judged_claims(project: Project, figures: pa.Table, soundness: pa.Table) -> pa.Table:
    """Every claim ever entered in a project, every wording of it, judged by a run's own tables: `tables.CLAIMS`.

    Residents, and figures that claims name, are those of `claims.toml` as it stands. Raises StatisticsError where it
    cannot be read.
    """
    told = list(_worded(project))
    if not told:
        return named("claims").empty()
    known = _known(project.folder)
    together = replace(known, evidence=(*evidence_in(figures, soundness, "This run."), *known.evidence))
    later = {one.revises: one.number for one, _ in told}
    rows = [_row(one, _judged(statement, together), later.get(one.number)) for one, statement in told]
    return pa.Table.from_pylist(rows, schema=named("claims").schema)


def claims_state(project: Project) -> list[object]:
    """What the claims of a run depend on, besides its figures."""
    path = project.folder / CLAIMS_FILE
    return [[one.number for one, _ in _worded(project)], path.read_text(errors="replace") if path.exists() else ""]


def _worded(project: Project) -> Iterator[tuple[Entered, Statement]]:
    with closing(open_store(project.folder)) as store:
        rows = run(store, _EVENTS).fetchall()
        for one in _with_verdicts(store, rows):
            yield one, _restored(one.statement)


def _restored(told: Mapping[str, Any]) -> Statement:
    """A statement as the ledger holds it."""
    return Statement(**{**told, "about": About(**told["about"]), "than": Than(**told["than"])})


def _row(entered: Entered, judged: Judged, revised_by: int | None) -> dict[str, Any]:
    verdict = judged.verdict
    return {
        "number": entered.number,
        "claim": entered.name,
        "statement": str(judged.statement),
        "entered_at": entered.at,
        "entered_by": entered.by,
        "revises": entered.revises,
        "revised_by": revised_by,
        "why": entered.why,
        "figures": [judged.evidence.name],
        "verdict": verdict.word,
        **_ends(verdict),
        "assumption": verdict.assumption,
        "because": verdict.because,
        "opposite_verdict": judged.opposite.word,
    }


def ledger(folder: Path) -> tuple[Entered, ...]:
    """Every claim of a project, every wording of it and every verdict, the oldest first. Raises ProjectError."""
    project = load_project(folder)
    with closing(open_store(project.folder)) as store:
        return tuple(_with_verdicts(store, run(store, _EVENTS).fetchall()))


_EVENTS = "SELECT number, name, statement, done_by, done_at, why FROM claim_events ORDER BY number"
_VERDICTS = "SELECT run, verdict FROM claim_verdicts WHERE claim = ? ORDER BY number"


def _with_verdicts(store: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> Iterator[Entered]:
    before: dict[str, int] = {}
    for number, name, statement, by, at, why in rows:
        told = run(store, _VERDICTS, number).fetchall()
        verdicts = tuple((of, str(json.loads(verdict)["verdict"])) for of, verdict in told)
        yield Entered(number, name, json.loads(statement), by, at, why, before.get(name), verdicts)
        before[name] = number


def as_told(judged: Judged) -> dict[str, Any]:
    """A verdict for machines: the keys that others rely on, shares from 0 to 1."""
    held = judged.verdict.held
    return {
        "claim": judged.statement.name,
        "says": judged.statement.says or None,
        "statement": str(judged.statement),
        "verdict": judged.verdict.word,
        "opposite": judged.opposite.word,
        "assumption": judged.verdict.assumption,
        "opposite_assumption": judged.opposite.assumption,
        **_ends(judged.verdict),
        "with_chance": list(held.chance) if held and held.chance else None,
        "against": list(held.against) if held else None,
        "because": judged.verdict.because,
        "as_quoted": judged.verdict.as_quoted,
        "settles": asdict(judged.verdict.settles) if judged.verdict.settles else None,
        "if": [
            {"assumption": sentence, "verdict": verdict.word, **_ends(verdict)} for sentence, verdict in judged.under
        ],
        "others": {one.group: verdict.word for one, verdict in judged.others},
        "source": judged.evidence.source,
        "certainty": judged.evidence.certainty or None,
    }


def _ends(verdict: Verdict) -> dict[str, float | None]:
    held = verdict.held
    return {"lower": held.lower if held else None, "upper": held.upper if held else None}


__all__ = ["CLAIMS_FILE", "Entered", "as_told", "claim", "claim_one", "claims_state", "judged_claims", "ledger"]
