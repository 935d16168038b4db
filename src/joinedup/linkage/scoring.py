"""Splink 5 on the engine's DuckDB: train a model, score pairs. Nothing else in the house knows Splink."""

from __future__ import annotations

import contextlib
import io
import itertools
import logging
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from splink import DuckDBAPI, Linker
from splink.internals.exceptions import EMTrainingException

from joinedup import tables
from joinedup.engine import DuckDBEngine, storage_errors
from joinedup.engine.contract import Frame
from joinedup.errors import LinkageError
from joinedup.linkage import model

MAX_PAIRS = 1_000_000
"""Random pairs for u, and pairs of a block for each training session: Splink 5's own default."""

_names = itertools.count()


PAIRS_AT_ONCE = 250_000

FEW = 100_000
"""Records below which matches are a noticeable share of random pairs, so that training goes round twice."""


def train(
    engine: DuckDBEngine, compared: Frame, present: set[str], start: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """Estimate the prior, u and m of every comparison from the records; give Splink settings.

    Splink takes u from random pairs as if none were a match. In few records with many mentions of each person that
    makes every agreement look common, so the matches' share is taken out: u = (observed - p m) / (1 - p).
    """
    with _quiet():
        linker = _linker(engine, compared, start)
        sure: list[Any] = [block.sql for block in model.SURE if set(block.needs) <= present]
        if sure:
            with contextlib.suppress(ValueError):  # no pair meets a sure rule: the starting prior stands
                linker.training.estimate_probability_two_random_records_match(sure, recall=model.ASSUMED_RECALL)
        linker.training.estimate_u_using_random_sampling(max_pairs=MAX_PAIRS, seed=seed)
        observed = _saved(linker)
        fitted = _fit_m(engine, compared, present, model.without_matches(observed, observed, start))
        records = _count(compared)
        if records < FEW:
            expected = _expected_matches(engine, compared, fitted) / (records * (records - 1) / 2)
            fitted["probability_two_random_records_match"] = min(expected, 0.5) or model.PRIOR
            fitted = _fit_m(engine, compared, present, model.without_matches(observed, fitted, start))
        return fitted


def _fit_m(engine: DuckDBEngine, compared: Frame, present: set[str], settings: Mapping[str, Any]) -> dict[str, Any]:
    linker = _linker(engine, compared, settings)
    for columns in model.training_blocks(present):
        _train_within(linker, " AND ".join(f'l."{c}" = r."{c}"' for c in columns))
    return model.believable(_saved(linker), settings)


def _saved(linker: Linker) -> dict[str, Any]:
    saved = dict(linker.misc.save_model_to_json())
    saved.pop("linker_uid", None)  # drawn at random, and of no use
    return saved


def _count(compared: Frame) -> int:
    return int(compared.to_native().aggregate("count(*)").fetchall()[0][0])


def _expected_matches(engine: DuckDBEngine, compared: Frame, fitted: Mapping[str, Any]) -> float:
    """Sum of the probabilities of all pairs above the floor, rounded so that the order of adding does not show."""
    predicted = _linker(engine, compared, fitted).inference.predict(threshold_match_weight=model.FLOOR)
    total = predicted.as_duckdbpyrelation().aggregate("sum(match_probability)").fetchall()[0][0]
    return float(f"{total or 0.0:.9g}")


def _train_within(linker: Linker, rule: str) -> None:
    with contextlib.suppress(EMTrainingException):  # too few pairs in this block: the starting m stands
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=MAX_PAIRS)


def score(engine: DuckDBEngine, compared: Frame, used: Mapping[str, Any]) -> pa.Table:
    """Pairs at or above the floor with their evidence, in key order. Raises LinkageError for an unusable model."""
    with _quiet():
        linker = _linker(engine, compared, used)
        predicted = linker.inference.predict(threshold_match_weight=model.FLOOR).as_duckdbpyrelation()
        kept = ", ".join(f'"{c}"' for c in predicted.columns if c.startswith(("gamma_", "mw_")) or c == "match_weight")
        ends = "least(record_id_l, record_id_r) AS first_id, greatest(record_id_l, record_id_r) AS second_id"
        scored = predicted.project(f"{ends}, {kept}").order("first_id, second_id").to_arrow_table()
    return _pairs(scored, list(used["comparisons"]))


def _linker(engine: DuckDBEngine, compared: Frame, settings: Mapping[str, Any]) -> Linker:
    name = f"linkage_input_{next(_names)}"
    compared.to_native().create_view(name)
    api = DuckDBAPI(connection=engine.connection)
    try:
        return Linker(api.register(name), dict(settings), log_level=logging.ERROR)
    except (ValueError, KeyError) as error:
        raise LinkageError(f"The linkage model cannot be used: {type(error).__name__}.") from None


def _pairs(scored: pa.Table, comparisons: list[Mapping[str, Any]]) -> pa.Table:
    """In pieces, because Arrow's texts hold 2 GB at most and evidence is mostly text."""
    starts = range(0, scored.num_rows, PAIRS_AT_ONCE)
    pieces = [_piece(scored.slice(start, PAIRS_AT_ONCE), comparisons) for start in starts]
    return pa.concat_tables([tables.PAIRS.empty(), *pieces])


def _piece(scored: pa.Table, comparisons: list[Mapping[str, Any]]) -> pa.Table:
    return tables.PAIRS.conform(
        pa.table(
            {
                "record_id_l": scored["first_id"],
                "record_id_r": scored["second_id"],
                "match_weight": pc.round(scored["match_weight"], 6),
                "evidence": _evidence(scored, comparisons),
            }
        )
    )


def _evidence(scored: pa.Table, comparisons: list[Mapping[str, Any]]) -> pa.Array:
    """One struct per comparison and pair, laid out pair by pair."""
    count, width = scored.num_rows, len(comparisons)
    labels = [_labels(comparison) for comparison in comparisons]
    firsts = np.cumsum([0, *map(len, labels)])
    levels, weights = np.empty((count, width), dtype=np.int32), np.empty((count, width))
    for place, comparison in enumerate(comparisons):
        name = comparison["output_column_name"]
        levels[:, place] = firsts[place] + scored[f"gamma_{name}"].to_numpy() + 1
        weights[:, place] = _weight(scored, name)
    names = pa.array([comparison["output_column_name"] for comparison in comparisons])
    flat = pa.StructArray.from_arrays(
        [
            names.take(pa.array(np.tile(np.arange(width), count))),
            pa.array([label for own in labels for label in own]).take(pa.array(levels.ravel())),
            pa.array(weights.round(6).ravel()),
        ],
        names=["comparison", "level", "weight"],
    )
    return pa.ListArray.from_arrays(pa.array(np.arange(count + 1, dtype=np.int32) * width), flat)


def _labels(comparison: Mapping[str, Any]) -> list[str]:
    """Labels by Splink's level number plus one: -1 is not compared, 0 the last level, upwards to the first."""
    silent, *levels = [level["label_for_charts"] for level in comparison["comparison_levels"]]
    return [silent, *reversed(levels)]


def _weight(scored: pa.Table, name: str) -> np.ndarray[Any, Any]:
    parts = [column for column in (f"mw_{name}", f"mw_tf_adj_{name}") if column in scored.column_names]
    return sum((pc.fill_null(scored[p], 0.0).to_numpy() for p in parts), start=np.zeros(scored.num_rows))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Splink talks to stdout, logs and warnings of values and columns; the run says what matters in its own words."""
    loggers = [logging.getLogger("splink"), logging.getLogger("splink.internals")]
    before = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        with storage_errors(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
