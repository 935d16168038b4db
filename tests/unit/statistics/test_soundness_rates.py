"""How often an honest sender is named, how often one that cheats is, and how long that takes.

Invented senders differ as real ones do. The spread (standard deviation of the logarithm of a share between forces) is
that of published stop and search, 2009/10 to 2016/17: about 1 for the missing share, 0.7 to 1.1 for the "any other"
groups, 0.7 to 1.7 for the rest, 0.25 for White British.
"""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa

from joinedup.statistics import soundness

CODES = {
    "W1": 0.744, "W2": 0.009, "W3": 0.001, "W9": 0.062, "M1": 0.008, "M2": 0.004, "M3": 0.008, "M9": 0.008, "A1": 0.031,
    "A2": 0.027, "A3": 0.011, "A4": 0.007, "A9": 0.016, "B1": 0.010, "B2": 0.025, "B9": 0.005, "O2": 0.006, "O9": 0.016,
}  # fmt: skip
"""Roughly England and Wales at Census 2021."""

ANY_OTHER = [place for place, code in enumerate(CODES) if code.endswith("9")]
SPREAD = [0.25 if code == "W1" else 1.0 if code.endswith("9") else 1.3 for code in CODES]
REFUSED, BLANK = len(CODES), len(CODES) + 1
CELLS = [(code, None) for code in CODES] + [(None, "refused"), (None, "not_recorded")]
MONTHS = 4


def honest(random, size):
    """Rows by month and cell of one sender: its own shares of codes and its own missing share, which wobbles."""
    shares = np.array(list(CODES.values())) * np.exp(random.normal(0, SPREAD))
    missing, refused = min(0.35, 0.06 * np.exp(random.normal(0, 1))), random.uniform(0.2, 0.8)
    months = []
    for wobble in random.beta(missing * 200, (1 - missing) * 200, MONTHS):
        cells = [*(shares / shares.sum() * (1 - wobble)), wobble * refused, wobble * (1 - refused)]
        months.append(random.multinomial(size // MONTHS, cells))
    return np.array(months)


def nation(senders):
    rows = [
        (f"{name:02}", "self_defined_ethnicity", f"2026-{month:02}", *CELLS[cell], int(count))
        for name, months in enumerate(senders)
        for month, counts in enumerate(months, start=1)
        for cell, count in enumerate(counts)
        if count
    ]
    names = ("sender", "column", "period", "value", "reason", "count")
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def sizes(random, senders):
    """From 200 to 20,000 rows, as many small as large."""
    return np.exp(random.uniform(np.log(200), np.log(20_000), senders)).astype(int)


def test_of_2000_honest_senders_hardly_any_is_named():
    random = np.random.default_rng(1)
    nations = [nation([honest(random, size) for size in sizes(random, 20)]) for _ in range(2_000 // 20)]
    named = {(number, found.sender) for number, counts in enumerate(nations) for found in soundness(counts)}
    assert len(named) <= 2, f"{len(named)} of 2,000"  # 1 in 1,000; seeds 1 to 5 together name 10 of 10,000


def nothing_missing(months):
    months[:, [REFUSED, BLANK]] = 0


def no_any_other(months):
    months[:, ANY_OTHER] = 0


def all_refused(months):
    months[:, REFUSED] = months.sum(axis=1)
    months[:, : len(CODES)] = months[:, [BLANK]] = 0


def all_commonest(months):
    months[:, 0] = months[:, : len(CODES)].sum(axis=1)
    months[:, 1 : len(CODES)] = 0


CHEATS = {
    nothing_missing: ("never-missing", ()),
    no_any_other: ("category-vanished", None),
    all_refused: ("one-value", ("refused",)),
    all_commonest: ("one-value", ("W1",)),
}


def test_each_way_of_cheating_is_found_and_named_among_20_senders_with_8000_rows():
    random = np.random.default_rng(2)
    for cheat, (kind, values) in CHEATS.items():
        for _ in range(10):
            senders = [honest(random, 8_000) for _ in range(20)]
            cheat(senders[7])
            found = [one for one in soundness(nation(senders)) if one.sender == "07"]
            assert [one.kind for one in found] == [kind]
            assert values is None or found[0].values == values


def test_ten_thousand_rows_of_counts_take_less_than_a_second():
    random = np.random.default_rng(3)
    counts = nation([honest(random, 20_000) for _ in range(140)])
    assert counts.num_rows >= 10_000
    start = time.process_time()
    soundness(counts)
    assert time.process_time() - start < 1.0
