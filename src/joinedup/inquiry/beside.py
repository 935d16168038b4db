"""What a body says beside what a run counts. A contradiction is shown, never settled by a machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from joinedup.inquiry.standing import Standing

Row = Mapping[str, Any]

_WORDS: Mapping[str, tuple[str, str]] = {
    "missing-self-defined-ethnicity": ("self-defined ethnicity is recorded", "have none"),
    "missing-nationality": ("nationality is recorded", "have none"),
    "missing-observed-ethnicity": ("officer-observed ethnicity is recorded", "have none"),
    "conflict-self-defined-ethnicity": ("self-defined ethnicity agrees in all systems", "disagree"),
}
"""For each measure that can stand beside a claim: what is so of the rest, and what is so of those counted."""

MEASURES = tuple(_WORDS)


@dataclass(frozen=True)
class Beside:
    """One figure of a run beside a claim. run: its name. counted: those of which it is not so yet, of `whole`.

    hidden: whether the count is too small to show. contradicts: whether the claim or the check says done while some
    are counted.
    """

    run: str
    measure: str
    area: str
    period: str
    unit: str
    counted: int
    whole: int
    hidden: bool
    contradicts: bool

    @property
    def sentence(self) -> str:
        """What the run counts, in words."""
        so, rest = _WORDS[self.measure]
        where = "" if self.area == "all" else f" of {self.area}"
        where += "" if self.period == "all" else f" in {self.period}"
        if self.hidden:
            return f"Run {self.run}: too few to be shown{where}."
        known = self.whole - self.counted
        share = f"{known / self.whole:.1%}"
        return (
            f"Run {self.run}: {so} for {known:,} of {self.whole:,} suspect {self.unit}s{where} ({share}); "
            f"{self.counted:,} {rest}."
        )


def beside(standing: Standing, run: str, figures: Iterable[Row], few: int = 10) -> Beside | None:
    """The figure that bears on a thing, from the rows of a run's `figures`; None where none was named or counted.

    few: counts below this are not shown, of those who have it or of those who have not.
    """
    wanted = standing.thing.made.fields
    measure, area, period = wanted.get("figure", ""), wanted.get("area", "all"), wanted.get("period", "all")
    if measure not in _WORDS:
        return None
    place = "all" if area == "all" else f"force:{area}"
    found = next((row for row in figures if _is(row, measure, place, period)), None)
    if found is None or not found["denominator"]:
        return None
    counted, whole = int(found["numerator"]), int(found["denominator"])
    hidden = any(0 < count < few for count in (counted, whole - counted, whole))
    contradicts = _says_done(standing) and counted > 0
    return Beside(run, measure, area, period, str(found["unit"]), counted, whole, hidden, contradicts)


def _is(row: Row, measure: str, place: str, period: str) -> bool:
    return (
        row["measure"] == measure and row["area"] == place and row["period"] == period and row["unit"] == "record"
        and row["stage"] == row["group"] == "all"
    )  # fmt: skip


def _says_done(standing: Standing) -> bool:
    found = standing.check.fields["finding"] if standing.check else None
    return "done" in {standing.said.fields["state"] if standing.said else None, found}
