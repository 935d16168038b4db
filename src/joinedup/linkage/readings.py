"""Double reading: a share of the pairs that one person has judged is offered to a second, blind to the first verdict.

Which pairs are read twice follows from the pair and the project's salt alone: nobody can choose them, and no one who
judges can tell one from another. A second reading that differs is what measures how far judgements can be relied on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pyarrow as pa

from joinedup.linkage.judgements import VERDICTS, Pair, standing

SHARE = 0.1
"""Of all pairs, how many are chosen to be read twice."""

FIRST, SECOND = 1, 2

_ALL = 2**64


def draw(pair: Pair, salt: bytes) -> float:
    """A number from 0 to 1 that the pair keeps for ever in one project, and that nobody without the salt can tell."""
    digest = hashlib.blake2b("\0".join(pair).encode(), key=salt, person=b"second reading", digest_size=8).digest()
    return int.from_bytes(digest) / _ALL


def chosen(pair: Pair, salt: bytes) -> bool:
    """Whether a pair is to be read twice."""
    return draw(pair, salt) < SHARE


def due(judged: pa.Table, by: str, salt: bytes) -> tuple[Pair, ...]:
    """Pairs that wait for a second reading which `by` may give: read first by one other account, and by nobody else.

    judged: as `tables.JUDGEMENTS`. In the order of `draw`.
    """
    first = {_pair(row) for row in _readings(judged, FIRST) if row["by"] != by}
    alone = [pair for pair, said in standing(judged).items() if len(said) == 1 and by not in said]
    return tuple(sorted((pair for pair in alone if pair in first), key=lambda pair: draw(pair, salt)))


def reading_of(judged: pa.Table, pair: Pair, by: str, salt: bytes) -> int | None:
    """Which reading a judgement is that `by` is about to give: `FIRST`, `SECOND`, or None for one that counts as
    neither, because the pair is not chosen, or was judged otherwise before.

    judged: as `tables.JUDGEMENTS`; of the pair or of more.
    """
    if not chosen(pair, salt):
        return None
    if pair not in standing(judged):
        return FIRST
    return SECOND if pair in due(judged, by, salt) else None


def read_twice(judged: pa.Table) -> Sequence[Sequence[int]]:
    """How often each first verdict met each second one, in the order of `VERDICTS`: rows are first readings.

    judged: as `tables.JUDGEMENTS`. Only pairs of which neither reading was taken back.
    """
    first, second = ({_pair(row): row["verdict"] for row in _readings(judged, n)} for n in (FIRST, SECOND))
    counts = [[0] * len(VERDICTS) for _ in VERDICTS]
    for pair in first.keys() & second.keys():
        counts[VERDICTS.index(first[pair])][VERDICTS.index(second[pair])] += 1
    return counts


def _readings(judged: pa.Table, number: int) -> list[dict[str, object]]:
    names = ["record_id_l", "record_id_r", "verdict", "by", "reading", "retired_at"]
    rows = judged.select(names).to_pylist()
    return [row for row in rows if row["reading"] == number and row["retired_at"] is None]


def _pair(row: dict[str, object]) -> Pair:
    return str(row["record_id_l"]), str(row["record_id_r"])


__all__ = ["FIRST", "SECOND", "SHARE", "chosen", "draw", "due", "read_twice", "reading_of"]
