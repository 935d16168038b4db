"""The review's ranker beside ASReview 3, its stopping rule beside the truth, its wording and its size.

Claims, on 2 cores: WSS@95 within .03 of ASReview's default (ELAS u4) or better on two public labelled sets, at 1/50 of
its CPU or less; phrases at 60 MB a second; 100,000 files counted in 40 s and ranked anew in .4 s; over 400 simulated
reviews with hard tails or more, the statement at 95% and recall .95 is false in 5% at most (lower end of the exact
interval); in an invented project, every seeded dropped or downgraded case is caught by a rule or found before the stop.
JOINEDUP_SCALE=ci makes everything small, for which no bar is meant.

Usage: review.py [peer] [phrases] [scale] [stopping] [seeded PROJECT]; all but the last where none is named.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from joinedup.review import wording
from joinedup.review.masking import masked
from joinedup.review.ranker import learn, order
from joinedup.review.simulate import simulate, stop_at, wss
from joinedup.review.terms import terms
from joinedup.statistics.intervals import clopper_pearson

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("JOINEDUP_SHARED", ROOT.parent / "shared")) / "data" / "review"
PEER = Path(os.environ.get("JOINEDUP_PEERS", ROOT / "build" / "peers")) / "bin" / "python"
FULL = os.environ.get("JOINEDUP_SCALE", "full") != "ci"
SETS = ("Kitchenham_2010", "Nagtegaal_2019")
SEEDS = (0, 1)


def labelled(name: str) -> tuple[list[str], np.ndarray]:
    with (SHARED / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if not row["duplicate_record_id"]]
    return [f"{row['title']} {row['abstract']}" for row in rows], np.array(
        [row["label_included"] == "1" for row in rows]
    )


def peer() -> None:
    """Both from the same first two cases; CPU seconds of the whole, counting of words included, warmed up once."""
    if not PEER.exists():
        sys.exit("ASReview's environment is not there. `make bench` makes it, or name it as JOINEDUP_PEERS.")
    simulate(["one two", "three four"] * 20, [True, False] * 20)
    for name in SETS[: None if FULL else 1]:
        texts, y = labelled(name)
        command = [str(PEER), str(ROOT / "benchmarks/review_parts/by_asreview.py"), str(SHARED / f"{name}.csv")]
        done = subprocess.run([*command, *map(str, SEEDS)], capture_output=True, text=True, check=True)
        told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        theirs = [wss(np.array(one["order"]), y, 0.95) for one in told]
        ours = [simulate(texts, y.tolist(), seed) for seed in SEEDS]
        cpu, peer_cpu = (float(np.mean(some)) for some in ([o.cpu_seconds for o in ours], [t["cpu"] for t in told]))
        print(
            f"{name}: WSS@95 ours {np.mean([o.wss_at_95 for o in ours]):.3f}, ELAS u4 {np.mean(theirs):.3f}; found at "
            f"10% {np.mean([o.recall_at_10 for o in ours]):.2f}; CPU {cpu:.2f} s, ELAS u4 {peer_cpu:.1f} s: "
            f"1/{peer_cpu / cpu:.0f}", flush=True,
        )  # fmt: skip


def spliced(count: int, seed: int = 1) -> list[str]:
    """Files of about 1.35 KB, made of sentences of the public sets and, now and then, of invented notes."""
    from joinedup.synthetic.wording import SENTENCES

    rng = np.random.default_rng(seed)
    known = np.array(
        [one + "." for name in SETS for text in labelled(name)[0] for one in text.split(". ")], dtype=object
    )
    notes = np.array(sorted(SENTENCES), dtype=object)
    picks, asides = rng.integers(len(known), size=(count, 7)), rng.integers(len(notes), size=(count, 3))
    return [" ".join([*known[a], *notes[b]]) for a, b in zip(picks, asides, strict=True)]


def phrases() -> None:
    texts = spliced(30_000 if FULL else 2_000)
    size = sum(map(len, texts)) / 1e6
    wording.find(texts[:100])
    begun = time.process_time()
    found = wording.find(texts)
    spent = time.process_time() - begun
    print(f"Phrases: {size:.0f} MB, {len(found.text):,} hits, {size / spent:.0f} MB a CPU second")


def scale() -> None:
    texts = spliced(100_000 if FULL else 3_000)
    size, hidden = sum(map(len, texts)) / 1e6, masked(["Smith", "Khan"])
    begun, wall = time.process_time(), time.perf_counter()
    matrix = terms(texts, hidden).matrix
    print(
        f"{len(texts):,} files, {size:.0f} MB: counted in {time.process_time() - begun:.1f} CPU s, "
        f"{time.perf_counter() - wall:.1f} s; {matrix.shape[1]:,} terms, {matrix.nnz:,} weights; "
        f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB", flush=True,
    )  # fmt: skip
    for read in (200, 1000, 3000):
        places = np.random.default_rng(read).permutation(len(texts))[:read]
        labels = [at % 10 == 0 for at in range(len(places))]
        unread = np.ones(len(texts), dtype=bool)
        unread[places] = False
        times = []
        for _ in range(5):
            begun = time.perf_counter()
            order(learn(matrix, places.tolist(), labels).scores(matrix), unread, 300, 1)
            times.append(time.perf_counter() - begun)
        print(f"  ranked anew with {read:,} read: {1000 * float(np.median(times)):,.0f} ms (median of 5)", flush=True)


def stopping() -> None:
    """Reviews with an order as rankers give: most found early, and a hard tail that no ranker brings up."""
    count = 800 if FULL else 100
    rng = np.random.default_rng(7)
    failed, recalls, shares = 0, [], []
    for seed in range(count):
        cases = int(rng.choice([2_000, 5_000, 20_000]))
        relevant = int(rng.choice([40, 100, 300, 1000]))
        y = _with_tail(rng, cases, relevant, hard=float(rng.choice([0.02, 0.05, 0.08, 0.15])))
        read, found = stop_at(np.arange(cases), y, seed)
        failed += found / int(y.sum()) < 0.95
        recalls.append(found / int(y.sum()))
        shares.append(read / cases)
    limits = clopper_pearson(failed, count)
    print(
        f"Stopping: {count:,} simulated reviews, .95 missed in {failed:,} ({100 * failed / count:.1f}%, exact limits "
        f"{100 * limits.lower:.1f}% to {100 * limits.upper:.1f}%); mean recall {np.mean(recalls):.3f}, mean share read "
        f"{np.mean(shares):.2f}"
    )


def _with_tail(rng: np.random.Generator, cases: int, relevant: int, hard: float) -> np.ndarray:
    """Labels in the order of the ranker: the easy ones thin out, a share `hard` of them lies anywhere."""
    y = np.zeros(cases, dtype=bool)
    easy = np.unique((rng.exponential(relevant * 1.2, size=round(relevant * (1 - hard)))).astype(int) % cases)
    y[easy] = True
    y[rng.choice(cases, round(relevant * hard), replace=False)] = True
    return y


def seeded(project: str) -> None:
    """Seeded cases of an invented project: closed crimes of groups, and rapes that were moved to a lesser class."""
    from review_parts.seeds import judge_rules

    for line in judge_rules(Path(project)):
        print(line, flush=True)


def main(arguments: Sequence[str]) -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    if arguments[:1] == ["seeded"]:
        seeded(arguments[1])
        return
    parts = {"peer": peer, "phrases": phrases, "scale": scale, "stopping": stopping}
    for name in arguments or parts:
        parts[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
