"""The stage that finds closed cases to look at again, from a run's tables; and the pool that a review ranks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.errors import Place, ProjectError
from joinedup.review import wording
from joinedup.review.deciding import with_notes
from joinedup.review.facts import READS, facts, places
from joinedup.review.masking import masked
from joinedup.review.pool import Pool
from joinedup.review.ranker import with_marks
from joinedup.review.rules import rules
from joinedup.review.simulate import FEW_TEXTS
from joinedup.review.tables import review_cases, review_counts
from joinedup.review.terms import terms

if TYPE_CHECKING:
    from joinedup.runs.stages import Counts, Work

Read = Callable[[str, list[str]], pa.Table]
NAMES = ("forenames", "surname", "aliases")
ALL_WORDS = 200_000
"""Up to so many cases pairs of words are counted too; beyond, words alone, which cost about three points of WSS."""


def review(work: Work) -> Counts:
    """Record tables, clusters and, where there are any, groups -> cases to look at again, and counts of them."""

    def read(name: str, columns: list[str]) -> pa.Table:
        return work.engine.collect(work.table(name).select(*columns))

    given = {name: read(name, list(columns)) for name, columns in READS.items()}
    grouped = _in_groups(given, read) if work.path("group_members").exists() else _NO_IDS
    known = with_notes(facts(given), given["notes"], _NO_IDS, grouped)
    rule_book = rules()
    cases = review_cases(known, rule_book)
    counts = review_counts(known, rule_book, given["charges"])
    return {
        "review_cases": work.write("review_cases", work.engine.frame(cases)),
        "review_counts": work.write("review_counts", work.engine.frame(counts)),
        "cases_with_hits": int(pc.sum(pc.greater(cases["rank"], 0)).as_py() or 0),
    }


_NO_IDS = pa.array([], pa.string())


def _in_groups(given: dict[str, pa.Table], read: Read) -> pa.Array:
    """Ids of the crimes of which a suspect is a suspect of a group."""
    members = read("group_members", ["person_id", "role"])
    people = members.filter(pc.equal(members["role"], "suspect"))["person_id"].combine_chunks()
    clusters = given["clusters"]
    records = clusters.filter(pc.is_in(clusters["person_id"], value_set=people))["record_id"].combine_chunks()
    roles = given["roles"]
    here = pc.and_(
        pc.is_in(roles["record_id"], value_set=records),
        pc.is_in(roles["role"], value_set=pa.array(["suspect", "offender"])),
    )
    return roles.filter(here)["crime_id"].combine_chunks().unique()


def pool(folder: Path) -> Pool:
    """The cases of a finished run, in order of id, with their words and marks counted. folder: the run's.

    Raises ProjectError for a run made before reviews were.
    """
    tables = folder / "tables"
    if not (tables / "review_cases.parquet").exists():
        raise ProjectError(
            "This run has no cases to review.", place=Place(file=str(folder)), remedy="Start a new run: joinedup run."
        )
    cases = pq.read_table(tables / "review_cases.parquet", columns=["crime_id", "force", "hits", "rank"])
    cases = cases.take(pc.sort_indices(cases["crime_id"]))
    texts = _texts(cases, tables)
    hidden = masked(_names(tables))
    words = terms(
        texts, hidden, pairs=len(texts) <= ALL_WORDS, rarest=1 if len(texts) <= FEW_TEXTS else 2
    )  # fmt: skip
    names, marks = _marks(cases, texts)
    return Pool(
        tuple(cases["crime_id"].to_pylist()), tuple(cases["force"].to_pylist()), cases["rank"].to_numpy(),
        with_marks(words.matrix, marks), words.hashes, names, texts, hidden,
    )  # fmt: skip


def _texts(cases: pa.Table, tables: Path) -> list[str]:
    """Of each case the words of its notes, in order of note, and of its closing reason. Nothing else is read."""
    notes = pq.read_table(tables / "notes.parquet", columns=["note_id", "crime_id", "text"])
    notes = notes.take(pc.sort_indices(notes, sort_keys=[("crime_id", "ascending"), ("note_id", "ascending")]))
    crimes = pq.read_table(tables / "crimes.parquet", columns=["crime_id", "closed_reason"])
    parts: list[list[str]] = [[] for _ in range(len(cases))]
    for table, column in ((notes, "text"), (crimes, "closed_reason")):
        for at, text in zip(places(table["crime_id"], cases["crime_id"]), table[column].to_pylist(), strict=True):
            if at >= 0 and text:
                parts[at].append(text)
    return ["\n".join(part) for part in parts]


def _names(tables: Path) -> list[str]:
    people = pq.read_table(tables / "person_records.parquet", columns=list(NAMES))
    lists = pc.list_flatten(people["aliases"])
    return [*people["forenames"].unique().to_pylist(), *people["surname"].unique().to_pylist(), *lists.to_pylist()]


def _marks(cases: pa.Table, texts: list[str]) -> tuple[tuple[str, ...], np.ndarray]:
    """Rule hits and phrase families of each case, with their names."""
    names = [f"rule: {rule.name}" for rule in rules()]
    families = sorted({one.family for one in wording.phrases()})
    marks = np.zeros((len(cases), len(names) + len(families)), dtype=bool)
    hits = cases["hits"].combine_chunks()
    fired = pc.struct_field(pc.list_flatten(hits), "rule")
    of = pc.list_parent_indices(hits).to_numpy()
    known = places(pa.array([f"rule: {one}" for one in fired.to_pylist()], pa.string()), pa.array(names))
    marks[of, known] = True
    found = wording.find(texts)
    family = np.array([families.index(one.family) for one in wording.phrases()])
    marks[found.text, len(names) + family[found.phrase]] = True
    return (*names, *(f"words: {one}" for one in families)), marks
