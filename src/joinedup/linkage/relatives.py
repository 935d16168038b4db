"""What a match weight loses because two records may be of relatives: twins, brothers, a father and son of one name.

A model of matches and strangers takes address, surname and phone as separate witnesses. In a household they are one.
Here pairs are of three kinds, and the weight is the odds of one person against relatives and strangers together:

    weight = W - log2(1 + 2^R)

W: Splink's match weight, odds against strangers alone. R: log2 odds of relatives against strangers, from the
probabilities of each level among relatives. It is a step of its own, after what Splink's model says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from joinedup.linkage.comparing import Bits, Levels, Model

NAME = "relatives"
LABEL = "may be two people of one family"


@dataclass(frozen=True)
class Relatives:
    """against: by comparison, log2 of a level's probability among relatives over its m. prior: log2 odds of relatives
    against strangers.
    """

    against: tuple[Bits, ...]
    prior: float

    def penalty(self, weights: Bits, levels: Levels, prior: float) -> Bits:
        """Bits to add, 0 or less. weights: with the matches' prior, `prior`."""
        return -np.logaddexp2(0.0, weights + (self.prior - prior) + self.bits(levels))

    def bits(self, levels: Levels) -> Bits:
        """log2 of the chance of each pair's levels among relatives over that among matches."""
        total = np.zeros(levels.shape[1])
        for bits, own in zip(self.against, levels, strict=True):
            total += bits[own]
        return total


def relatives(model: Model, chances: Mapping[str, Sequence[float]], share: float) -> Relatives:
    """Made ready for a model. chances: by comparison, of each level that says something; one not named tells nothing.

    share: of random pairs that are relatives.
    """
    against = tuple(
        _against(np.array([level.m or np.nan for level in comparison.levels]), chances.get(comparison.name))
        for comparison in model.comparisons
    )
    return Relatives(against, float(np.log2(share)))


def _against(m: npt.NDArray[np.float64], chances: Sequence[float] | None) -> Bits:
    bits = np.zeros(len(m))
    told = np.flatnonzero(~np.isnan(m))
    if chances is not None:
        bits[told] = np.log2(np.asarray(chances) / m[told])
    return bits
