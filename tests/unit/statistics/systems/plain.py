"""The same questions asked slowly and plainly: design matrices by loops, general optimisers, one model at a time."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from joinedup.statistics.systems.terms import Bools, Floats


def design(counts: Floats, model: Bools, unseen: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """The table of terms and the counts, without pairs that never overlap and their cells."""
    k = int(math.log2(len(counts)))
    pairs = [pair for pair, has in zip(combinations(range(k), 2), model, strict=True) if has]
    held = {pair: sum(counts[c] for c in range(len(counts)) if _in(pair, c)) for pair in pairs}
    kept = [c for c in range(0 if unseen else 1, len(counts)) if not any(held[p] == 0 and _in(p, c) for p in pairs)]
    columns = [(), *((i,) for i in range(k)), *(pair for pair in pairs if held[pair] > 0)]
    return np.array([[float(_in(column, cell)) for column in columns] for cell in kept]), counts[kept]


def _in(lists: tuple[int, ...], cell: int) -> bool:
    return all(cell >> i & 1 for i in lists)


def plain_fit(counts: Floats, model: Bools, unseen: bool = False) -> tuple[float, float]:
    """Logarithm of those on no list, and the log-likelihood."""
    table, y = design(counts, model, unseen)
    constant = sum(math.lgamma(count + 1) for count in y)
    found = minimize(
        lambda b: float(np.exp(table @ b).sum() - y @ table @ b),
        np.linalg.lstsq(table, np.log(y + 0.5), rcond=None)[0],
        jac=lambda b: table.T @ (np.exp(table @ b) - y),
        hess=lambda b: table.T @ (np.exp(table @ b)[:, None] * table),
        method="trust-exact",
        options={"gtol": 1e-9, "maxiter": 2_000},
    )
    return float(found.x[0]), float(-found.fun - constant)


def plain_settled(counts: Floats, model: Bools) -> bool:
    """No direction, but none at all, leaves cells with somebody as they are and makes no empty cell larger."""
    table, y = design(counts, model)
    if np.linalg.matrix_rank(table) < table.shape[1]:
        return False
    empty = table[y == 0]
    away = linprog(
        empty.sum(axis=0),
        A_ub=empty if len(empty) else None,
        b_ub=np.zeros(len(empty)) if len(empty) else None,
        A_eq=table[y > 0],
        b_eq=np.zeros(int((y > 0).sum())),
        bounds=[(-1, 1)] * table.shape[1],
    )
    return away.fun > -1e-7


@st.composite
def counted(draw: st.DrawFn) -> Floats:
    """People by cell on two to four lists, often none, and somebody on each list."""
    k = draw(st.integers(2, 4))
    count = st.one_of(st.just(0), st.integers(0, 4), st.integers(0, 300))
    counts = np.array([0, *draw(st.lists(count, min_size=2**k - 1, max_size=2**k - 1))], dtype=np.float64)
    for i in range(k):
        counts[1 << i] += not counts[np.arange(2**k) >> i & 1 > 0].any()
    return counts


def models_of(counts: Floats) -> Bools:
    """Every model."""
    k = int(math.log2(len(counts)))
    pairs = k * (k - 1) // 2
    return (np.arange(2**pairs)[:, None] >> np.arange(pairs) & 1).astype(bool)
