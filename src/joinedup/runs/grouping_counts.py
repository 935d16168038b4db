"""What may leave of the counts of groups: nothing small, and nothing from which a small number could be worked out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from joinedup import tables
from joinedup.groups.counts import HELD, SEEN, Seen, held_by_each, seen_by_each, totals
from joinedup.groups.telling import Told
from joinedup.statistics.disclosure import Cell, Dimension, Rules, Suppression, Table, link, needs, small, suppress

REST = "elsewhere"
"""Those of all that an area does not see or hold."""


def group_counts(told: Told, strict: Told | None = None, loose: Told | None = None) -> pa.Table:
    """`group_counts`, fit to be published. strict, loose: the groups when records are joined otherwise.

    A number is left out when it, or what is left of the whole without it, is small, or when it would give such a number
    away.
    """
    rows: list[dict[str, Any]] = []
    whole = totals(told)
    others = [totals(one) if one else {} for one in (strict, loose)]
    seen = list(seen_by_each(told))
    for measure in SEEN:
        rows += _measure(measure, [one for one in seen if one.measure == measure])
        rows += [_joined(measure, whole[measure], others)]
    for measure in HELD:
        found = [one for one in held_by_each(told) if one.measure == measure]
        rows += _parts(measure, found)
    ordered = sorted(rows, key=lambda row: (row["measure"], row["area"]))
    return pa.Table.from_pylist(ordered, schema=tables.named("group_counts").schema)


def _measure(measure: str, found: Sequence[Seen]) -> Iterator[dict[str, Any]]:
    """Areas may overlap: each is a table of its own, what it sees and the rest, and all have one total."""
    if not found:
        return
    each = {one.area: _two(one) for one in found}
    done = _safe(list(each.values()))
    for one in found:
        place = Cell(measure, ((one.area, one.area),))
        yield _row(measure, one.area, _shown(done, place), _shown(done, Cell(measure)))


def _two(one: Seen) -> Table:
    return Table((Dimension(one.area, (one.area, REST)),), np.array([one.count, one.whole - one.count]), of=one.measure)


def _parts(measure: str, found: Sequence[Seen]) -> Iterator[dict[str, Any]]:
    """Systems that share the whole between them."""
    if not found:
        return
    counts = np.array([one.count for one in found])
    dimension = Dimension("system", tuple(one.area for one in found))
    done = _safe([Table((dimension,), counts, of=measure)])
    total = _shown(done, Cell(measure))
    for one in found:
        yield _row(measure, one.area, _shown(done, Cell(measure, (("system", one.area),))), total)
    yield _row(measure, "all", total, total)


def _safe(tables_: Sequence[Table]) -> Suppression:
    """That an area sees none, or all, of the groups is no secret of anybody's: only small counts are."""
    system = link(*tables_)
    return suppress(system, needs(system, Rules(zeros="none")))


def _shown(done: Suppression, cell: Cell) -> int | None:
    place = done.system.at[cell]
    return None if done.hidden[place] else int(done.system.counts[place])


def _row(measure: str, area: str, count: int | None, whole: int | None) -> dict[str, Any]:
    return {
        "measure": measure, "area": area, "count": count, "whole": whole, "suppressed": count is None or whole is None,
    }  # fmt: skip


def _joined(measure: str, whole: int, others: Sequence[Mapping[str, int]]) -> dict[str, Any]:
    """The joined view itself. Another joining's number is left out when it differs by a few, which could be a group."""
    shown = None if small(whole) else whole
    row = defaultdict(lambda: None, _row(measure, "all", shown, shown))
    for name, other in zip(("strict", "loose"), others, strict=True):
        count = other.get(measure)
        if count is not None and shown is not None and not small(count) and not small(abs(count - whole)):
            row[name] = count
    return dict(row)
