"""Why two records are, or are not, one person besides their own weight: other records, averages, judgements, keys."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from joinedup.linkage.average import AGAINST_AT_MOST, FOR_AT_MOST, LARGEST, LEAST_MEAN
from joinedup.linkage.comparing import Bits

Kind = Literal["weight", "key", "judgement", "others", "mean", "never met", "cut"]


@dataclass(frozen=True)
class Grounds:
    """What decided, and how to say it. chain: record ids from the one to the other, each tied to the next at or above
    the threshold, where others join the two; empty otherwise.

    kind: `weight`, their own; `key`, a reference that two systems hold; `judgement`, of a person; `others`, records
    between them; `mean`, the average over all pairs of their clusters; `never met`, no rule brought them together;
    `cut`, too many records hang together.
    """

    kind: Kind
    says: str
    chain: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decided:
    """Of one pair. by_key: a key joins it. judged: what a person decided of the pair itself, if anything."""

    weight: float | None
    threshold: float
    by_key: bool = False
    judged: str | None = None

    @property
    def reaches(self) -> bool:
        """Whether the pair's own weight is enough."""
        return self.weight is not None and self.weight >= self.threshold


Edges = Iterable[tuple[str, str]]


def joined(pair: Decided, chain: tuple[str, ...]) -> Grounds:
    """Why a pair of one cluster is there. chain: as `shortest` finds it."""
    if pair.judged == "same":
        return Grounds("judgement", "Somebody judged them to be one person.")
    if pair.by_key:
        return Grounds("key", "Two systems hold them on one reference.")
    if pair.reaches:
        return Grounds("weight", "Their own weight joins them.")
    if not chain:
        return Grounds("mean", "Their own weight does not join them; the average over all pairs of their records does.")
    between = len(chain) - 2
    through = f"{between} other record{' joins' if between == 1 else 's join'} them"
    return Grounds("others", f"Their own weight does not join them; {through}.", chain)


def judged_apart(pair: Decided) -> Grounds:
    """Why a pair is apart when their people hold a pair that was judged to be two people."""
    if pair.judged == "different":
        return Grounds("judgement", "Somebody judged them to be two people.")
    return Grounds("judgement", "Somebody judged other records of these two people to be of two people.")


def too_light(pair: Decided) -> Grounds:
    """Why a pair is apart whose own weight is below the threshold, or that has none."""
    if pair.weight is None:
        return Grounds("weight", "The run found nothing to compare, so nothing joins them.")
    return Grounds("weight", "Their own weight does not join them, and no other records do.")


def apart(weights: Bits, people: tuple[int, int], threshold: float, *, met: bool) -> Grounds:
    """Why a pair is apart though its own weight reaches the threshold.

    weights: of all pairs between the two clusters. people: how many records each has. met: whether any pair between
    them was compared and reached the threshold.
    """
    mean = float(np.clip(weights - threshold, -AGAINST_AT_MOST, FOR_AT_MOST).mean())
    if mean < LEAST_MEAN:
        one, other = people
        return Grounds(
            "mean",
            f"The one person has {_records(one)}, the other {_records(other)}: over all pairs between them"
            f" the average is {mean + threshold:.2f} bits, and {threshold + LEAST_MEAN:g} would merge them.",
        )
    if not met:
        return Grounds("never met", "They were not compared: no blocking rule brought them together.")
    return Grounds("cut", f"More than {LARGEST} records hang together here, and were cut at their weakest ties.")


def _records(count: int) -> str:
    return f"{count:,} record{'' if count == 1 else 's'}"


def shortest(edges: Edges, one: str, other: str) -> tuple[str, ...]:
    """The shortest way from `one` to `other` along edges, ends included; () where there is none."""
    near = _neighbours(edges)
    came: dict[str, str | None] = {one: None}
    queue = deque([one])
    while queue and other not in came:
        here = queue.popleft()
        for there in sorted(near.get(here, ())):
            if there not in came:
                came[there] = here
                queue.append(there)
    return _back(came, other)


def _neighbours(edges: Edges) -> dict[str, set[str]]:
    near: dict[str, set[str]] = {}
    for left, right in edges:
        near.setdefault(left, set()).add(right)
        near.setdefault(right, set()).add(left)
    return near


def _back(came: Mapping[str, str | None], other: str) -> tuple[str, ...]:
    if other not in came:
        return ()
    way: list[str] = [other]
    while (before := came[way[-1]]) is not None:
        way.append(before)
    return tuple(reversed(way))


def between(judged: Edges, ones: Collection[str], others: Collection[str]) -> bool:
    """Whether any pair of `judged` has one record among `ones` and the other among `others`."""
    return any((a in ones and b in others) or (a in others and b in ones) for a, b in judged)


__all__ = ["Decided", "Grounds", "apart", "between", "joined", "judged_apart", "shortest", "too_light"]
