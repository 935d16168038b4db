"""The verdict on a statement, on its opposite, and on the same of every other group: one rule, whatever the group."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from joinedup.errors import StatisticsError
from joinedup.statistics.claims.evidence import Counted, Evidence, Range, Residents, Shares
from joinedup.statistics.claims.statement import NOT_RECORDED, Statement
from joinedup.statistics.intervals import clopper_pearson
from joinedup.statistics.sampling import with_chance
from joinedup.statistics.verdicts import verdict_of

Word = Literal["holds", "holds_if", "insufficient", "contradicted", "refused"]


@dataclass(frozen=True)
class Settles:
    """What would settle it: how many of the `missing` would have to turn out to be `of`, or else `of_another`.

    for_it, against_it: records after which the statement holds, or is contradicted, whatever the rest are.
    """

    missing: int
    for_it: int
    against_it: int
    of: str
    of_another: str


@dataclass(frozen=True)
class Held:
    """What a statement was held against. lower, upper: the share, or the difference of two groups' shares, at its least
    and most. against: what it is compared with, at its least and most. chance: lower and upper with chance on top,
    where chance is part of the question; None elsewhere.
    """

    lower: float
    upper: float
    against: Range
    chance: Range | None = None


@dataclass(frozen=True)
class Verdict:
    """word: one of `tables.VERDICTS`. held: the figure it rests on; None where it is refused. assumption: what must be
    true, for `holds_if`, and where the figures rest on it. because: why, for `refused`. as_quoted: what it would be if
    the figures are as they are quoted, where nobody has seen their source; the word is then `insufficient`. settles:
    what would settle it, where the data cannot say.
    """

    word: Word
    held: Held | None = None
    assumption: str | None = None
    because: str | None = None
    settles: Settles | None = None
    as_quoted: Word | None = None


@dataclass(frozen=True)
class Judged:
    """A statement's verdict with all that must stand beside it.

    others: the same statement of every other group, in the order of the figures. under: the verdict if an assumption is
    right, by assumption.
    """

    statement: Statement
    evidence: Evidence
    residents: Residents | None
    verdict: Verdict
    opposite: Verdict
    others: tuple[tuple[Statement, Verdict], ...]
    under: tuple[tuple[str, Verdict], ...] = ()


def judge(statement: Statement, evidence: Evidence, residents: Residents | None = None) -> Judged:
    """Hold a statement against figures. residents: of the area; needed where the statement compares with them.

    Nothing is raised for figures that cannot answer: the verdict is then `refused`, and says why.
    Source of the verdicts: C. F. Manski (2003), Partial Identification of Probability Distributions, Springer. Of the
    opposite and the other groups beside it: rule 12 of the project's rules for figures.
    """
    others = [group for group in evidence.shares.groups if group != statement.group]
    swapped = [statement.swapped(group) for group in others] if statement.group != NOT_RECORDED else []
    return Judged(
        statement,
        evidence,
        residents,
        _verdict(statement, evidence, residents),
        _verdict(statement.opposite(), evidence, residents),
        tuple((one, _verdict(one, evidence, residents)) for one in swapped),
        _under(statement, evidence, residents),
    )


def _under(statement: Statement, evidence: Evidence, residents: Residents | None) -> tuple[tuple[str, Verdict], ...]:
    if _refusal(statement, evidence, residents) is not None:
        return ()
    return tuple((one.sentence, _held_against(statement, one.shares, residents)) for one in evidence.under)


def _verdict(statement: Statement, evidence: Evidence, residents: Residents | None) -> Verdict:
    """What the figures say; figures that are known only second-hand settle nothing, whatever they would say."""
    found = _as_figures_say(statement, evidence, residents)
    if evidence.seen or found.word in ("refused", "insufficient"):
        return found
    return replace(found, word="insufficient", assumption=None, settles=None, as_quoted=found.word)


def _as_figures_say(statement: Statement, evidence: Evidence, residents: Residents | None) -> Verdict:
    if (because := _refusal(statement, evidence, residents)) is not None:
        return Verdict("refused", because=because)
    found = _held_against(statement, evidence.shares, residents)
    if found.word != "insufficient":
        return _resting(found, evidence.rests_on) if evidence.rests_on else found
    for variant in evidence.under:
        under = _held_against(statement, variant.shares, residents)
        if under.word == "holds":
            return replace(under, word="holds_if", assumption=variant.sentence, settles=found.settles)
    return found


def _resting(found: Verdict, assumption: str) -> Verdict:
    """A verdict of figures that are what they are only if something is true."""
    return replace(found, word="holds_if" if found.word == "holds" else found.word, assumption=assumption)


def _refusal(statement: Statement, evidence: Evidence, residents: Residents | None) -> str | None:
    """Why these figures cannot answer; None where they can."""
    if unlike := statement.about.unlike(evidence.about):
        told = "; ".join(f"{name}: {getattr(evidence.about, name)}" for name in unlike)
        return f"The figures are not of what the statement is about. They are of {told}."
    if evidence.refused:
        return evidence.refused
    for group in (statement.group, statement.than.group):
        if group not in (None, NOT_RECORDED, *evidence.shares.groups):
            return f"The figures have no group called {group}. They have {', '.join(evidence.shares.groups)}."
        if group is not None and group in evidence.withheld:
            return evidence.withheld[group]
    return _no_residents(statement, residents) if statement.than.residents else None


def _no_residents(statement: Statement, residents: Residents | None) -> str | None:
    if residents is None:
        return "There are no residents to compare with."
    if residents.field not in statement.about.field:
        return f"The residents are counted by {residents.field}, and the statement is of {statement.about.field}."
    if residents.area != statement.about.area:
        return f"The residents are those of {residents.area}, and the statement is of {statement.about.area}."
    if residents.period != statement.about.period and not residents.gap:
        return f"The residents are those of {residents.period}, and nothing says why they stand for another year."
    if statement.group not in residents.shares:
        return f"The residents are not counted as {statement.group}."
    return None


def _held_against(statement: Statement, shares: Shares, residents: Residents | None) -> Verdict:
    low, high = _ends(statement, shares)
    chance = _with_chance(statement, shares)
    against = _against(statement, residents)
    least, most = chance or (low, high)
    more = _more(least, most, against) if statement.direction == "more" else _more(-most, -least, _minus(against))
    word = _turned(more) if statement.denied else more
    settles = _settles(statement, shares, against) if word == "insufficient" else None
    return Verdict(word, Held(low, high, against, chance), settles=settles)


def _ends(statement: Statement, shares: Shares) -> Range:
    """The share, or the first group's less the other's: the missing cannot be of both."""
    low, high = shares.share(statement.group)
    if statement.than.group is None:
        return low, high
    other = shares.share(statement.than.group)
    return low - other[1], high - other[0]


def _with_chance(statement: Statement, shares: Shares) -> Range | None:
    """With chance on top, where counts are compared with residents: they are then a draw of what could have been.

    Exact limits, because Wilson's miss rare shares; see `intervals`.
    """
    if not statement.than.residents or not isinstance(shares, Counted):
        return None
    found = with_chance(shares.bounds(statement.group), limits=clopper_pearson)
    return found.lower, found.upper


def _against(statement: Statement, residents: Residents | None) -> Range:
    if statement.than.residents and residents is not None:
        return residents.shares[statement.group]
    share = statement.than.share or 0.0  # two groups' shares differ by more, or less, than nothing
    return share, share


def _minus(ends: Range) -> Range:
    return -ends[1], -ends[0]


def _more(low: float, high: float, against: Range) -> Word:
    """Whether it is more, whatever the residents' share is between its ends."""
    words = {verdict_of(low, high, end) for end in against}
    return words.pop() if len(words) == 1 else "insufficient"


def _turned(word: Word) -> Word:
    turned: dict[Word, Word] = {"holds": "contradicted", "contradicted": "holds"}
    return turned.get(word, word)


def _settles(statement: Statement, shares: Shares, against: Range) -> Settles | None:
    """How many of the missing would settle it; chance is left out, for no number of records here would take it away."""
    if not isinstance(shares, Counted) or not shares.unknown or statement.group == NOT_RECORDED:
        return None
    more = statement.direction == "more"
    up, down = _distances(statement, shares, against)
    above = math.floor(up) + 1 if more else math.ceil(up), statement.group
    below = math.ceil(down) if more else math.floor(down) + 1, statement.than.group or f"not {statement.group}"
    for_it, against_it = (above, below) if more is not statement.denied else (below, above)
    return Settles(shares.unknown, for_it[0], against_it[0], for_it[1], against_it[1])


def _distances(statement: Statement, shares: Counted, against: Range) -> tuple[Fraction, Fraction]:
    """How many of the missing, found to be of the group, bring its least up to what it is compared with; and how many,
    found to be of others, bring its most down to it.
    """
    held, missing = shares.held[statement.group], shares.unknown
    if statement.than.group is not None:
        ahead = held - shares.held[statement.than.group]
        return Fraction(missing - ahead, 2), Fraction(missing + ahead, 2)
    low, high = (Fraction(end).limit_denominator(10**9) * shares.total for end in against)
    return high - held, held + missing - low


def find(statement: Statement, evidence: Iterable[Evidence]) -> Evidence:
    """The figures that are of what a statement is about, or else those that differ from it in fewest parts.

    Raises StatisticsError where there are none.
    """
    found = min(evidence, key=lambda one: len(statement.about.unlike(one.about)), default=None)
    if found is None:
        raise StatisticsError("There are no figures to hold the statement against.")
    return found
