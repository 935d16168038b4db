"""A model for some records: which rules pay, what training says, and what of it is not to be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from joinedup.linkage import comparing, model, training
from joinedup.linkage.arrays import Features
from joinedup.linkage.blocking import Rule, candidate_pairs
from joinedup.linkage.blocking import ready as rule_ready
from joinedup.linkage.comparing import Bits, Model
from joinedup.linkage.conditions import Compiler
from joinedup.linkage.namesakes import Namesakes, namesakes
from joinedup.linkage.relatives import Relatives, relatives
from joinedup.linkage.training import Kinds, Session

OURS = "joinedup"
"""The key of a model's JSON under which our own steps keep their parameters; Splink never sees it."""

MAX_PAIRS = 1_000_000
"""Random pairs for u: Splink 5's own default."""

MAX_PAIRS_WITHIN = 250_000
"""Pairs of a block for each training session."""

FEWEST_TO_TRAIN = 1_000
"""Records below which the starting probabilities stand untrained: too few pairs to learn from."""

WIDE_PAIRS = 8
WIDE_AT_LEAST = 3_000_000
"""Pairs a record, and pairs in all, that wide rules may make together; one that would make more is left out."""

GUESSED = 25.0
"""Matches, and pairs of relatives, that the guess of half a match a record counts for in the prior."""

TURNS = 2
"""Rounds of training: u needs m, and m needs u."""

LEAST_RELATIVES = 0.02
"""Pairs of relatives taken for each matching pair where the records show fewer: the next extract may hold a twin."""

LIKELY = 5.0
"""Bits for one person, without the prior, below which a pair is left out of the search for the prior."""


@dataclass(frozen=True)
class Fitted:
    """settings: Splink's JSON, ours under `OURS`. matches: expected among all pairs of the records. notes: in words."""

    settings: dict[str, Any]
    matches: float
    trained: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Steps:
    """What we add to Splink's weight: for people of the same name, and for relatives."""

    namesakes: Namesakes | None
    relatives: Relatives


@dataclass(frozen=True)
class Ready:
    """A model made ready: its rules, comparisons, and our own steps, if it has them."""

    rules: tuple[Rule, ...]
    model: Model
    steps: Steps | None


def ready(compiler: Compiler, features: Features, settings: Mapping[str, Any]) -> Ready:
    """A model made ready for some records. Raises LinkageError when it cannot be put to them."""
    rules = tuple(_rule(compiler, rule) for rule in settings["blocking_rules_to_generate_predictions"])
    made = comparing.ready(compiler, features, settings)
    ours = settings.get(OURS)
    if not ours:
        return Ready(rules, made, None)
    step = relatives(made, ours["relatives"], ours["share_of_relatives"])
    return Ready(rules, made, Steps(namesakes(features, made), step))


def _rule(compiler: Compiler, told: Mapping[str, Any]) -> Rule:
    """A blocking rule made ready, once."""
    name = str(told["blocking_rule"])
    if name not in compiler.rules:
        compiler.rules[name] = rule_ready(compiler, told)
    return compiler.rules[name]


def fit(compiler: Compiler, features: Features, records: int, seed: int) -> Fitted:
    """A model for these records: trained, where there are enough to learn from. seed: of the random pairs."""
    present = training.features_present(features)
    start, rules, notes = _chosen(compiler, present, records)
    if records < FEWEST_TO_TRAIN:
        start = model.without_frequencies(start)
    made = comparing.ready(compiler, features, start)
    chances = model.relatives(present)
    kinds = Kinds(
        training.read(start, "m_probability"),
        [np.array([np.nan, *chances[c.name]]) for c in made.comparisons],
        training.read(start, "u_probability"),
    )
    work = _Work(compiler, features, records, start, made, rules, notes)
    return _finished(work, kinds) if records < FEWEST_TO_TRAIN else _trained(work, kinds, seed)


@dataclass(frozen=True)
class _Work:
    """What a model is made of. start: settings before training. made: those, ready."""

    compiler: Compiler
    features: Features
    records: int
    start: dict[str, Any]
    made: Model
    rules: tuple[Rule, ...]
    notes: tuple[str, ...]


def _trained(work: _Work, start: Kinds, seed: int) -> Fitted:
    """u and m in turn, then the priors."""
    random = training.patterns(work.made, *training.random_pairs(work.records, MAX_PAIRS, seed))
    sessions = _sessions(work)
    kinds = start
    for _ in range(TURNS):
        guessed = Kinds(kinds.same, start.relatives, start.strangers)
        strangers = training.strangers(work.made, random, guessed, _guess(work.records))
        kinds = Kinds(kinds.same, start.relatives, strangers)
        kinds = Kinds(training.fit(work.made, sessions, kinds, start.same), start.relatives, strangers)
    fitted = _finished(work, kinds)
    return Fitted(fitted.settings, fitted.matches, True, (*fitted.notes, *_doubts(fitted.settings)))


def _chosen(
    compiler: Compiler, present: set[str], records: int
) -> tuple[dict[str, Any], tuple[Rule, ...], tuple[str, ...]]:
    """Settings with the rules that are used, those rules, and what is to be said of the others."""
    settings = model.settings(present)
    rules: list[Rule] = []
    kept, notes, wide = [], [], 0
    for block in model.blocks(present):
        told = model.rule_of(block)
        rule = _rule(compiler, told)
        wide += rule.pairs if block.wide else 0
        if block.wide and wide > max(WIDE_PAIRS * records, WIDE_AT_LEAST):
            wide -= rule.pairs
            continue
        if rule.capped:
            notes.append(f"{rule.capped:,} values that too many records share were left out of: {rule.name}.")
        rules.append(rule)
        kept.append(told)
    return settings | {"blocking_rules_to_generate_predictions": kept}, tuple(rules), tuple(notes)


def _sessions(work: _Work) -> list[Session]:
    places = {comparison.name: n for n, comparison in enumerate(work.made.comparisons)}
    made = []
    for block, names in model.training_blocks(training.features_present(work.features)):
        rule = _rule(work.compiler, model.rule_of(block))
        held = frozenset(places[name] for name in names if name in places)
        made.append(training.session_of(work.made, rule, held, MAX_PAIRS_WITHIN))
    return made


def _finished(work: _Work, kinds: Kinds) -> Fitted:
    """The settings with these probabilities, the priors that fit all candidate pairs best, and the rules that pay."""
    records = work.records
    everyone = records * (records - 1) / 2 or 1.0
    guess = _guess(records)
    plain = training.written(work.start, kinds.same, kinds.strangers, guess)
    made = comparing.ready(work.compiler, work.features, plain)
    names = [comparison.name for comparison in made.comparisons]
    chances = {n: [float(v) for v in own if not np.isnan(v)] for n, own in zip(names, kinds.relatives, strict=True)}
    steps = Steps(namesakes(work.features, made), relatives(made, chances, guess))
    every = max(1, records // 200_000)
    odds = _odds(made, steps, work.rules, every)
    matches, families = _priors(odds.same, odds.kin, everyone, guess, every)
    kept, dropped = _paying(odds, work.rules, matches, work.start["blocking_rules_to_generate_predictions"])
    settings = training.written(work.start, kinds.same, kinds.strangers, matches)
    settings["blocking_rules_to_generate_predictions"] = kept
    settings[OURS] = {"relatives": chances, "share_of_relatives": families}
    return Fitted(rounded(settings), matches * everyone, False, (*work.notes, *dropped))


def _guess(records: int) -> float:
    """The share of random pairs that match if every second record has one match."""
    return min(1.0 / max(records - 1, 1), 0.1)


@dataclass(frozen=True)
class _Odds:
    """same, kin: log2 odds of one person, and of relatives, against strangers, without priors, of the pairs for which
    either speaks. rules: the first to join each. made: by rule, pairs that no rule before it joins.
    """

    same: Bits
    kin: Bits
    rules: npt.NDArray[np.int8]
    made: npt.NDArray[np.int64]


def _odds(model: Model, steps: Steps, rules: Sequence[Rule], every: int) -> _Odds:
    found: list[tuple[Bits, Bits, npt.NDArray[np.int8]]] = [(np.empty(0), np.empty(0), np.empty(0, np.int8))]
    made = np.zeros(len(rules), dtype=np.int64)
    for left, right, rule in candidate_pairs(rules, MAX_PAIRS, every):
        levels = model.levels(left, right)
        same = model.weights(levels, left, right) - model.prior
        if steps.namesakes is not None:
            same += steps.namesakes.penalty(left, right)
        kin = same + steps.relatives.bits(levels)
        told = np.maximum(same, kin) > LIKELY
        found.append((same[told], kin[told], np.full(int(told.sum()), rule, np.int8)))
        made[rule] += len(left)
    same, kin, by = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return _Odds(same, kin, by, made)


WORTH = 0.002
"""Matches that a rule must bring for each pair that it alone makes; a wide one that brings fewer does not pay."""


def _paying(
    odds: _Odds, rules: Sequence[Rule], prior: float, told: Sequence[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[str]]:
    """The rules that pay, and what is to be said of the others."""
    likely = np.bincount(odds.rules[odds.same + np.log2(prior) > 0], minlength=len(rules))
    poor = (odds.made > WORTH_JUDGING) & (likely < WORTH * odds.made)
    notes = [f"{DROPPED} {100 * likely[n] / odds.made[n]:.2f}: {rule.name}." for n, rule in enumerate(rules) if poor[n]]
    return [one for one, drop in zip(told, poor, strict=True) if not drop], notes


DROPPED = "Left out, as few of the pairs it makes are likely, for every 100:"
"""How a note on a rule begins that does not pay."""

WORTH_JUDGING = 20_000
"""Pairs of the sample from which a rule is judged by what it brings."""


def _priors(same: Bits, kin: Bits, everyone: float, guess: float, every: int) -> tuple[float, float]:
    """Shares of random pairs that are matches and relatives: those that give themselves again (EM over the shares)."""
    matches = families = guess
    same, kin = np.minimum(same, 500.0), np.minimum(kin, 500.0)
    part = GUESSED / (0.5 * everyone * guess + GUESSED)
    for _ in range(100):
        one, other = matches * 2.0**same, families * 2.0**kin
        total = one + other + 1.0
        seen = np.array([(one / total).sum(), (other / total).sum()]) * every / everyone
        now = (1 - part) * seen + part * guess
        done = np.allclose(now, (matches, families), rtol=1e-6, atol=0)
        matches = min(float(now[0]), 0.5)
        families = min(max(float(now[1]), LEAST_RELATIVES * matches), 0.5)
        if done:
            break
    return matches, families


def _doubts(settings: Mapping[str, Any]) -> list[str]:
    """Parameters that are not to be believed, each with the reason."""
    doubts = []
    for comparison in settings["comparisons"]:
        told = [level for level in comparison["comparison_levels"] if "m_probability" in level]
        bits = [np.log2(level["m_probability"] / level["u_probability"]) for level in told]
        name = comparison["output_column_name"]
        if bits[-1] > 0:
            doubts.append(
                f"`{name}`: that nothing agrees speaks for one person ({bits[-1]:+.1f} bits). Look at its data."
            )
        if bits[0] < 0:
            doubts.append(
                f"`{name}`: that it agrees speaks against one person ({bits[0]:+.1f} bits). Look at its data."
            )
    return doubts


def rounded(value: Any) -> Any:
    """Every number of a model to 9 significant digits, so that sums in another order give the same model."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value
