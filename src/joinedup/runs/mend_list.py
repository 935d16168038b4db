"""The mend list of one system: what other records hold for its gaps, as a file for a person to confirm.

Nothing is filled by machine. A person confirms a value, the system is corrected, and its next extract proves it. The
file gives one force what others hold, so it is a disclosure, and logged as one before the file appears.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from joinedup import codes
from joinedup.audit import Act, Entry, Subject, append, open_store, transaction
from joinedup.codes import CodeList
from joinedup.engine import DuckDBEngine
from joinedup.engine.contract import Frame
from joinedup.engine.harmless import harmless_column
from joinedup.engine.storing import appearing
from joinedup.errors import Place, StorageError
from joinedup.runs.accounts import account
from joinedup.runs.counting import ETHNICITY, NATIONALITY, OBSERVED, RunTables
from joinedup.runs.folder import latest
from joinedup.runs.mend_gaps import FIELDS, PARTS, Finding, Gap, Material, finding, gather, judged_same
from joinedup.runs.mend_words import COLUMNS, WORDS, Words
from joinedup.runs.project import Project, load_project
from joinedup.runs.stages import LINKED

MARK = "\ufeff"
"""Without it Excel reads UTF-8 as another encoding."""

_BLOCK = 10_000
"""Lines that are made ready together."""

SUBJECTS_PER_ENTRY = 1_000
"""The log names every record that is shown, for whoever asks after it, and no entry of it grows without end."""


_ORDER = ("elsewhere", "conflicting", "nowhere")


@dataclass(frozen=True)
class GapCounts:
    """gaps = elsewhere + conflicting + nowhere.

    elsewhere: one answer in other records. conflicting: several. nowhere: none that can be shown, so the person must be
    asked. withheld: of nowhere, those that only restricted records answer or deny. own: of elsewhere and conflicting,
    those that only other records of the same system answer.
    """

    gaps: int = 0
    elsewhere: int = 0
    conflicting: int = 0
    nowhere: int = 0
    withheld: int = 0
    own: int = 0

    @staticmethod
    def of(found: Sequence[Finding]) -> GapCounts:
        """Counts of some gaps."""
        kinds = {kind: sum(one.kind == kind for one in found) for kind in _ORDER}
        return GapCounts(len(found), **kinds, withheld=sum(f.withheld for f in found), own=sum(f.own for f in found))


@dataclass(frozen=True)
class MendList:
    """What was written, and for whom. records: of the system that have a gap. described_only: records of people whom
    nobody could name, which are left out. gaps, of_suspects: by `self-defined ethnicity` and `nationality`. file: None
    when nothing was missing.
    """

    system: str
    run: str
    invented: bool
    forces: tuple[str, ...]
    records: int
    described_only: int
    gaps: Mapping[str, GapCounts]
    of_suspects: Mapping[str, GapCounts]
    file: Path | None = None


@dataclass(frozen=True)
class Line:
    """One gap and what was found for it."""

    gap: Gap
    field: str
    found: Finding


def mend(folder: Path, system: str, out: Path, *, why: str, by: str | None = None) -> MendList:
    """Write what other records hold for the gaps of one system, from the newest run, as CSV; see `COLUMNS`.

    A line is one gap: a record that lacks self-defined ethnicity or nationality. Suspects stand first, and records with
    most to confirm before others. Live formulas are made harmless. Nothing is written where nothing is missing.
    why, by: for the audit log, which names the system and its forces as recipients, and every record shown.

    Raises ProjectError when there is no run or no such system; StorageError for a file that is there already (somebody
    may have confirmed values in it), that would be read as an extract, or is no .csv, and when the disk refuses.
    """
    project = load_project(folder)
    run = latest(project.runs)
    _refuse(project, out)
    words = _words(project, run, system)
    lines = list_of(words.material)
    made = _counted(project, run, words.material, lines)
    if not lines:
        return made
    with appearing(out) as temporary:
        digest = _write(temporary, words, lines)
        detail = {"command": "mend", "run": run.name, "file": out.name, "sha256": digest, "gaps": len(lines)}
        recipients = (system, *made.forces)
        _log(project, [Entry(Act.DISCLOSURE, by or account(), why, subjects, detail, recipients)
                       for subjects in _in_parts(_subjects(words, lines))])  # fmt: skip
    return replace(made, file=out)


def _refuse(project: Project, out: Path) -> None:
    place = Place(file=str(out))
    if out.suffix.lower() != ".csv":
        raise StorageError("The list is written as .csv.", place=place)
    if out.resolve().is_relative_to(project.sources.resolve()):
        raise StorageError(
            "The list would be read as an extract there.", place=place, remedy="Name a place outside sources/."
        )
    if out.exists():
        raise StorageError(
            "There is a file of this name, and somebody may have confirmed values in it.",
            place=place,
            remedy="Name another, or move it away.",
        )


def _words(project: Project, run: Path, system: str) -> Words:
    def read(table: str) -> Frame:
        return engine.read(run / "tables" / f"{table}.parquet")

    own = _lists(project)
    with closing(DuckDBEngine(project.resources)) as engine:
        people, roles, crimes = read("person_records"), read("roles"), read("crimes")
        tables = RunTables(people, roles, crimes, read("clusters"), read("returns"), rows_sent={}, lists=own)
        same = judged_same(run / "tables" / "judgements.parquet")
        material = gather(engine, tables, read("pairs"), system, same)
    lists = {field: tables.code_list(field) for field in (ETHNICITY, OBSERVED)}
    lists[NATIONALITY] = own.get("nationalities") or codes.code_list("nationality")
    return Words(material, lists, float(json.loads((run / LINKED).read_text())["threshold"]))


def _lists(project: Project) -> dict[str, CodeList]:
    folder = project.source_settings().lists.folder
    return {column: codes.code_list(name, folder) for column, name in project.code_lists.items()}


def list_of(material: Material) -> list[Line]:
    """Every gap: suspects first, then records with something to confirm; the gaps of one record stand together."""
    records = [
        [Line(gap, field, finding(gap, field, material.beside(gap))) for field in gap.lacks()] for gap in material.gaps
    ]
    records.sort(key=_record_order)
    return [line for lines in records for line in lines]


def _record_order(lines: Sequence[Line]) -> tuple[int, int, str]:
    gap = lines[0].gap
    return gap.part, min(_ORDER.index(line.found.kind) for line in lines), gap.local_id


def _counted(project: Project, run: Path, material: Material, lines: Sequence[Line]) -> MendList:
    suspects = [line for line in lines if PARTS[line.gap.part] == "suspect"]
    return MendList(
        system=material.system,
        run=run.name,
        invented=project.invented,
        forces=tuple(sorted({gap.force for gap in material.gaps if gap.force})),
        records=len(material.gaps),
        described_only=material.described_only,
        gaps=_counts(lines),
        of_suspects=_counts(suspects),
    )


def _counts(lines: Sequence[Line]) -> dict[str, GapCounts]:
    return {WORDS[field]: GapCounts.of([line.found for line in lines if line.field == field]) for field in FIELDS}


def _write(path: Path, words: Words, lines: Sequence[Line]) -> str:
    """Write the file, for nobody outside the account's group to read; give its SHA-256."""
    path.touch(mode=0o660)
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for text in written(words, lines):
            digest.update(text)
            file.write(text)
    return digest.hexdigest()


def written(words: Words, lines: Sequence[Line]) -> Iterator[bytes]:
    """The file, piece by piece."""
    yield (MARK + ",".join(f'"{name}"' for name in COLUMNS) + "\r\n").encode()
    for start in range(0, len(lines), _BLOCK):
        block = [words.line(line.gap, line.field, line.found) for line in lines[start : start + _BLOCK]]
        yield _csv([pa.array(cells, pa.string()) for cells in zip(*block, strict=True)])


def _csv(columns: Sequence[pa.Array]) -> bytes:
    """Rows of cells, every one quoted, and none that a spreadsheet would run."""
    cells = [pc.replace_substring(harmless_column(column), '"', '""') for column in columns]
    rows = pc.binary_join_element_wise(*cells, '","')
    return "".join(f'"{row}"\r\n' for row in rows.to_pylist()).encode()


def _subjects(words: Words, lines: Iterable[Line]) -> list[Subject]:
    """Every record of which something is shown to the system's force, and every record that it is shown for."""
    named: dict[str, None] = {}
    for line in lines:
        shown = [*line.found.shown, *(words.seen_elsewhere(line.gap) if line.field == ETHNICITY else [])]
        if shown:
            named |= dict.fromkeys([line.gap.record_id, *(other.record_id for other in shown)])
    return [Subject("record", record) for record in sorted(named)]


def _in_parts(subjects: Sequence[Subject]) -> Iterator[tuple[Subject, ...]]:
    """At least one entry, even where the list shows nothing of anybody."""
    for start in range(0, max(len(subjects), 1), SUBJECTS_PER_ENTRY):
        yield tuple(subjects[start : start + SUBJECTS_PER_ENTRY])


def _log(project: Project, entries: Sequence[Entry]) -> None:
    with closing(open_store(project.folder)) as store, transaction(store):
        for entry in entries:
            append(store, entry)
