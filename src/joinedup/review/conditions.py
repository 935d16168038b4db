"""What a rule asks of a case, as data: the same condition is tried on one case and on columns of many.

A condition reads facts by name. A fact that is not known is None in a case and is told apart by a mask in columns; no
condition holds of what is not known, unless it is `Unknown`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Facts = Mapping[str, Any]
"""One case: a value, or None, of each fact."""


class Condition(Protocol):
    """A question about facts."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of all the facts that it may read."""
        ...

    def holds(self, facts: Facts) -> bool:
        """Of one case. This is what a condition means; `mask` must agree with it."""
        ...

    def mask(self, facts: pa.Table) -> np.ndarray:
        """Of every row of a table of facts, as an array of yes and no."""
        ...

    def fired(self, facts: Facts) -> tuple[str, ...] | None:
        """Names of the facts by which it holds of this case; None where it does not hold."""
        ...


@dataclass(frozen=True)
class Yes:
    """The fact is true."""

    fact: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.fact,)

    def holds(self, facts: Facts) -> bool:
        return facts[self.fact] is True

    def mask(self, facts: pa.Table) -> np.ndarray:
        return _plain(facts[self.fact])

    def fired(self, facts: Facts) -> tuple[str, ...] | None:
        return (self.fact,) if self.holds(facts) else None


@dataclass(frozen=True)
class OneOf:
    """The fact is one of some texts."""

    fact: str
    values: frozenset[str]

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.fact,)

    def holds(self, facts: Facts) -> bool:
        return facts[self.fact] in self.values

    def mask(self, facts: pa.Table) -> np.ndarray:
        return _plain(pc.is_in(facts[self.fact], value_set=pa.array(sorted(self.values), pa.string())))

    def fired(self, facts: Facts) -> tuple[str, ...] | None:
        return (self.fact,) if self.holds(facts) else None


@dataclass(frozen=True)
class Between:
    """The fact, a number or a date, is at least `low` and at most `high`, both included; None is no limit."""

    fact: str
    low: Any = None
    high: Any = None

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.fact,)

    def holds(self, facts: Facts) -> bool:
        value = facts[self.fact]
        if value is None:
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def mask(self, facts: pa.Table) -> np.ndarray:
        column = facts[self.fact]
        answers = [_plain(pc.is_valid(column))]
        answers += [_plain(pc.greater_equal(column, pa.scalar(self.low, column.type)))] if self.low is not None else []
        answers += [_plain(pc.less_equal(column, pa.scalar(self.high, column.type)))] if self.high is not None else []
        return reduce(np.logical_and, answers)

    def fired(self, facts: Facts) -> tuple[str, ...] | None:
        return (self.fact,) if self.holds(facts) else None


@dataclass(frozen=True)
class Unknown:
    """The fact is not known."""

    fact: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.fact,)

    def holds(self, facts: Facts) -> bool:
        return facts[self.fact] is None

    def mask(self, facts: pa.Table) -> np.ndarray:
        return _plain(pc.is_null(facts[self.fact]))

    def fired(self, facts: Facts) -> tuple[str, ...] | None:
        return (self.fact,) if self.holds(facts) else None


@dataclass(frozen=True)
class Not:
    """The condition does not hold, which is so also where the fact is not known."""

    condition: Condition
    shows: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        return self.condition.reads

    def holds(self, facts: Facts) -> bool:
        return not self.condition.holds(facts)

    def mask(self, facts: pa.Table) -> np.ndarray:
        return ~self.condition.mask(facts)

    def fired(self, facts: Facts) -> tuple[str, ...] | None:
        return self.shows if self.holds(facts) else None


class AllOf:
    """Every one of some conditions holds."""

    def __init__(self, *conditions: Condition) -> None:
        self.conditions = conditions

    @property
    def reads(self) -> tuple[str, ...]:
        return _once(name for one in self.conditions for name in one.reads)

    def holds(self, facts: Facts) -> bool:
        return all(one.holds(facts) for one in self.conditions)

    def mask(self, facts: pa.Table) -> np.ndarray:
        return reduce(np.logical_and, (one.mask(facts) for one in self.conditions))

    def fired(self, facts: Facts) -> tuple[str, ...] | None:
        names: list[str] = []
        for one in self.conditions:
            told = one.fired(facts)
            if told is None:
                return None
            names += told
        return _once(names)


class AnyOf:
    """At least one of some conditions holds."""

    def __init__(self, *conditions: Condition) -> None:
        self.conditions = conditions

    @property
    def reads(self) -> tuple[str, ...]:
        return _once(name for one in self.conditions for name in one.reads)

    def holds(self, facts: Facts) -> bool:
        return any(one.holds(facts) for one in self.conditions)

    def mask(self, facts: pa.Table) -> np.ndarray:
        return reduce(np.logical_or, (one.mask(facts) for one in self.conditions))

    def fired(self, facts: Facts) -> tuple[str, ...] | None:
        told = [names for one in self.conditions if (names := one.fired(facts)) is not None]
        return _once(name for names in told for name in names) if told else None


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _plain(answers: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """An array of yes and no, where what is not known is no."""
    return np.asarray(pc.fill_null(answers, False).to_numpy(zero_copy_only=False), dtype=bool)
