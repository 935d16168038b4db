"""What a coincidence is worth, in bits: by how rare the thing is, and by how close in time.

Each bit doubles the odds that two incidents, or two people, belong together. Weights of this kind are those of record
linkage: I. P. Fellegi and A. B. Sunter (1969), "A Theory for Record Linkage", J. Am. Stat. Assoc. 64(328).
"""

from __future__ import annotations

import numpy as np

from joinedup.groups.arrays import NO_DAY, Bits, Mask, Whole

LACKED = 2.0
"""Bits taken off each thing shared: about one in four pairs of incidents of one group shares any given kind of it."""

COMPANIONS = 8
"""Incidents of a group beside any one of them, or people beside any one, about. The prior is that many among all."""

HALF_YEAR = 182.6
"""Days: mean gap between two incidents of one group."""

SPAN, CHILDHOOD = 7305.0, 2191.5
"""Days over which unrelated incidents spread: twenty years, and the six in which one child may be harmed by several
people who do not know of one another.
"""

MARGIN = 8.0
"""Bits above even odds from which a tie is held: 256 to one. One coincidence never reaches it, two do."""

FAR = SPAN * 10
"""Days between two incidents when one of their days is not known: farther than any that is."""


def rarity(of_kind: int, holders: Whole) -> Bits:
    """Bits that it is worth to share a thing which `holders` of `of_kind` hold; never less than nothing."""
    return np.asarray(np.maximum(np.log2(max(of_kind, 1) / np.maximum(holders, 1)) - LACKED, 0.0))


def prior(count: int) -> float:
    """Bits against any two of `count` belonging together before anything is known of them."""
    return max(float(np.log2(max(count, 1) / COMPANIONS)), 0.0)


def gap(one: Whole, other: Whole) -> Bits:
    """Days between two days; `FAR` where one is not known."""
    known = (one != NO_DAY) & (other != NO_DAY)
    return np.where(known, np.abs(np.where(known, one, 0) - np.where(known, other, 0)), FAR).astype(np.float64)


def closeness(days: Bits, only_child: Mask) -> Bits:
    """Bits by which a gap speaks for one group: an exponential against an even spread; 0 where a day is not known.

    only_child: pairs that nothing but a child ties, whose unrelated incidents lie closer together.
    """
    span = np.where(only_child, CHILDHOOD, SPAN)
    bits = np.log2(span / HALF_YEAR) - np.minimum(days, span) / HALF_YEAR / np.log(2)
    return np.where(days == FAR, 0.0, bits)
