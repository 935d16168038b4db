"""Completeness that cannot be had by leaving rows out or filling them in: which sender's field not to trust, and why.

A full column is no proof of good recording. Rows without an answer may have been dropped before they were sent, or
a default put in their place. So a field is held against other senders, its own past, or shares that are stated, and
is named when something that occurs everywhere hardly ever occurs in it: a missing answer, a category, or any value but
one. "Hardly ever" is less than a fiftieth of the expected share, and so few that even a sender with a tenth of it
would not get there by chance.

Why so lenient: honest forces differ. In stop and search of 44 forces, 2006/07 to 2016/17 (Ethnicity facts
and figures), no year of a force with 2,000 searches had less than 1/21 of the middle force's missing share, 1/14 of
its share of others than White British, or 1/11 of its share of the "any other" groups. A test of equal shares would
accuse many of them; this one accuses none.

What this does not find: answers made up in the shares that other senders have, and anything in fewer than 100 rows.
Nothing here compares groups of people. Values are counted to see how a field was filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np
import pyarrow as pa

from joinedup.statistics.disclosure import small
from joinedup.statistics.fields import (
    GAPS,
    Benchmark,
    Field,
    Finding,
    Kind,
    Levels,
    Tally,
    add,
    benchmark,
    check_shares,
    likenesses,
    middle,
    read_fields,
    stated,
)

OTHERS = "other senders"
PAST = "its own earlier periods"
DEFAULT = "stated default"
EXPECTED = "expected shares"
BEFORE = "the period before"
THRESHOLDS = "stated threshold"

CHOSEN = frozenset({"refused", "not_asked", "not_understood", "not_known"})
"""Reasons that somebody enters, and so may enter for everybody. The others are what an empty cell becomes."""


def soundness(
    counts: pa.Table,
    *,
    expected: Mapping[str, Mapping[str, float]] | None = None,
    levels: Levels | None = None,
) -> list[Finding]:
    """Name the senders' fields that cannot be trusted, by column and sender; a field may be named for several reasons.

    counts: rows by sender, column, period, value and reason, as a table with those columns and `count`. `value` is a
    code of a closed list, or one word such as `filled` for a column that is not; where it is null, `reason` says why.
    Rows that are `not_applicable` are left out. Periods are put in the order of their names; null is no period.
    expected: shares of values, 0 to 1, by column, that any sender should come near, such as the census shares of the
    "any other" groups. They are held against every sender, so that all of them may be found wanting.

    never-filled       no row holds a value.
    mostly-missing     at least half hold none.
    never-missing      rows without a value hardly ever occur.
    category-vanished  some values, or `refused`, hardly ever occur.
    one-value          one reason has 90% of all rows; or one value has 90% of those that hold any, and the other values
                       together hardly ever occur.
    break              a share moved by 20 points or more from one period to the next, beyond chance.

    Shares are expected from the middle one of other senders, from the sender's own earlier periods (and then the
    finding says from which period on), from `expected`, or from `levels.missing`. Chance: exact binomial; for a break,
    Fisher's exact test. A sender whose field is mostly missing is not compared with.

    Raises StatisticsError for a table without those columns, rows that cannot be counted, and shares that cannot be.

    Source: completeness as missing shares, categories that should occur, and breaks over time (Code of Practice for
    Statistics, edition 3.0, quality); R. A. Fisher (1935), "The Logic of Inductive Inference", J. R. Stat. Soc. 98.
    """
    terms = levels or Levels()
    named = expected or {}
    check_shares(named)
    fields = read_fields(counts, named)
    terms = replace(terms, chance=terms.chance / max(_checks(fields), 1))
    columns = groupby(fields, key=lambda one: one.column)
    return [found for _, alike in columns for found in _column(list(alike), named, terms)]


def _checks(fields: Iterable[Field]) -> int:
    """At least as many checks as can be made: two of each value, and five more, in all rows and from each period on."""
    return sum((len(one.periods) + 3) * (2 * len(one.whole.values) + 5) for one in fields)


@dataclass(frozen=True)
class _Evidence:
    """What a finding will say, and `chance`: of so few rows where a tenth of what is expected would be honest."""

    kind: Kind
    values: tuple[str, ...]
    n: int
    count: int
    expected: float | None
    compared_with: str
    chance: float = 0.0


def _column(fields: Sequence[Field], expected: Mapping[str, Mapping[str, float]], levels: Levels) -> Iterator[Finding]:
    """Every field of one column, each held against those of the other senders that are not mostly missing."""
    kept = [one for one in fields if _emptiness(one.whole, levels) is None]
    for one in fields:
        others = benchmark(OTHERS, [other.whole for other in kept if other is not one], levels.least)
        values = one.whole.values
        said = stated(DEFAULT, values, {}, levels.missing.get(one.column, 0.0))
        shares = stated(EXPECTED, values, expected.get(one.column, {}))
        against = [others, said, shares] if others else [said, shares]
        yield from _empty(one, levels)
        yield from _full(one, against, levels)
        yield from _breaks(one, levels)


# What is missing


def _emptiness(tally: Tally, levels: Levels) -> _Evidence | None:
    """Whether rows are mostly without a value, and whether that is one reason entered for everybody."""
    if tally.n < levels.least or tally.missing_share < levels.mostly_missing:
        return None
    reason, commonest = next(iter(tally.reasons().items()))
    if reason in CHOSEN and commonest >= levels.dominant * tally.n:
        return _Evidence("one-value", (reason,), tally.n, commonest, None, THRESHOLDS)
    kind: Kind = "never-filled" if tally.answered == 0 else "mostly-missing"
    return _Evidence(kind, (), tally.n, tally.missing, None, THRESHOLDS)


def _empty(one: Field, levels: Levels) -> Iterator[Finding]:
    """What is missing in all rows or, where these pass, in each run of periods that do not."""
    found = _emptiness(one.whole, levels)
    if found:
        yield _finding(one, one.whole, found)
        return
    judged = [(period, tally, _emptiness(tally, levels)) for period, tally in one.periods.items()]
    for fails, run in groupby(judged, key=lambda item: item[2] is not None):
        periods, tallies, _ = zip(*run, strict=True)
        tally = add(tallies)
        if fails and (found := _emptiness(tally, levels)):
            yield _finding(one, tally, found, periods[0], periods[-1])


# What hardly ever occurs


def _full(one: Field, against: Iterable[Benchmark], levels: Levels) -> Iterator[Finding]:
    """What should occur and hardly does. Where one value is nearly all there is, the others are not named as well."""
    tried = list(against)
    empty = list(_hardly(_never_missing, one, tried, levels))
    yield from empty or _hardly(_never_refused, one, tried, levels)
    single = list(_hardly(_one_value, one, tried, levels))
    yield from single or _hardly(_vanished, one, tried, levels)


_Judge = Callable[[Tally, Benchmark, Levels], _Evidence | None]


def _hardly(judge: _Judge, one: Field, against: Iterable[Benchmark], levels: Levels) -> Iterator[Finding]:
    """One finding at most: from all rows, else from a period on."""
    for held_against in against:
        found = judge(one.whole, held_against, levels)
        if found and found.chance < levels.chance:
            yield _finding(one, one.whole, found)
            return
    since = _since(judge, one, levels)
    if since:
        yield since


def _since(judge: _Judge, one: Field, levels: Levels) -> Finding | None:
    """The period from which on a field is least like its own past, if that is beyond chance."""
    likeliest, finding = levels.chance, None
    for period, earlier, later in one.cuts:
        past = benchmark(PAST, [earlier], levels.least)
        found = judge(later, past, levels) if past else None
        if found and found.chance < likeliest:
            likeliest, finding = found.chance, _finding(one, later, found, period, list(one.periods)[-1])
    return finding


def _never_missing(tally: Tally, against: Benchmark, levels: Levels) -> _Evidence | None:
    return _without("never-missing", (), tally, against, levels)


def _never_refused(tally: Tally, against: Benchmark, levels: Levels) -> _Evidence | None:
    return _without("category-vanished", ("refused",), tally, against, levels)


def _without(
    kind: Kind, reasons: tuple[str, ...], tally: Tally, against: Benchmark, levels: Levels
) -> _Evidence | None:
    """Whether rows without a value, for `reasons` or for any, are too few among all rows."""
    chosen = np.array([not reasons or reason in reasons for reason in GAPS])
    if tally.n < levels.least or not against.gaps.rest_on(chosen, levels.seen):
        return None
    count, share = int(tally.gaps[chosen].sum()), against.gaps.of(chosen)
    return _Evidence(kind, reasons, tally.n, count, share, against.name, _so_few(count, tally.n, share, levels))


def _one_value(tally: Tally, against: Benchmark, levels: Levels) -> _Evidence | None:
    most = int(np.argmax(tally.held)) if tally.held.size else 0
    if tally.answered < levels.least or tally.held[most] < levels.dominant * tally.answered:
        return None
    others = np.arange(tally.held.size) != most
    if not against.held.rest_on(others, levels.seen):
        return None
    rest, count = against.held.of(others), int(tally.held[most])
    chance = _so_few(tally.answered - count, tally.answered, rest, levels)
    return _Evidence("one-value", (tally.values[most],), tally.answered, count, 1 - rest, against.name, chance)


def _vanished(tally: Tally, against: Benchmark, levels: Levels) -> _Evidence | None:
    """Values that hardly occur, judged together. The chance is multiplied by all the ways of choosing such values.

    Only values are taken of which even a tenth of their share would be a row or more.
    """
    if tally.answered < levels.least:
        return None
    usual = np.array([middle(column) for column in against.held.shares.T])
    gone = (usual * tally.answered >= levels.times) & (tally.shares < usual / levels.hardly)
    if not gone.any() or not against.held.rest_on(gone, levels.seen):
        return None
    count, share = int(tally.held[gone].sum()), against.held.of(gone)
    chance = _so_few(count, tally.answered, share, levels) * 2.0 ** int((usual > 0).sum())
    values = tuple(value for value, is_gone in zip(tally.values, gone, strict=True) if is_gone)
    return _Evidence("category-vanished", values, tally.answered, count, share, against.name, chance)


def _so_few(count: int, n: int, expected: float, levels: Levels) -> float:
    """Chance of `count` rows or fewer of n at a tenth of the expected share, exactly; 1 where they are not so few."""
    from scipy.special import bdtr

    if count * levels.hardly >= n * expected:
        return 1.0
    return float(bdtr(count, n, expected / levels.times))


# Breaks over time


def _breaks(one: Field, levels: Levels) -> Iterator[Finding]:
    """Jumps between neighbouring periods. Periods with too few rows are passed over."""
    full = [(period, tally) for period, tally in one.periods.items() if tally.n >= levels.least]
    for (_, before), (period, after) in pairwise(full):
        if _jumps((before.missing, before.n), (after.missing, after.n), levels):
            share = before.missing_share
            found = _Evidence("break", (), after.n, after.missing, share, BEFORE)
            yield _finding(one, after, found, period, period)
    answering = [(period, tally) for period, tally in full if tally.answered >= levels.least]
    for (_, before), (period, after) in pairwise(answering):
        yield from (_finding(one, after, found, period, period) for found in _moved(before, after, levels))


def _moved(before: Tally, after: Tally, levels: Levels) -> Iterator[_Evidence]:
    """The values that jumped, in one piece of evidence whose count is of the one that jumped furthest."""
    moves = np.abs(after.shares - before.shares)
    places = [
        place
        for place in np.argsort(-moves, kind="stable")
        if _jumps((int(before.held[place]), before.answered), (int(after.held[place]), after.answered), levels)
    ]
    if places:
        first, values = places[0], tuple(after.values[place] for place in places)
        share = float(before.shares[first])
        yield _Evidence("break", values, after.answered, int(after.held[first]), share, BEFORE)


def _jumps(before: tuple[int, int], after: tuple[int, int], levels: Levels) -> bool:
    """Whether a share, as count and total, moved by `jump` or more, and further than chance moves it."""
    from scipy.stats import fisher_exact

    if abs(after[0] / after[1] - before[0] / before[1]) < levels.jump:
        return False
    table = [[count, total - count] for count, total in (before, after)]
    return bool(fisher_exact(table).pvalue < levels.chance)


# One field copied from another


def copied(pairs: pa.Table, *, column: str, source: str, levels: Levels | None = None) -> list[Finding]:
    """Name the senders whose `column` follows from their `source` in nearly every row, as when one fills the other.

    pairs: rows that hold both, by the columns `sender`, `column` and `source`, with `count`; for self-defined ethnicity
    from officer-observed, `column="self_defined_ethnicity", source="observed_ethnicity"`. A row is unlike when its code
    is not the commonest that this sender holds beside that code of `source`. Named are senders where unlike rows hardly
    ever occur, by the middle share of other senders or, alone, by `levels.unlike`; and where two codes of `source` lead
    to different codes, since one code for everybody follows from anything.

    Raises StatisticsError for a table without those columns and for counts that are not whole.
    Source: the officer's view is not a substitute for a person's own (ACPO 2002; Standards for Ethnicity Data, 2023).
    """
    terms = levels or Levels()
    senders = [one for one in likenesses(pairs, column, source) if one.n >= terms.least]
    found = []
    for one in senders:
        others = [other.unlike / other.n for other in senders if other is not one]
        share, name = (middle(others), OTHERS) if others else (terms.unlike, DEFAULT)
        chance = _so_few(one.unlike, one.n, share, terms)
        if one.follows and chance < terms.chance / len(senders):
            evidence = _Evidence("copied", (), one.n, one.n - one.unlike, 1 - share, name)
            found.append(_finding(one.field, one.field.whole, evidence))
    return found


# In words


def _finding(
    one: Field, tally: Tally, found: _Evidence, period: str | None = None, until: str | None = None
) -> Finding:
    """The finding that `found` makes of a field; `tally` is the rows that it was found in."""
    usual = "" if found.expected is None else f" By {found.compared_with} it would be {found.expected:.1%}."
    where = f"`{one.column}` from {one.sender}{_when(period, until)}"
    return Finding(
        sender=one.sender,
        column=one.column,
        kind=found.kind,
        values=found.values,
        period=period,
        until=until,
        n=found.n,
        count=found.count,
        missing=tally.missing,
        expected=found.expected,
        compared_with=found.compared_with,
        message=f"{where}: {_counted(found, tally)}.{usual} {_CANNOT[found.kind]}",
        remedy=_REMEDY[found.kind],
    )


def _counted(found: _Evidence, tally: Tally) -> str:
    """What was counted; counts too small to leave are not told."""
    rows = f"{_told(found.count)} of {found.n:,} rows"
    if found.kind == "copied":
        return f"{rows} hold the code that is commonest beside their other code"
    if found.values:
        whose = "" if set(found.values) <= CHOSEN else " that hold a value"
        return f"{', '.join(f'`{value}`' for value in found.values)} in {rows}{whose}"
    reasons = ", ".join(f"`{reason}` {_told(n)}" for reason, n in tally.reasons().items())
    return f"{rows} hold no value" + (f" ({reasons})" if reasons else "")


def _told(count: int) -> str:
    return "fewer than 10" if small(count) else f"{count:,}"


def _when(period: str | None, until: str | None) -> str:
    if period is None:
        return ""
    return f" in {period}" if period == until else f", {period} to {until}"


_CANNOT: Mapping[Kind, str] = {
    "never-filled": "Nothing can be concluded from it.",
    "mostly-missing": "The rows that hold a value do not speak for those that hold none.",
    "never-missing": "It cannot be concluded that everybody answered: rows without an answer may have been left "
    "out, or filled in.",
    "category-vanished": "It cannot be concluded that there was nobody: these rows may have been left out or put under "
    "other codes, so no other share can be trusted either.",
    "one-value": "It cannot be concluded that it is true of these rows: it may be a default, entered without asking.",
    "break": "It cannot be concluded that the people changed: the way of recording may have, so the periods before and "
    "after are not to be compared or added.",
    "copied": "It cannot be concluded that anybody was asked: one field may have been filled from the other.",
}

_REMEDY: Mapping[Kind, str] = {
    "never-filled": "Ask the sender whether the field is sent at all, and under which name.",
    "mostly-missing": "Ask the sender when the field is filled in, and publish no share of it without its bounds.",
    "never-missing": "Ask the sender for the rows that were left out, or for what is entered when nobody answers.",
    "category-vanished": "Ask the sender whether its list has these codes, and for the rows that were left out.",
    "one-value": "Ask the sender what is entered by default, and for rows that say `not_asked` where nobody asked.",
    "break": "Ask the sender what changed then: the system, the list, or which rows are sent.",
    "copied": "Ask the sender for each field as it was entered, empty where it was not.",
}
