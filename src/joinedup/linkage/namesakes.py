"""What a match weight loses because several people bear the very name that both records give.

A model that weighs forename and surname apart takes them to be independent. They are not: within one origin the same
forenames and surnames meet again and again, so a common full name is commoner than the product of its parts, for some
origins much more than for others. How many people bear a name is told by how many birth years its records give, which
does not grow with how often one person was recorded.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from joinedup.linkage.arrays import Feature, Single
from joinedup.linkage.comparing import Bits, Comparison, Model
from joinedup.linkage.loops import Rows

NAME = "namesakes"
LABEL = "a name that several people bear"

YEARS = 60
"""Birth years over which people are taken to be spread, for reading the number of people off the number of years."""

RECORDS_EACH = 2.0
"""Records a person, taken for the number of people behind all records."""


class Namesakes:
    """Bits, 0 or less, by full name."""

    def __init__(self, codes: npt.NDArray[np.int32], bits: Bits) -> None:
        self._codes, self._bits = codes, bits

    def penalty(self, left: Rows, right: Rows) -> Bits:
        """Bits to add to each pair: 0 unless both records give the same full name."""
        one, other = self._codes[left], self._codes[right]
        return np.where((one == other) & (one >= 0), self._bits[one], 0.0)


def namesakes(features: Mapping[str, Feature], model: Model) -> Namesakes | None:
    """Made ready for some records, or None where they do not give full names and birth years."""
    names = [features.get(name) for name in ("full_name", "forename", "surname", "birth_year")]
    full, first, last, year = (one if isinstance(one, Single) else None for one in names)
    parts = {comparison.name: comparison for comparison in model.comparisons}
    if full is None or first is None or last is None or year is None or not {"forename", "surname"} <= set(parts):
        return None
    if not len(full.values):
        return None
    chance = _chance(parts["forename"], first, full) + _chance(parts["surname"], last, full)
    others = bearers(full, year) - 1.0
    shared = np.log2(np.maximum(others, 1e-12) / max(full.held / RECORDS_EACH, 1.0))
    return Namesakes(full.codes, np.minimum(0.0, chance - np.minimum(shared, 0.0)))


def bearers(full: Single, year: Single) -> npt.NDArray[np.float64]:
    """By full name, about how many people bear it, at least 1.

    m people spread over Y years show Y (1 - e^(-m / Y)) different ones; a name whose records tell the year only in part
    is taken to have as many people again among the others.
    """
    if full.told is not None and full.told.bearers is not None:
        return full.told.bearers
    known = np.flatnonzero((full.codes >= 0) & (year.codes >= 0))
    width = max(len(year.values), 1)
    distinct = np.unique(full.codes[known].astype(np.int64) * width + year.codes[known]) // width
    years = np.bincount(distinct, minlength=len(full.values)).astype(float)
    told = np.bincount(full.codes[known], minlength=len(full.values))
    people = -YEARS * np.log1p(-np.minimum(years, YEARS - 0.5) / YEARS)
    people = np.where(years > 1, people * full.counts / np.maximum(told, 1), 1.0)
    return np.maximum(people, 1.0)


def _chance(comparison: Comparison, part: Single, full: Single) -> Bits:
    """By full name, log2 of the u that the model gave to agreement on this part of it."""
    level = next(level for level in comparison.levels if level.m is not None)
    rows = np.zeros(len(full.values), dtype=np.int64)
    held = np.flatnonzero(full.codes >= 0)
    rows[full.codes[held]] = held
    if level.frequency is None:
        return np.full(len(full.values), np.log2(level.u or 1.0))
    shares = np.maximum(level.frequency.shares, level.frequency.least)
    return np.asarray(shares[part.codes[rows]], dtype=np.float64)
