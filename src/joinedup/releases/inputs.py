"""What a report is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

import pyarrow as pa

from joinedup import tables


@dataclass(frozen=True)
class Source:
    """A system that sent extracts: its name, what kind of system it is in words, its force's code, rows it sent."""

    system: str
    kind: str
    force: str | None
    rows: int


MOST_RECALL_BELOW, MOST_FALSE_ABOVE, FEWEST_TRUE_PAIRS = Fraction(2, 100), Fraction(1, 100), 100
"""What is promised of every group: recall at most so far below the whole's, false links at most so far above it; and
the true pairs below which nothing is said of a group."""


@dataclass(frozen=True)
class PairCounts:
    """Pairs of records: true, which are of one person; joined; and right, which are both."""

    true: int
    joined: int
    right: int

    @property
    def wrong(self) -> int:
        """Pairs that were joined although they are of two people."""
        return self.joined - self.right

    @property
    def precision(self) -> float:
        """The share of joined pairs that are right, 0 to 1; 1 where nothing was joined."""
        return self.right / self.joined if self.joined else 1.0

    @property
    def recall(self) -> float:
        """The share of true pairs that were joined, 0 to 1; 1 where there are none."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        pairs = self.joined + self.true
        return 2 * self.right / pairs if pairs else 1.0


@dataclass(frozen=True)
class GroupShare:
    """A share of one group's pairs, 0 to 1, and what it is beside the share of all pairs.

    lower, upper: its 95 % interval. difference: less the whole's. kept: whether the promise about it holds, None where
    there are too few true pairs to tell. A share of no pairs at all is the whole's own, and may be anything.
    """

    share: float
    lower: float
    upper: float
    difference: float
    kept: bool | None


@dataclass(frozen=True)
class GroupTruth:
    """How right the joining was for the pairs that one group has a record in.

    by: `ethnic group`, `ethnicity`, `name origin`, `sex`, `age`, `force` or `system`. group: its code or its name.
    recall: share of its true pairs that were joined. false_links: share of its joined pairs that are wrong.
    """

    by: str
    group: str
    pairs: PairCounts
    recall: GroupShare
    false_links: GroupShare

    @property
    def judged(self) -> bool:
        """Whether it has pairs enough to be held to the promises."""
        return self.recall.kept is not None

    @property
    def fair(self) -> bool:
        """Whether neither promise is known to be broken."""
        return self.recall.kept is not False and self.false_links.kept is not False


@dataclass(frozen=True)
class Truth:
    """How right the joining was, where the truth is known: pairs of records in all and by group; people counted."""

    pairs: PairCounts
    people: int
    groups: tuple[GroupTruth, ...] = ()

    @property
    def precision(self) -> float:
        """The share of all joined pairs that are right."""
        return self.pairs.precision

    @property
    def recall(self) -> float:
        """The share of all true pairs that were joined."""
        return self.pairs.recall

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return self.pairs.f1


@dataclass(frozen=True)
class ReportInput:
    """One run, as a report needs it.

    figures: `tables.FIGURES` rows. returns: `tables.RETURNS` rows, of which rule, severity, message and remedy are
    read. threshold: bits a pair needs to be joined. versions: name to version of what the run was made with.
    truth: only for invented records. soundness: `tables.SOUNDNESS` rows. group_counts: what may be published of groups.
    """

    name: str
    invented: bool
    made_at: datetime
    figures: pa.Table
    returns: pa.Table
    sources: tuple[Source, ...]
    threshold: float
    versions: Mapping[str, str] = field(default_factory=dict)
    truth: Truth | None = None
    soundness: pa.Table = field(default_factory=tables.SOUNDNESS.empty)
    group_counts: pa.Table = field(default_factory=lambda: tables.named("group_counts").empty())
