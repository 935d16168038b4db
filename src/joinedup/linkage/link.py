"""Join records: features, a trained Splink model on the engine's DuckDB, pairs with evidence, clusters."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc

from joinedup import tables
from joinedup.engine import DuckDBEngine
from joinedup.engine.contract import Frame
from joinedup.errors import LinkageError
from joinedup.linkage import model, scoring
from joinedup.linkage.clusters import cluster
from joinedup.linkage.features import COMPARED, features

FEWEST_TO_TRAIN = 1_000
"""Records below which the starting probabilities stand untrained: too few pairs to learn from."""


@dataclass(frozen=True)
class LinkSettings:
    """threshold: bits at or above which two records are joined. salt: the project's, for person ids. seed: sampling.

    Raises LinkageError for a threshold that no pair could be held against.
    """

    threshold: float = model.DEFAULT_THRESHOLD
    salt: bytes = b""
    seed: int = 1

    def __post_init__(self) -> None:
        if not math.isfinite(self.threshold) or self.threshold < model.FLOOR:
            raise LinkageError(
                "The threshold should be a number of bits of 0 or more.",
                remedy="Pairs below even odds are not kept, so no lower threshold could join them.",
            )


@dataclass(frozen=True)
class Linked:
    """clusters, pairs: see `tables`. model: Splink's JSON as used, parameters rounded to 9 significant digits."""

    clusters: pa.Table
    pairs: pa.Table
    model: Mapping[str, Any] = field(default_factory=dict)
    trained: bool = False


def link(
    engine: DuckDBEngine, people: Frame, settings: LinkSettings | None = None, by_key: pa.Table | None = None
) -> Linked:
    """Find which records are one person.

    people: `person_records`; only `COMPARED` columns are read. by_key: pairs (record_id_l, record_id_r) that share a
    key, taken as joined. Raises LinkageError when there is nothing to compare and no key.

    Source: I. P. Fellegi and A. B. Sunter (1969), "A Theory for Record Linkage", J. Am. Stat. Assoc. 64(328); trained
    by expectation-maximisation as Splink 5 does.
    """
    settings = settings or LinkSettings()
    compared = engine.keep(features(engine, people.select(*COMPARED)))
    records = engine.collect(compared.select("record_id"))["record_id"].combine_chunks()
    held = _held(engine, compared)
    present = {name for name, count in held.items() if count >= 2}  # one value alone agrees with nobody
    keyed = _keyed(by_key)
    if not model.blocks(present):
        if keyed.num_rows == 0 and not model.blocks({name for name, count in held.items() if count}):
            raise LinkageError(
                "The records have nothing to compare.",
                remedy="Map at least a name with a birth date or postcode, a phone, or an identifier.",
            )
        return Linked(cluster(records, keyed, threshold=settings.threshold, salt=settings.salt), keyed)
    used, trained = _model(engine, compared, present, len(records), settings.seed)
    scored = scoring.score(engine, compared, used)
    pairs = _together(scored, keyed)
    clusters = cluster(records, pairs, threshold=settings.threshold, salt=settings.salt)
    return Linked(clusters, pairs, used, trained)


def _held(engine: DuckDBEngine, compared: Frame) -> dict[str, int]:
    """How many records hold each feature."""
    names = [name for name in compared.collect_schema().names() if name != "record_id"]
    counts: dict[str, int] = engine.collect(compared.select(*[nw.col(name).count() for name in names])).to_pylist()[0]
    return counts


def _model(
    engine: DuckDBEngine, compared: Frame, present: set[str], records: int, seed: int
) -> tuple[dict[str, Any], bool]:
    start = model.settings(present)
    if records < FEWEST_TO_TRAIN:
        return model.without_frequencies(start), False
    return rounded(scoring.train(engine, compared, present, start, seed)), True


def rounded(value: Any) -> Any:
    """Every number of a model to 9 significant digits, so that sums in another order give the same model."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def _keyed(by_key: pa.Table | None) -> pa.Table:
    if by_key is None or by_key.num_rows == 0:
        return tables.PAIRS.empty()
    evidence = pa.array(
        [[{"comparison": "key", "level": "joined by a shared key", "weight": None}]] * by_key.num_rows, tables.EVIDENCE
    )
    return tables.PAIRS.conform(by_key.select(["record_id_l", "record_id_r"]).append_column("evidence", evidence))


def _together(scored: pa.Table, keyed: pa.Table) -> pa.Table:
    """Scored pairs and pairs by key, each pair once; a key outranks a score."""
    if keyed.num_rows:
        named = pa.table({"record_id_l": keyed["record_id_l"], "record_id_r": keyed["record_id_r"]})
        rest = scored.select(["record_id_l", "record_id_r"]).append_column("at", pa.array(range(scored.num_rows)))
        kept = rest.join(named, ["record_id_l", "record_id_r"], join_type="left anti")["at"]
        scored = scored.take(kept.sort() if isinstance(kept, pa.Array) else pc.take(kept, pc.array_sort_indices(kept)))
    return pa.concat_tables([scored, keyed]).sort_by([("record_id_l", "ascending"), ("record_id_r", "ascending")])


def read_model(path: Path) -> dict[str, Any]:
    """A model as `model_json` wrote it. Raises LinkageError when the run compared nothing."""
    used = dict(json.loads(path.read_text()))
    if not used:
        raise LinkageError("The newest run compared no records, so there is nothing to look up with.")
    return used


def model_json(linked: Linked) -> bytes:
    """The model as Splink reads it."""
    return (json.dumps(linked.model, indent=1, sort_keys=True) + "\n").encode()
