"""Why two records are, or are not, one person: in words, in bits that add up, and as a picture. Every look is logged.

Values of the records are shown on request alone, and never those of a record that its sender restricted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup import tables
from joinedup.audit import Act, Entry, Subject, append, open_store, transaction
from joinedup.engine import DuckDBEngine, write_bytes
from joinedup.errors import LinkageError, Place, ProjectError, StorageError
from joinedup.linkage import COMPARED, grounds
from joinedup.linkage.again import Again, again, prior_of
from joinedup.linkage.features import records_of
from joinedup.linkage.grounds import Decided, Grounds
from joinedup.linkage.judgements import in_force
from joinedup.linkage.model_files import read_model
from joinedup.linkage.reasons import Account, Reason, Terms, account
from joinedup.linkage.slips import slips
from joinedup.releases.waterfall import as_file, waterfall
from joinedup.runs.accounts import account as who
from joinedup.runs.folder import latest
from joinedup.runs.project import Project, load_project
from joinedup.runs.stages import LINKED

Values = Literal["none", "unrestricted", "all"]
"""Whose values are shown: nobody's, those of records that no sender restricted, or of both records."""

SHOWN = tuple(
    name for name in COMPARED if name != "record_id" and not tables.PERSON_RECORDS.column(name).protected
)  # fmt: skip
"""Columns of `person_records` that are shown side by side: what is compared, and nothing protected."""


@dataclass(frozen=True)
class SideBySide:
    """Both records' values of one column, as text; None where there is none, or where the record is restricted."""

    column: str
    one: str | None
    other: str | None


@dataclass(frozen=True)
class Shown:
    """The values of two records. restricted: ids of those whose values are not shown, because their sender said so."""

    restricted: tuple[str, ...]
    columns: tuple[SideBySide, ...]


@dataclass(frozen=True)
class Explained:
    """Why two records are, or are not, one person.

    match_weight: of the two themselves, bits, our own steps included; None where the run found nothing to compare.
    threshold: bits from which a pair is joined. reasons: every comparison and step that gave or took bits, strongest
    for first. by_key: whether a key joins the two. grounds: what decided. account: the arithmetic in words; None
    without a weight. shown: values, where they were asked for.
    """

    same_person: bool
    match_weight: float | None
    threshold: float
    reasons: tuple[Reason, ...]
    by_key: bool
    grounds: Grounds
    account: Account | None
    shown: Shown | None = None


def explain(
    folder: Path, one: str, other: str, *, why: str, by: str | None = None, values: Values = "none"
) -> Explained:
    """Why two records are, or are not, one person, from the newest run. A pair that it never compared is weighed now.

    one, other: record ids. why, by: for the audit log. values: whose values to show. The look is logged, with every
    record that is named and with whether values are shown, before anything is given.

    Raises ProjectError when there is no run or a record is not in it.
    """
    project = load_project(folder)
    run = latest(project.runs)
    with closing(DuckDBEngine(project.resources)) as engine:
        pair = _Pair(run, engine, one, other)
        explained = pair.explained(_shown(pair, values))
    _log(project, Entry(
        Act.CONSULTATION, by or who(), why,
        tuple(Subject("record", record) for record in dict.fromkeys((one, other, *explained.grounds.chain))),
        {"command": "explain", "values": values},
    ))  # fmt: skip
    return explained


def draw(explained: Explained, path: Path) -> None:
    """Write the account as a picture to an SVG file. It shows words and bits, and no value or id.

    Raises LinkageError for a pair without a weight, StorageError for another kind of file or one that cannot be
    written.
    """
    if path.suffix.lower() != ".svg":
        raise StorageError("The picture is written as .svg.", place=Place(file=str(path)))
    if explained.account is None:
        raise LinkageError("There is no weight to draw: the run found nothing to compare.")
    write_bytes(path, as_file(waterfall(explained.account)))


class _Pair:
    """Two records of a run. What takes long is worked out when it is first asked for."""

    def __init__(self, run: Path, engine: DuckDBEngine, one: str, other: str) -> None:
        self._run, self._engine = run, engine
        self.one, self.other = one, other
        self._clusters = pq.read_table(self._path("clusters"), columns=["record_id", "person_id"])
        self._people = tuple(self._person_of(record) for record in (one, other))
        self._threshold = float(json.loads((run / LINKED).read_text())["threshold"])

    def explained(self, shown: Shown | None) -> Explained:
        """All that is to be said."""
        told = self._account()
        weight = told.match_weight if told else None
        return Explained(
            self._people[0] == self._people[1], weight, self._threshold, told.reasons if told else (), self._by_key,
            self._grounds(weight), told, shown,
        )  # fmt: skip

    @cached_property
    def rows(self) -> pa.Table:
        """What may be shown of the two records, and whether it may."""
        people = self._engine.read(self._path("person_records")).select("record_id", "restriction", *SHOWN)
        return self._engine.collect(people.filter(nw.col("record_id").is_in([self.one, self.other])))

    def _path(self, table: str) -> Path:
        return self._run / "tables" / f"{table}.parquet"

    def _person_of(self, record: str) -> str:
        found = self._clusters.filter(pc.equal(self._clusters["record_id"], record))["person_id"].to_pylist()
        if not found:
            raise ProjectError(
                "The newest run holds no such record.",
                place=Place(column="record_id"),
                remedy="Write it as system:reference.",
            )
        return str(found[0])

    @cached_property
    def _ends(self) -> tuple[str, str]:
        first, second = sorted((self.one, self.other))
        return first, second

    @cached_property
    def _stored(self) -> list[dict[str, Any]]:
        filters = [("record_id_l", "=", self._ends[0]), ("record_id_r", "=", self._ends[1])]
        return list(pq.read_table(self._path("pairs"), filters=filters).to_pylist())

    @property
    def _by_key(self) -> bool:
        return any(row["match_weight"] is None for row in self._stored)

    @cached_property
    def _model(self) -> dict[str, Any] | None:
        path = self._run / "model.json"
        return read_model(path) if json.loads(path.read_text()) else None

    @cached_property
    def _again(self) -> Again | None:
        if self._model is None:
            return None
        return again(self._engine, self._engine.read(self._path("person_records")), self._model)

    def _account(self) -> Account | None:
        if self._model is None:
            return None
        row = next((row for row in self._stored if row["match_weight"] is not None), None)
        if row is None:
            row = self._again.pair(*self._ends) if self._again else {}
        terms = Terms(prior_of(self._model), self._threshold)
        return account(row["evidence"], row["match_weight"], terms, self._finer(row["evidence"]))

    def _finer(self, evidence: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        two = records_of(self._engine, self._engine.frame(self.rows))
        return slips(two.features, {one["comparison"]: one["level"] for one in evidence})

    def _grounds(self, weight: float | None) -> Grounds:
        pair = Decided(weight, self._threshold, self._by_key, self._judged.get(self._ends))
        if self._people[0] == self._people[1]:
            simple = pair.reaches or pair.by_key or pair.judged == "same"
            return grounds.joined(pair, () if simple else self._chain())
        ones, others = (self._records(person) for person in self._people)
        if grounds.between(self._of("different"), ones, others):
            return grounds.judged_apart(pair)
        if not pair.reaches or self._again is None:
            return grounds.too_light(pair)
        met = grounds.between(self._ties([*ones, *others]), ones, others)
        weights = self._again.between(ones, others)
        return grounds.apart(weights, (len(ones), len(others)), self._threshold, met=met)

    @cached_property
    def _judged(self) -> dict[tuple[str, str], str]:
        path = self._path("judgements")
        rows = in_force(pq.read_table(path)).to_pylist() if path.exists() else []
        return {(row["record_id_l"], row["record_id_r"]): row["verdict"] for row in rows}

    def _of(self, verdict: str) -> list[tuple[str, str]]:
        return [ends for ends, decided in self._judged.items() if decided == verdict]

    def _records(self, person: str) -> list[str]:
        found = self._clusters.filter(pc.equal(self._clusters["person_id"], person))["record_id"]
        return sorted(found.to_pylist())

    def _chain(self) -> tuple[str, ...]:
        members = self._records(self._people[0])
        inside = [ends for ends in self._of("same") if set(ends) <= set(members)]
        return grounds.shortest([*self._ties(members), *inside], self.one, self.other)

    def _ties(self, members: list[str]) -> Iterator[tuple[str, str]]:
        """Pairs of some records that were compared and reached the threshold, or that a key joins."""
        inside = [(name, "in", members) for name in ("record_id_l", "record_id_r")]
        names = ["record_id_l", "record_id_r", "match_weight"]
        for row in pq.read_table(self._path("pairs"), columns=names, filters=inside).to_pylist():
            if row["match_weight"] is None or row["match_weight"] >= self._threshold:
                yield row["record_id_l"], row["record_id_r"]


def _shown(pair: _Pair, values: Values) -> Shown | None:
    if values == "none":
        return None
    by_id = {row["record_id"]: row for row in pair.rows.to_pylist()}
    both = [by_id[record] for record in (pair.one, pair.other)]
    hidden = tuple(row["record_id"] for row in both if values != "all" and row["restriction"])
    told = [{} if row["record_id"] in hidden else row for row in both]
    return Shown(hidden, tuple(SideBySide(name, *(_text(row.get(name)) for row in told)) for name in SHOWN))


def _text(value: object) -> str | None:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or None
    return None if value is None else str(value)


def _log(project: Project, entry: Entry) -> None:
    with closing(open_store(project.folder)) as store, transaction(store):
        append(store, entry)
