"""A file of returned rows comes back mended: only rows that were mended, and now pass, are taken."""

from __future__ import annotations

import re
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc

from joinedup.audit import Act, Entry, Subject, append, open_store, transaction
from joinedup.engine import ROW, ExtractReader, Reading, is_extract, open_extract
from joinedup.engine.digests import row_digest
from joinedup.engine.spreadsheet import sheet_names
from joinedup.errors import ExtractError, Place
from joinedup.runs import folder as places
from joinedup.runs.accounts import account
from joinedup.runs.checking import Asked, Overlay, Verdict, give_receipt, judged
from joinedup.runs.digests import file_digest
from joinedup.runs.project import Project, project_around
from joinedup.runs.receipts import written_by_us
from joinedup.runs.returned import Written, set_aside, write_returned
from joinedup.sources import MAP_NAME, FileCount, load_map
from joinedup.sources.mended import (
    Mended,
    MendedReader,
    MendedRow,
    companion,
    read_mended,
    unbent,
    with_mended,
    write_mended,
)
from joinedup.sources.settings import Reader


@dataclass(frozen=True)
class Drawn:
    """Rows of another extract that mended rows name, and that go back themselves. written: where to mend them."""

    file: str
    rows: int
    written: Written = field(default_factory=Written)


@dataclass(frozen=True)
class Taken:
    """What became of the rows of a returned file: rows = taken + still_returned + unchanged.

    mended_file: where taken rows stand; None when nothing was written. receipt: what to send back. again: taken rows
    that had been mended otherwise before. before: the file of mended rows as it was then. drawn: what holds up rows
    that are right by themselves.
    """

    extract: Path
    rows: int
    taken: int
    still_returned: int
    unchanged: int
    mended_file: Path | None = None
    written: Written = field(default_factory=Written)
    receipt: Path | None = None
    again: int = 0
    before: Path | None = None
    drawn: tuple[Drawn, ...] = ()


@dataclass(frozen=True)
class Sent:
    """A returned file as it came back: its extract, and the rows that were mended."""

    returned: Path
    extract: Path
    sheet: str | None
    columns: list[str]
    rows: int
    earlier: Mended
    changed: Mended


def take(returned: Path, *, extract: Path | None = None, try_only: bool = False, by: str | None = None) -> Taken:
    """Judge the mended rows of `EXTRACT.returns.csv` or `.xlsx` and take those that pass.

    Rows are judged in mode `new`, in their places in the extract and together with the system's other files. Taken rows
    go to `EXTRACT.mended.csv`, which is read with the extract from then on; the extract itself stays as it is. The
    returned files are written anew with what is left to mend. Where a mended row names one of another file that goes
    back, as a role does whose person lacks an answer, that file's returned rows are written too: mended first, they let
    it in. try_only: say what would happen, and write nothing.

    Raises ExtractError when the extract cannot be found, or the rows are of another version of it; StorageError.
    """
    place, sheet = _extract_of(returned) if extract is None else (extract, _sheet_of(returned, extract))
    project = project_around(place)
    with ExitStack() as stack:
        if project is not None and not try_only:
            stack.enter_context(places.locked(project.runs))
        return _take(_sent(returned, place, sheet), project, None if try_only else (by or account()))


def _take(sent: Sent, project: Project | None, by: str | None) -> Taken:
    place = sent.extract
    taken = _passing(sent)
    with judged(_judged_with(place), Asked(), _overlay(sent, {**sent.earlier, **sent.changed})) as verdict:
        result = Taken(place, sent.rows, len(taken), len(sent.changed) - len(taken), sent.rows - len(sent.changed))
        if result.still_returned and len(verdict.counts) > 1:
            result = replace(result, drawn=_drawn(verdict, sent, set(sent.changed) - set(taken)))
        return result if by is None else _written(verdict, sent, taken, result, project, by)


def _passing(sent: Sent) -> Mended:
    """The mended rows that are accepted beside those already taken, when those that are not are left out again."""
    taken = sent.changed
    while True:
        with judged(_judged_with(sent.extract), Asked(), _overlay(sent, {**sent.earlier, **taken})) as verdict:
            accepted = _accepted(verdict, sent)
        passing = {number: row for number, row in taken.items() if number in accepted}
        if len(passing) == len(taken):
            return passing
        taken = passing


def _accepted(verdict: Verdict, sent: Sent) -> set[int]:
    """Rows of the extract that became rows of a table and do not go back."""
    name = _count(verdict, sent).file
    found: set[int] = set()
    for frame in verdict.gated.accepted.values():
        rows = verdict.engine.collect(frame.filter(nw.col("source_file") == name).select("source_row"))
        found.update(rows["source_row"].to_pylist())
    return found


_NAMED = (("person_records", "record_id"), ("crimes", "crime_id"))


def _drawn(verdict: Verdict, sent: Sent, left: set[int]) -> tuple[Drawn, ...]:
    """The other files with rows that the mended rows `left` name and that go back themselves."""
    own = _count(verdict, sent).file
    found: dict[str, set[int]] = {}
    for table, key in _NAMED:
        if table in verdict.gated.known:
            for file, row in _returned(verdict, table, key, _names(verdict, key, own, left)):
                found.setdefault(file, set()).add(row)
    return tuple(Drawn(file, len(rows)) for file, rows in sorted(found.items()) if file != own)


def _names(verdict: Verdict, key: str, file: str, rows: set[int]) -> list[str]:
    """The keys of people or crimes that some rows of a file name."""
    found: set[str] = set()
    for frame in verdict.gated.known.values():
        if key in frame.collect_schema().names():
            here = frame.filter(nw.col("source_file") == file, nw.col("source_row").is_in(sorted(rows)))
            found.update(verdict.engine.collect(here.select(key))[key].to_pylist())
    return sorted(found - {None})


def _returned(verdict: Verdict, table: str, key: str, wanted: list[str]) -> list[tuple[str, int]]:
    """File and row of the rows of a table with a key that is wanted, which go back."""
    if not wanted:
        return []
    frame = verdict.gated.known[table].filter(nw.col(key).is_in(wanted)).select("source_file", "source_row")
    both = frame.join(verdict.gated.returned_places, on=["source_file", "source_row"], how="inner")
    told = verdict.engine.collect(both)
    return list(zip(told["source_file"].to_pylist(), told["source_row"].to_pylist(), strict=True))


def _count(verdict: Verdict, sent: Sent) -> FileCount:
    for count in verdict.counts:
        if (count.path, count.sheet) == (sent.extract, sent.sheet):
            return count
    raise ExtractError(
        "The source map does not read this extract, or not this sheet of it.", place=Place(file=sent.extract.name)
    )


def _written(verdict: Verdict, sent: Sent, taken: Mended, result: Taken, project: Project | None, by: str) -> Taken:
    beside = companion(sent.extract, "mended", sent.sheet)
    if project is not None:
        _log(project, sent, result, by)  # said first: stopped in between, the log says more than was done, never less
    again = {number for number in taken if number in sent.earlier}
    kept = set_aside(beside) if again else None
    if taken:
        write_mended(beside, sent.columns, {**sent.earlier, **taken})
    count = _count(verdict, sent)
    # The file that came back is written anew with every cell that was mended in it. One beside it may hold others.
    ours = {*written_by_us(project, sent.extract.parent, count.system), file_digest(sent.returned)}
    written = write_returned(verdict.collected, verdict.gated, count, None, ours)
    drawn = tuple(_told(verdict, one, project) for one in result.drawn)
    clean = [] if result.still_returned else written.files
    receipt = give_receipt(verdict, project, None, [*clean, *(path for one in drawn for path in one.written.files)])
    done = beside if taken else None
    return replace(
        result, mended_file=done, written=written, receipt=receipt, again=len(again), before=kept, drawn=drawn
    )


def _told(verdict: Verdict, drawn: Drawn, project: Project | None) -> Drawn:
    """Written as it is when the mended rows are in: so its reasons are told where they can be mended."""
    (count,) = [count for count in verdict.counts if count.file == drawn.file]
    ours = written_by_us(project, count.path.parent, count.system)
    return replace(drawn, written=write_returned(verdict.collected, verdict.gated, count, None, ours))


def _log(project: Project, sent: Sent, result: Taken, by: str) -> None:
    detail = {
        "file": sent.returned.name, "taken": result.taken, "still_returned": result.still_returned,
        "unchanged": result.unchanged,
    }  # fmt: skip
    subject = Subject("extract", sent.extract.resolve().relative_to(project.folder.resolve()).as_posix())
    with closing(open_store(project.folder)) as store, transaction(store):
        append(store, Entry(Act.COLLECTION, by, "mended rows taken", (subject,), detail))


_SET_ASIDE = re.compile(r"\.kept-\d{8}T\d{6}(-\d+)?$")


def _extract_of(returned: Path) -> tuple[Path, str | None]:
    """The extract that a returned file belongs to, and its sheet: both lie in one folder under one stem."""
    stem, kind, _ = (*returned.name.rsplit(".", 2), "", "")[:3]
    if not returned.is_file() or kind != "returns":
        raise ExtractError(
            "There is no such file." if not returned.exists() else "This is not a file of returned rows.",
            place=Place(file=str(returned)),
            remedy="Name the EXTRACT.returns.csv or .xlsx that was mended, or the extract with --extract.",
        )
    stem = _SET_ASIDE.sub("", stem)
    beside = [path for path in sorted(returned.parent.iterdir()) if is_extract(path)]
    for path in beside:
        if companion(path, "returns").name == f"{stem}.returns.csv":
            return path, None
    for path in beside:
        if (sheet := _sheet_of(returned, path)) is not None:
            return path, sheet
    raise ExtractError(
        "The extract that these rows were returned from is not here.",
        place=Place(file=returned.name),
        remedy="Put the file back beside its extract under the name it was returned with, or name the extract with "
        "--extract.",
    )


def _sheet_of(returned: Path, extract: Path) -> str | None:
    """The sheet of a workbook that a returned file's name names, or None."""
    stem = _SET_ASIDE.sub("", returned.name.rsplit(".", 2)[0])
    named = [s for s in sheet_names(extract) if stem.endswith(f".{s}")] if extract.suffix.lower() == ".xlsx" else []
    return max(named, key=len, default=None)


def _sent(returned: Path, extract: Path, sheet: str | None) -> Sent:
    columns = _opened(extract, sheet).columns
    beside = companion(extract, "mended", sheet)
    earlier = read_mended(beside, columns) if beside.exists() else {}
    rows = _as_sent(read_mended(returned, columns), _opened(extract, sheet))
    changed = {
        number: row
        for number, row in rows.items()
        if row_digest(row.cells) != row.digest and row != earlier.get(number)
    }
    return Sent(returned, extract, sheet, columns, len(rows), earlier, changed)


def _as_sent(rows: Mended, reader: ExtractReader) -> dict[int, MendedRow]:
    """The rows without what a spreadsheet did to them by itself, where the extract still holds the row."""
    found = dict(rows)
    for part in reader.parts():
        table = part.table.filter(pc.is_in(part.table[ROW], pa.array(sorted(rows), pa.int64())))
        for number, *sent in zip(*[table[name].to_pylist() for name in (ROW, *reader.columns)], strict=True):
            typed, beside = rows[number].cells[: len(sent)], rows[number].cells[len(sent) :]
            cells = (unbent(cell, was or "") for cell, was in zip(typed, sent, strict=True))
            found[number] = MendedRow(rows[number].digest, (*cells, *beside))
    return found


def _opened(extract: Path, sheet: str | None) -> ExtractReader:
    beside = extract.parent / MAP_NAME
    reading = load_map(beside).reading if beside.exists() else Reading()
    return open_extract(extract, replace(reading, sheet=sheet))


def _judged_with(extract: Path) -> list[Path]:
    """The extracts of a system are judged together, so that roles find their people."""
    beside = extract.parent / MAP_NAME
    if not beside.exists() and project_around(extract) is None:
        return [extract]
    ignored = load_map(beside).ignore if beside.exists() else ()
    others = [p for p in sorted(extract.parent.iterdir()) if is_extract(p) and p != extract]
    return [extract, *(p for p in others if not any(p.match(pattern) for pattern in ignored))]


def _overlay(sent: Sent, rows: Mended) -> Overlay:
    def overlay(reader: ExtractReader, sheet: str | None) -> Reader:
        if (reader.path, sheet) == (sent.extract, sent.sheet):
            return MendedReader(reader, rows, sent.returned.name) if rows else reader
        return with_mended(reader, sheet)

    return overlay
