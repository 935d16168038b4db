"""A statement about a share, in a form that leaves nothing out: of whom, where, when, at what stage, more than what."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from joinedup.errors import StatisticsError

NOT_RECORDED = "not recorded"
"""Stands for a group where the statement is about what is missing."""

UNITS = ("person", "record", "offence", "victim", "operation")
"""What is counted. They are never mixed: one person may be in several records and several offences."""

STAGES = ("all", "suspected", "named", "interviewed", "arrested", "charged", "convicted", "acquitted")
"""How far the case has come at the furthest. `all`: at any of them, each counted once."""


@dataclass(frozen=True)
class About:
    """Whom a figure or a statement is of. Two are of the same only where every part is.

    population: in words. unit: one of `UNITS`. stage: one of `STAGES`. area, period: as the source names them. field:
    what is told of each, such as self-defined ethnicity. Raises StatisticsError for a part that is empty or unknown.
    """

    population: str
    unit: str
    stage: str
    area: str
    period: str
    field: str

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value.strip():
                raise StatisticsError(f"A statement needs its {name}.", remedy=f"Write `{name}`.")
        for name, known in (("unit", UNITS), ("stage", STAGES)):
            if getattr(self, name) not in known:
                raise StatisticsError(f"There is no such {name}.", remedy=f"One of: {', '.join(known)}.")

    def unlike(self, other: About) -> list[str]:
        """The parts in which two differ."""
        return [name for name, value in vars(self).items() if value != getattr(other, name)]

    def __str__(self) -> str:
        stage = "at any stage" if self.stage == "all" else self.stage
        area, period = (
            f"all {what}" if told == "all" else told for told, what in ((self.area, "areas"), (self.period, "years"))
        )
        return f"{self.population} ({stage}, counted by {self.unit}, {area}, {period})"


@dataclass(frozen=True)
class Than:
    """What a share is compared with: a number from 0 to 1, another group's share, or the group's share of residents.

    Exactly one. Raises StatisticsError otherwise, and for a share outside 0 to 1.
    """

    share: float | None = None
    group: str | None = None
    residents: bool = False

    def __post_init__(self) -> None:
        if [self.share is not None, self.group is not None, self.residents].count(True) != 1:
            raise StatisticsError(
                "A statement compares with one thing.",
                remedy='Write `than` as a share such as 0.5, as another group, or as "residents".',
            )
        if self.share is not None and not 0 <= self.share <= 1:
            raise StatisticsError("A share lies from 0 to 1.", remedy="Write 0.5 for 50%.")

    def __str__(self) -> str:
        if self.share is not None:
            return f"{100 * self.share:.4g}%"
        return "its share of residents" if self.residents else f"the share that is {self.group}"


@dataclass(frozen=True)
class Statement:
    """Of `about`, the share of `group` is `direction` than `than`. denied: that it is not.

    name: within its file. says: the words in which somebody made it, quoted and never judged by their tone. said_by:
    where those words stand.
    """

    name: str
    about: About
    group: str
    direction: Literal["more", "less"]
    than: Than
    says: str = field(default="", compare=False)
    said_by: str = field(default="", compare=False)
    denied: bool = False

    def __post_init__(self) -> None:
        if self.group == self.than.group:
            raise StatisticsError("A group's share is compared with itself.", remedy="Name another group.")
        if self.group == NOT_RECORDED and self.than.share is None:
            raise StatisticsError("What is not recorded is compared with a number.", remedy="Write `than = 0.5`.")
        if self.direction not in ("more", "less"):
            raise StatisticsError("A statement says `more` or `less`.")

    def opposite(self) -> Statement:
        """That it is not so."""
        return replace(self, denied=not self.denied)

    def swapped(self, group: str) -> Statement:
        """The same of another group; the two change places where they are compared with each other."""
        than = replace(self.than, group=self.group) if self.than.group == group else self.than
        return replace(self, group=group, than=than)

    def __str__(self) -> str:
        is_ = "is not" if self.denied else "is"
        whose = f"whose {self.about.field} is {self.group}"
        return f"Of {self.about}, the share {whose} {is_} {self.direction} than {self.than}."
