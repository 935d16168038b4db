"""How the best value of each column of a person is taken from their records: rules as data, with words.

Nothing is worked out by likeness and nothing is filled from another column. Where a rule asks that all agree, two
different values give no best value but a conflict, for somebody to resolve in the systems that hold it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Takes = Literal["one", "agreed", "every"]
Preference = Literal["full", "precise", "systems", "long", "latest"]
Differs = Literal["values", "dates", "sets"]


@dataclass(frozen=True)
class Rule:
    """How the best value of some columns is taken; columns named together come from one record.

    takes: `one`, the first by `prefers`; `agreed`, the one value that all records with a value hold, else none;
    `every`, each value that any record holds. Where records of one value may be named, the latest is.
    differs: what makes a conflict: two `values`, two `dates` that cannot both be, two `sets` that share nothing.
    """

    columns: tuple[str, ...]
    takes: Takes
    why: str
    prefers: tuple[Preference, ...] = ()
    differs: Differs | None = None

    @property
    def says(self) -> str:
        """The rule in words, for the manual."""
        taken = _TAKES[self.takes] + ", then ".join(_PREFERS[one] for one in self.prefers)
        return f"{taken}. {_DIFFERS[self.differs]}" if self.differs else f"{taken}."


_TAKES: Mapping[Takes, str] = {
    "one": "From one record: ", "agreed": "Only what all agree on", "every": "Every value that a record holds",
}  # fmt: skip
_PREFERS: Mapping[Preference, str] = {
    "full": "both names, and no bare initials",
    "precise": "the most precise",
    "systems": "what most systems hold",
    "long": "the longest",
    "latest": "the latest recorded",
}
_DIFFERS: Mapping[Differs, str] = {
    "values": "Two different values are a conflict, and then there is no best value.",
    "dates": "Two dates that cannot both be right are a conflict.",
    "sets": "Two records that share none are a conflict.",
}

RULES = (
    Rule(("forenames", "surname"), "one", "People change names and are written short; both stay on their records.",
         prefers=("full", "systems", "long", "latest")),
    Rule(("aliases",), "every", "Another name may be how somebody else knows the person."),
    Rule(("dob",), "one", "A whole date tells a child from an adult; one system's slip should not outweigh the others.",
         prefers=("precise", "systems", "latest"), differs="dates"),
    Rule(("died_on",), "agreed", "Nobody is declared dead on a day that another record denies.", differs="values"),
    Rule(("sex",), "agreed", "A different sex may mean that two people were joined.", differs="values"),
    Rule(("self_defined_ethnicity",), "agreed", "Only the person can say which of two answers is theirs.",
         differs="values"),
    Rule(("observed_ethnicity",), "every", "It is what officers saw: it stands beside, and never fills what was said."),
    Rule(("nationalities",), "every", "People have several, and a system may hold one of them.", differs="sets"),
    Rule(("postcode", "address"), "one", "People move, and an address is of one place.", prefers=("latest",)),
    Rule(("phones",), "every", "People have several."),
    Rule(("emails",), "every", "People have several."),
    Rule(("birth_place",), "one", "It does not change, so most systems are more likely right than one.",
         prefers=("systems", "latest")),
    Rule(("occupation",), "one", "It changes.", prefers=("latest",)),
    Rule(("id_pnc",), "agreed", "Two numbers may mean that two people were joined.", differs="values"),
    Rule(("id_cro",), "agreed", "Two numbers may mean that two people were joined.", differs="values"),
    Rule(("id_nhs",), "agreed", "Two numbers may mean that two people were joined.", differs="values"),
    Rule(("id_child",), "agreed", "Two numbers may mean that two children were joined.", differs="values"),
    Rule(("id_other",), "every", "They may be of different kinds."),
    Rule(("restriction",), "every", "What one sender restricts stays restricted, whatever the others say."),
    Rule(("handling",), "every", "A condition of one sender binds whoever reads the person."),
    Rule(("retain_until",), "every", "Each sender's law is its own."),
)  # fmt: skip
"""In the order in which a person's values stand."""

COLUMNS = tuple(column for rule in RULES for column in rule.columns)
