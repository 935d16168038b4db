"""A verdict in words: one wording, whatever the group, with what is not known in the same breath."""

from __future__ import annotations

from collections.abc import Iterator

from joinedup.statistics.claims.evidence import Counted, Printed
from joinedup.statistics.claims.judging import Held, Judged, Settles, Verdict
from joinedup.statistics.claims.statement import NOT_RECORDED, Statement

CAUTION = "A group's share describes these records. It says nothing of any person or community, nor why it is so."

WHATEVER = ", whatever the missing are"

WORDS = {
    "holds": "holds",
    "holds_if": "holds only if",
    "insufficient": "the data cannot say",
    "contradicted": "contradicted",
    "refused": "refused",
}


def percent(share: float, digits: int = 1) -> str:
    """A share as it is printed: one digit after the point, or more where a verdict hangs on them."""
    return f"{100 * share:.{digits}f}%"


def verdict_words(statement: Statement, verdict: Verdict, *, complete: bool = False) -> str:
    """A verdict with the figure it rests on. complete: nothing is missing."""
    word = WORDS[verdict.word]
    if verdict.held is None:
        return f"{word}: {verdict.because}"
    if verdict.as_quoted:
        word += f": the source was not seen. If the figures are as quoted: {WORDS[verdict.as_quoted]}"
    elif verdict.assumption:
        word = f"{word.removesuffix(' only if')} only if: {verdict.assumption}".rstrip(".")
    elif verdict.word != "insufficient" and statement.group != NOT_RECORDED and not complete:
        word += WHATEVER
    return f"{word}. {_difference(verdict.held) if statement.than.group else _share(verdict.held)}"


def _share(held: Held) -> str:
    digits = _digits(held)
    chance = f" ({_between(*held.chance, digits)} with chance)" if held.chance is not None else ""
    return f"It is {_between(held.lower, held.upper, digits)}{chance}, against {_between(*held.against, digits)}."


def _digits(held: Held) -> int:
    """Enough digits that no end looks equal to what it is compared with, unless it is."""
    ends = (held.lower, held.upper, *(held.chance or ()))
    unequal = [(one, other) for one in ends for other in held.against if one != other]
    return next((n for n in range(1, 5) if all(percent(a, n) != percent(b, n) for a, b in unequal)), 5)


def _difference(held: Held) -> str:
    low, high = (f"{100 * end:+.1f}".replace("-", "\N{MINUS SIGN}") for end in (held.lower, held.upper))
    return f"The first less the second is {low if low == high else f'{low} to {high}'} percentage points."


def _between(low: float, high: float, digits: int = 1) -> str:
    first, last = percent(low, digits), percent(high, digits)
    return first if first == last else f"{first} to {last}"


def unknown_words(judged: Judged) -> str:
    """What is not known, and what is said of those known only: neither is printed without the other."""
    statement, shares = judged.statement, judged.evidence.shares
    low, high = shares.share(NOT_RECORDED)
    if not high:
        return f"Nothing: {statement.about.field} is recorded for all."
    told = f"{statement.about.field} is not recorded for {_between(low, high)}"
    if isinstance(shares, Counted):
        told += f" ({shares.unknown:,} of {shares.total:,})"
    known = _of_known(judged)
    return f"{told}.{f' Of those known, {percent(known)} are {statement.group}.' if known is not None else ''}"


def _of_known(judged: Judged) -> float | None:
    shares, group = judged.evidence.shares, judged.statement.group
    if group == NOT_RECORDED or group not in shares.groups:
        return None
    if isinstance(shares, Counted):
        return shares.bounds(group).of_known
    return shares.shares[group] / (1 if shares.of_known else shares.known) if isinstance(shares, Printed) else None


def settles_words(settles: Settles | None) -> str:
    """What would settle it, and how many records that is."""
    if settles is None:
        return "How many records that takes cannot be said of shares without their counts."
    ways = [
        f"it {then} once {count:,} are known to be {of}"
        for then, count, of in (
            ("holds", settles.for_it, settles.of),
            ("is contradicted", settles.against_it, settles.of_another),
        )
        if 0 < count <= settles.missing
    ]
    return f"Of the {settles.missing:,} not recorded, {'; '.join(ways)}."


def _others(judged: Judged, complete: bool) -> Iterator[tuple[str, str]]:
    """The same of every other group; those of which nothing is told in one line."""
    for other, verdict in judged.others:
        if other.group not in judged.evidence.withheld:
            than = f" {other.direction} than {other.than}" if other.than.group else ""
            yield "Of others", f"{other.group}{than}: {verdict_words(other, verdict, complete=complete)}"
    if untold := [other.group for other, _ in judged.others if other.group in judged.evidence.withheld]:
        yield "Of others", f"{', '.join(untold)}: refused, for a verdict would tell of a group of fewer than 10."


def lines(judged: Judged) -> Iterator[tuple[str, str]]:
    """All that is printed of a statement, as (what it is, words), in the order in which it is read."""
    statement, evidence = judged.statement, judged.evidence
    if statement.says:
        yield "Said", f"“{statement.says}”{f' ({statement.said_by})' if statement.said_by else ''}"
    yield "Read as", str(statement)
    complete = not evidence.shares.share(NOT_RECORDED)[1]
    yield "Verdict", verdict_words(statement, judged.verdict, complete=complete)
    yield "Opposite", verdict_words(statement.opposite(), judged.opposite, complete=complete)
    for sentence, verdict in judged.under:
        yield "Assuming", f"{sentence.rstrip('.')}: {verdict_words(statement, verdict)}"
    if judged.verdict.held is not None:
        yield from _others(judged, complete)
    if judged.verdict.held is not None:
        yield "Not known", unknown_words(judged)
    if judged.verdict.as_quoted:
        yield "To settle it", "Somebody has to check the figures against their source."
    elif judged.verdict.word in ("insufficient", "holds_if"):
        yield "To settle it", settles_words(judged.verdict.settles)
    if judged.residents and statement.than.residents:
        gap = f"{judged.residents.gap} " if judged.residents.gap else ""
        yield "Residents", f"{gap}{judged.residents.source}"
    yield "Source", f"{evidence.source}{f' {evidence.certainty}' if evidence.certainty else ''}"
    yield "Limits", CAUTION
