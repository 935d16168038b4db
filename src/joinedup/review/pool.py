"""The cases of a review, and which of them come next: by the rules, by what people decided, or by the draw."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix

from joinedup.review.ledger import Ledger
from joinedup.review.ranker import Model, learn, next_batch, order, reasons, weightiest
from joinedup.review.simulate import dry_after
from joinedup.review.stopping import Opinion, Plan, State, quant, state
from joinedup.review.terms import words_of

FIRST_BATCH = 10
RANKED_IN_SAMPLE = 5
"""While a sample is read, one case in so many is the ranker's: nobody can tell which."""

DIGITS = 9


@dataclass(frozen=True)
class Pool:
    """All cases that may be read, in order of id. rank: what the rules make of each, higher is sooner.

    matrix: words and marks of each case; hashes: of the words' columns; marks: names of the columns after them. texts
    and masked: what the words were counted in, to show reasons.
    """

    ids: tuple[str, ...]
    forces: tuple[str | None, ...]
    rank: np.ndarray
    matrix: csr_matrix
    hashes: np.ndarray
    marks: tuple[str, ...]
    texts: Sequence[str]
    masked: frozenset[str]

    @cached_property
    def place(self) -> dict[str, int]:
        return {one: place for place, one in enumerate(self.ids)}

    def force_of(self, crime_id: str) -> str | None:
        return self.forces[self.place[crime_id]]


@dataclass(frozen=True)
class Batch:
    """Cases to read next, as places in the pool, with the score that each had. source: `rules`, `ranker`, `sample`.

    model: what scored them; None where the rules did.
    """

    source: str
    places: tuple[int, ...]
    scores: tuple[float, ...]
    model: Model | None


def draft(made: Ledger, pool: Pool) -> Batch:
    """The batch after these events: the same events and pool give the same batch, to the last bit."""
    size = next_batch(len(made.batches[-1].body["cases"])) if made.batches else FIRST_BATCH
    unread = np.ones(len(pool.ids), dtype=bool)
    unread[sorted(_issued(made, pool))] = False
    model = _model(made, pool)
    scores = model.scores(pool.matrix) if model else pool.rank
    ranked = order(scores, unread, size, made.seed)
    if made.sample is not None:
        chosen, source = _mixed(made, pool, ranked, unread, size), "sample"
    else:
        chosen, source = ranked, "ranker" if model else "rules"
    told = tuple(float(f"{scores[at]:.{DIGITS}g}") for at in chosen)
    return Batch(source, tuple(int(at) for at in chosen), told, model)


def _issued(made: Ledger, pool: Pool) -> set[int]:
    given = {one for batch in made.batches for one in batch.body["cases"]} | set(made.order)
    return {pool.place[one] for one in given if one in pool.place}


def _model(made: Ledger, pool: Pool) -> Model | None:
    read = [one for one in made.order if one in pool.place and made.cases[one].read]
    labels = [made.cases[one].relevant for one in read]
    if len(set(labels)) < 2:
        return None
    return learn(pool.matrix, [pool.place[one] for one in read], labels)


def _mixed(made: Ledger, pool: Pool, ranked: np.ndarray, unread: np.ndarray, size: int) -> np.ndarray:
    """The next of the sample's order and a few of the ranker's, shuffled so that nobody can tell which is which."""
    drawn_ = [at for at in sample_order(made, pool) if unread[at]]
    few = ranked[: size // RANKED_IN_SAMPLE]
    chosen = list(dict.fromkeys([*drawn_[: size - len(few)], *few.tolist()]))
    return np.random.default_rng([made.seed, len(made.batches)]).permutation(np.array(chosen, dtype=np.int64))


def frozen(made: Ledger, pool: Pool) -> np.ndarray:
    """Places of the cases that nobody has read: what a sample is drawn from."""
    unread = np.ones(len(pool.ids), dtype=bool)
    unread[[pool.place[one] for one in made.order if one in pool.place]] = False
    return np.flatnonzero(unread)


def drawn_order(seed: int, rest: np.ndarray) -> np.ndarray:
    """The order in which a frozen remainder is sampled."""
    return np.random.default_rng([seed, 1]).permutation(rest)


def commitment(pool: Pool, ordered: np.ndarray) -> str:
    """SHA-256 over the ids in the order of the sample: fixed before any of them is read."""
    return hashlib.sha256("\n".join(pool.ids[at] for at in ordered).encode()).hexdigest()


def sample_order(made: Ledger, pool: Pool) -> np.ndarray:
    """The order of the sample that was drawn. What had been read by then is what the sample's event counts."""
    if made.sample is None:
        return np.zeros(0, dtype=np.int64)
    before = set(made.order[: int(made.sample.body["read"])])
    rest = np.array([at for at, one in enumerate(pool.ids) if one not in before], dtype=np.int64)
    return drawn_order(made.seed, rest)


def is_dry(made: Ledger, pool: Pool) -> bool:
    """Whether ranked reading finds nothing any more, so that a sample should be drawn."""
    found = np.array([made.cases[one].relevant for one in made.order if one in pool.place], dtype=bool)
    return bool(found.any()) and made.sample is None and dry_after(found, len(pool.ids)) < len(found)


def found_so_far(made: Ledger, pool: Pool) -> int:
    """How many cases of the pool count as found."""
    return sum(made.cases[one].relevant for one in made.order if one in pool.place)


def plan_of(made: Ledger) -> Plan | None:
    """The numbers that were fixed when the sample was drawn; None before."""
    if made.sample is None or made.plan is None:
        return None
    said = made.sample.body
    return Plan(said["found"], said["unread"], made.plan.body["target"], made.plan.body["alpha"], said["a"], said["b"])


def state_of(made: Ledger, pool: Pool) -> State | None:
    """The statement that holds now; None before a sample is drawn.

    The sample is as long as its order was read without a gap; what was found elsewhere in the remainder counts as
    found, outside the sample.
    """
    plan = plan_of(made)
    if plan is None or made.sample is None:
        return None
    before = set(made.order[: int(made.sample.body["read"])])
    after = {pool.place[one] for one in made.order if one not in before and one in pool.place and made.cases[one].read}
    ordered = sample_order(made, pool)
    gaps = np.flatnonzero(~np.isin(ordered, sorted(after)))
    sampled = ordered[: gaps[0]] if len(gaps) else ordered
    relevant = {at for at in after if made.cases[pool.ids[at]].relevant}
    hits = len(relevant & set(sampled.tolist()))
    return state(plan, len(sampled), hits, len(relevant) - hits)


def own_estimate(made: Ledger, pool: Pool) -> Opinion | None:
    """What the ranker itself thinks of recall: an estimate, never the guarantee. None before it has learned.

    Its scores become chances by a logistic curve over the cases that were read.
    """
    from sklearn.linear_model import LogisticRegression  # takes seconds to load

    model = _model(made, pool)
    if model is None or made.plan is None:
        return None
    read = [one for one in made.order if one in pool.place and made.cases[one].read]
    places = np.array([pool.place[one] for one in read])
    scores = model.scores(pool.matrix).astype(np.float64).reshape(-1, 1)
    curve = LogisticRegression().fit(scores[places], [made.cases[one].relevant for one in read])
    chances = np.asarray(curve.predict_proba(scores)[:, 1])
    unread = np.ones(len(pool.ids), dtype=bool)
    unread[places] = False
    return quant(chances[places], chances[unread], made.plan.body["target"])


@dataclass(frozen=True)
class Reason:
    """A word, a pair of words, a rule or a family of phrases, and its part of the score."""

    what: str
    part: float


def why(pool: Pool, model: Model, at: int) -> tuple[tuple[Reason, ...], Reason | None]:
    """What speaks for a case by the ranker, and the one thing that speaks most against, in words."""
    pro, against = reasons(model, pool.matrix[at])
    known = words_of(pool.texts[at], pool.masked)

    def named(column: int, part: float) -> Reason:
        words = len(pool.hashes)
        what = known.get(int(pool.hashes[column]), "?") if column < words else pool.marks[column - words]
        return Reason(what, float(f"{part:.{DIGITS}g}"))

    return tuple(named(one.column, one.part) for one in pro), named(against.column, against.part) if against else None


def top_weights(made: Ledger, pool: Pool, most: int = 200) -> tuple[Reason, ...]:
    """The columns that weigh most either way, in words, for a person to look through: some may stand in for an origin.

    None before the ranker has learned.
    """
    model = _model(made, pool)
    if model is None:
        return ()
    columns = weightiest(model, most)
    some = pool.matrix[:, columns].tocsc()
    told = []
    for place, column in enumerate(columns.tolist()):
        holders = some.indices[some.indptr[place] : some.indptr[place + 1]]
        if column < len(pool.hashes) and len(holders):
            what = words_of(pool.texts[int(holders[0])], pool.masked).get(int(pool.hashes[column]), "?")
        else:
            what = pool.marks[column - len(pool.hashes)]
        told.append(Reason(what, float(f"{model.weights[column]:.{DIGITS}g}")))
    return tuple(told)
