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
from joinedup.engine import DuckDBEngine
from joinedup.engine.contract import Frame
from joinedup.errors import LinkageError
from joinedup.linkage import model

MAX_PAIRS = 1_000_000
"""Random pairs for u, and pairs of a block for each training session: Splink 5's own default."""

_names = itertools.count()


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
    for columns in model.TRAINING:
        if set(columns) <= present:
            _train_within(linker, " AND ".join(f'l."{c}" = r."{c}"' for c in columns))
    return _saved(linker)


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
        keep = [c for c in predicted.columns if c.startswith(("record_id_", "gamma_", "mw_")) or c == "match_weight"]
        scored = predicted.select(*keep).to_arrow_table()
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
    swap = pc.greater(scored["record_id_l"], scored["record_id_r"])
    left = pc.if_else(swap, scored["record_id_r"], scored["record_id_l"])
    right = pc.if_else(swap, scored["record_id_l"], scored["record_id_r"])
    pairs = pa.table(
        {
            "record_id_l": left,
            "record_id_r": right,
            "match_weight": pc.round(scored["match_weight"], 6),
            "evidence": _evidence(scored, comparisons),
        }
    )
    return tables.PAIRS.conform(pairs).sort_by([("record_id_l", "ascending"), ("record_id_r", "ascending")])


def _evidence(scored: pa.Table, comparisons: list[Mapping[str, Any]]) -> pa.Array:
    """One struct per comparison and pair, laid out pair by pair."""
    count, width = scored.num_rows, len(comparisons)
    names = np.tile([c["output_column_name"] for c in comparisons], count)
    levels = np.empty((count, width), dtype=object)
    weights = np.zeros((count, width))
    for place, comparison in enumerate(comparisons):
        name = comparison["output_column_name"]
        gamma = scored[f"gamma_{name}"].to_numpy().astype(int)
        levels[:, place] = _labels(comparison)[gamma + 1]
        weights[:, place] = _weight(scored, name)
    flat = pa.StructArray.from_arrays(
        [pa.array(names, pa.string()), pa.array(levels.ravel(), pa.string()), pa.array(weights.round(6).ravel())],
        names=["comparison", "level", "weight"],
    )
    return pa.ListArray.from_arrays(np.arange(0, (count + 1) * width, width or 1, dtype=np.int32)[: count + 1], flat)


def _labels(comparison: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    """Labels by Splink's level number plus one: -1 is not compared, 0 the last level, upwards to the first."""
    silent, *levels = [level["label_for_charts"] for level in comparison["comparison_levels"]]
    return np.array([silent, *reversed(levels)], dtype=object)


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
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
