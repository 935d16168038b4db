"""How right the joining was, where the truth is known because the people are invented."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from joinedup.releases import Truth
from joinedup.runs.fairness import Joining, by_group, numbered

PEOPLE = "people.parquet"
_OF_RECORDS = ("force", "system")


def compare_with_truth(clusters: Path, truth: Path) -> Truth:
    """Precision and recall over pairs of records, in all and by group; how many people the records truly belong to.

    clusters: the run's table. truth: record_id, true_person, null where a record describes nobody who is known: such
    a record belongs with no other; force and system of the record, where it says them. Beside it may lie
    `people.parquet`: true_person and, where known, ethnicity, name_origin, sex, age in years. Only records that the
    clusters hold are judged. It counts what has been joined: nothing that it reads is ever read by the joining.
    """
    found = pq.read_table(clusters, columns=["record_id", "person_id"])
    known = _columns_of(truth, ("record_id", "true_person", *_OF_RECORDS))
    both = found.join(known, "record_id", join_type="inner")
    alone = pc.coalesce(both["true_person"], both["record_id"])
    joining = Joining(numbered(both["person_id"])[0], numbered(alone)[0])
    people = len(known["true_person"].drop_null().unique())
    whole = joining.pairs()
    return Truth(whole, people, by_group(joining, whole, _with_people(both, truth.with_name(PEOPLE))))


def _columns_of(path: Path, wanted: tuple[str, ...]) -> pa.Table:
    """The wanted columns that a file has."""
    held = pq.read_schema(path).names
    return pq.read_table(path, columns=[name for name in wanted if name in held])


def _with_people(records: pa.Table, path: Path) -> pa.Table:
    """The records with what is true of their people beside them, row by row; as they are where no such file lies."""
    if not path.exists():
        return records
    people = _columns_of(path, ("true_person", "ethnicity", "name_origin", "sex", "age"))
    place = pc.index_in(records["true_person"], people["true_person"].combine_chunks())
    for name in people.column_names[1:]:
        records = records.append_column(name, people[name].combine_chunks().take(place))
    return records
