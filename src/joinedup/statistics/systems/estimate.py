"""How many people there are, on lists or not: never one number.

What lists say of those on none depends on which lists are believed to go together, on chance, on the links and on what
every such estimate assumes. `HiddenNumber` holds all of it, and says the range over models first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from joinedup.errors import StatisticsError
from joinedup.statistics.intervals import Interval
from joinedup.statistics.systems.limits import Chao, Profile, chao, profile
from joinedup.statistics.systems.links import Relinked, WrongLinks, relinked
from joinedup.statistics.systems.lists import Lists, People, overlaps
from joinedup.statistics.systems.models import MOST_PAIRS, Fitted, ModelRange, every_model

FEWEST_LISTS = 3
"""With two lists there is one model, and nothing tells whether it is wrong. HRDAG's verdata 1.0.2 has the same rule."""

FEWEST_ON_SEVERAL = 7
"""People on two lists or more. With 7 met again, the bias of an estimate from two lists is small: D. S. Robson and
H. A. Regier (1964), "Sample size in Petersen mark-recapture experiments", Transactions of the American Fisheries
Society 93, 215-226. With 7 seen, 3.29 or more are to be expected (95%, exact): the bias is exp(-3.29) = 4% or less."""

AGREE = 2.0
"""Times the lower end that the upper may be where lists are said to agree on a size. Ours."""

SHARES = tuple(WrongLinks(missed=share) for share in (0.0, 0.02, 0.05, 0.10))


@dataclass(frozen=True)
class HiddenNumber:
    """What the lists say about the people on them and on none. Made by `hidden_number`.

    overlapping: all models with terms for pairs of lists that share somebody. apart: all models that may also set apart
    pairs that share nobody; None where there is no such pair, or too many. best: `profile` limits of the model of
    `overlapping` that is best by AIC. links: people in all if links were wrong, by the same `models`. impossible:
    shares of wrong links that these lists leave no room for.
    """

    lists: Lists
    overlapping: ModelRange
    apart: ModelRange | None
    best: Profile
    chao: Chao
    links: tuple[Relinked, ...]
    impossible: tuple[WrongLinks, ...]

    @property
    def models(self) -> tuple[Fitted, ...]:
        """Those that the range is over: as good as the best by AIC, or best by BIC, among either kind of models."""
        return _models(self.overlapping, self.apart)

    @property
    def lowest(self) -> float:
        """People in all, by the model that says fewest."""
        return min(model.people for model in self.models)

    @property
    def highest(self) -> float:
        """People in all, by the model that says most."""
        return max(model.people for model in self.models)

    @property
    def limits(self) -> Interval:
        """From the lowest lower to the highest upper 95% limit of any of the models."""
        each = [model.limits() for model in self.models]
        return Interval(min(i.lower for i in each), max(i.upper for i in each), 0.95, "Wald, logarithm, over models")

    @property
    def agree(self) -> bool:
        """Whether the upper limit, over models and with chance, is no more than twice the lower."""
        return self.limits.upper <= AGREE * self.limits.lower

    @property
    def verdict(self) -> str:
        """What may be said, in words."""
        times = f"The highest limit is {self.limits.upper / self.limits.lower:.1f} times the lowest"
        if self.agree:
            return f"{times}: the lists agree on the size. Quote the range, not a number within it."
        return f"{times}: the lists do not settle how many there are. Quote the range, or nothing."

    def sentences(self) -> tuple[str, ...]:
        """All of it in words, the range over models first and the verdict last."""
        apart = () if not self.lists.never_overlap else (self._apart(),)
        return (
            f"Between {_n(self.lowest)} and {_n(self.highest)} people in all, depending on the model; with chance as"
            f" well, {_n(self.limits.lower)} to {_n(self.limits.upper)}.",
            f"Of them {self.lists.on_lists:,} are on a list, {self.lists.on_several:,} on more than one; all that is"
            f" said of the others rests on those {self.lists.on_several:,}.",
            _about(self.overlapping, "of pairs that overlap"),
            *apart,
            f"If the best of them by AIC ({self.overlapping.aic_best}) were known to be true, chance would leave"
            f" {_n(self.best.limits.lower)} to {_n(self.best.limits.upper)} (95%). It is not known to be.",
            self._chao(),
            *(_linked(each) for each in self.links if each.wrong != WrongLinks()),
            *(f"With {_spoken(each)}, too few people would be on one list alone." for each in self.impossible),
            "All of this takes it that nobody came or went meanwhile, that everybody could be on each list, and that"
            " people on one list are like the others but for what the model says.",
            self.verdict,
        )

    def __str__(self) -> str:
        return "\n".join(self.sentences())

    def _apart(self) -> str:
        pairs = ", ".join(":".join(pair) for pair in self.lists.never_overlap)
        if self.apart is None:
            return f"Not tried, being too many: models that set apart pairs that never overlap ({pairs})."
        return _about(self.apart, f"that may also set apart pairs that never overlap ({pairs})")

    def _chao(self) -> str:
        if math.isinf(self.chao.unlike):
            return "Chao's lower bound says nothing, because nobody is on exactly two lists."
        against = " The models say fewer: the two disagree." if self.chao.unlike > self.highest else ""
        return (
            f"Were lists independent for each person, there would be at least {_n(self.chao.unlike)} (Chao's lower"
            f" bound, for lists that differ; as commonly printed, for lists all alike, {_n(self.chao.alike)}).{against}"
        )


def hidden_number(lists: Lists, wrong: Sequence[WrongLinks] = SHARES) -> HiddenNumber:
    """Say what linked lists say about the people on none of them.

    wrong: shares of wrong links to try; by default none, 2%, 5% and 10% missed.

    Raises StatisticsError where the overlap is too thin: fewer than 3 lists, fewer than 7 people on more than one list,
    a list that shares nobody with any other, or no model that the counts settle; and as `every_model` and `relinked`.
    """
    refuse_thin(lists)
    overlapping = every_model(lists)
    apart = every_model(lists, never=True) if lists.never_overlap and len(lists.pairs) <= MOST_PAIRS else None
    models = _models(overlapping, apart)
    best = profile(lists, overlapping.aic_best.pairs)
    tried = [(each, relinked(lists, models, each)) for each in wrong]
    links = tuple(found for _, found in tried if found)
    impossible = tuple(each for each, found in tried if not found)
    return HiddenNumber(lists, overlapping, apart, best, chao(lists), links, impossible)


def refuse_thin(lists: Lists) -> None:
    """Raise StatisticsError where lists meet too little to say anything of those on none, see `hidden_number`."""
    if len(lists.names) < FEWEST_LISTS:
        raise StatisticsError(
            "Two lists give one number, and nothing tells whether it is wrong.", remedy="Link a third list."
        )
    if lists.on_several < FEWEST_ON_SEVERAL:
        raise StatisticsError(
            f"People on more than one list: {lists.on_several}. From fewer than {FEWEST_ON_SEVERAL}, those on none"
            " cannot be estimated.",
            remedy="Take a longer period or a larger area, or say how many are on the lists and no more.",
        )
    for name in lists.names:
        if all(name not in pair for pair in lists.pairs if pair not in lists.never_overlap):
            raise StatisticsError(
                f"The list `{name}` shares nobody with any other: they may be about different people.",
                remedy="Leave it out, or merge it with a list of a like service.",
            )


@dataclass(frozen=True)
class Stratum:
    """One part of the people. left_out: lists that hold nobody of it. Either `answer`, or why it was `refused`."""

    name: str
    left_out: tuple[str, ...]
    answer: HiddenNumber | None
    refused: str | None

    def __str__(self) -> str:
        return f"{self.name}: {self.answer or self.refused}"


def by_stratum(names: Sequence[str], strata: Mapping[str, People]) -> tuple[Stratum, ...]:
    """Answer for each stratum by itself; one that is too thin is refused alone, and stays in the result.

    names: the lists, in order. strata: for each, people by lists as for `overlaps`. Lists that hold nobody of a stratum
    are left out of it, as verdata 1.0.2 does. Parts are not added up: a sum without those refused is no total.
    """
    return tuple(_stratum(name, names, people) for name, people in strata.items())


def _stratum(name: str, names: Sequence[str], people: People) -> Stratum:
    used = [each for each in names if any(count and each in on for on, count in people.items())]
    left_out = tuple(each for each in names if each not in used)
    some = {tuple(on): count for on, count in people.items() if count}
    try:
        return Stratum(name, left_out, hidden_number(overlaps(used, some)), None)
    except StatisticsError as refusal:
        return Stratum(name, left_out, None, str(refusal))


def _models(overlapping: ModelRange, apart: ModelRange | None) -> tuple[Fitted, ...]:
    """Each once, the best by AIC of `overlapping` first."""
    kinds = (overlapping,) if apart is None else (overlapping, apart)
    return tuple({frozenset(m.pairs): m for kind in kinds for m in (*kind.as_good, kind.bic_best)}.values())


def _about(found: ModelRange, kind: str) -> str:
    return (
        f"Of {found.tried:,} models {kind}, {len(found.as_good):,} are about as good as the best by AIC:"
        f" {_n(found.lowest)} to {_n(found.highest)}; the best by AIC says {_n(found.aic_best.people)}, by BIC"
        f" {_n(found.bic_best.people)}."
    )


def _linked(found: Relinked) -> str:
    return f"With {_spoken(found.wrong)}, the same models say {_n(found.lowest)} to {_n(found.highest)}."


def _spoken(wrong: WrongLinks) -> str:
    said = [f"{wrong.missed:.0%} of links missed"] * (wrong.missed > 0)
    return " and ".join(said + [f"{wrong.false:.0%} of links false"] * (wrong.false > 0))


def _n(people: float) -> str:
    return "no upper end" if math.isinf(people) else f"{people:,.0f}"
