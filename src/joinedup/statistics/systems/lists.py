"""Who is on which lists: people counted by the lists that hold them, checked before anything is fitted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from joinedup.errors import StatisticsError, nearest

People = Mapping[tuple[str, ...], int] | Mapping[frozenset[str], int]

MOST_LISTS = 10
"""With more lists there are over a thousand ways to be on them, and nearly all of them hold nobody."""


@dataclass(frozen=True)
class Lists:
    """Linked lists of people. Made by `overlaps`.

    names: the lists, in order. cells: people by the lists that hold them, and no others; a cell's place has bit i set
    where list i holds them, so that place 0, those on no list, is always 0: it is what an estimate is about.
    """

    names: tuple[str, ...]
    cells: tuple[int, ...]

    @property
    def on_lists(self) -> int:
        """People on one list or more."""
        return sum(self.cells)

    @property
    def on_several(self) -> int:
        """People on two lists or more: all that an estimate of the others rests on."""
        return sum(count for place, count in enumerate(self.cells) if place.bit_count() > 1)

    def held_by(self, *names: str) -> int:
        """People on all of these lists, whatever else they are on."""
        wanted = _place(names, self.names)
        return sum(count for place, count in enumerate(self.cells) if place & wanted == wanted)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every two lists, in order."""
        return tuple((one, other) for i, one in enumerate(self.names) for other in self.names[i + 1 :])

    @property
    def never_overlap(self) -> tuple[tuple[str, str], ...]:
        """The pairs of lists that share nobody."""
        return tuple(pair for pair in self.pairs if not self.held_by(*pair))


def overlaps(names: Sequence[str], people: People) -> Lists:
    """Lists from counts of people.

    names: the lists, in order. people: how many are on exactly these lists, by the names of the lists, as a tuple or a
    frozenset; what is not given is 0. `Counter(frozenset(...) for each person)` is such a mapping.

    Raises StatisticsError for fewer than 2 lists or more than 10, for a list without a name, named twice or unknown,
    for a count that is not whole people, for a count of those on no list, for lists given twice, and for a list that
    tells nothing: one that holds nobody, one that holds everybody, and two that hold the same people.
    """
    _names(names)
    cells: Counter[int] = Counter()
    for on, count in people.items():
        place = _place(on, names)
        _count(place in cells, place, count)
        cells[place] = int(count)
    lists = Lists(tuple(names), tuple(cells[place] for place in range(1 << len(names))))
    _informative(lists)
    return lists


def merged(lists: Lists, together: Collection[str], name: str) -> Lists:
    """The same people with some lists made one, which stands where the first of them stood.

    Small lists, and lists of one service, say more together; estimates may move by a third, so show both.
    Raises StatisticsError for fewer than two lists to make one, for unknown ones, and as `overlaps`.
    """
    gone = _place(together, lists.names)
    if gone.bit_count() < 2:
        raise StatisticsError("One list alone cannot be merged.", remedy="Name two lists or more.")
    first = (gone & -gone).bit_length() - 1
    kept = [(i, old) for i, old in enumerate(lists.names) if i == first or not gone >> i & 1]
    cells: Counter[frozenset[str]] = Counter()
    for place, count in enumerate(lists.cells):
        on = place & ~gone | (1 << first if place & gone else 0)
        cells[frozenset(name if i == first else old for i, old in kept if on >> i & 1)] += count
    del cells[frozenset()]
    return overlaps([name if i == first else old for i, old in kept], cells)


def _names(names: Sequence[str]) -> None:
    if not 2 <= len(names) <= MOST_LISTS:
        raise StatisticsError(
            f"An estimate of those on no list needs 2 to {MOST_LISTS} lists, and there are {len(names)}.",
            remedy="Merge small lists of like services, or link another list.",
        )
    if len(set(names)) < len(names) or not all(names):
        raise StatisticsError("Two lists have one name, or a list has none.", remedy="Name each list once.")


def _place(on: Collection[str], names: Sequence[str]) -> int:
    if isinstance(on, str):
        raise StatisticsError(f"`{on}` is one name, not several.", remedy='Write ("A",) for those on list A alone.')
    for name in on:
        if name not in names:
            raise StatisticsError(f"There is no list `{name}`.{nearest(name, names)}", remedy="Check the names.")
    return sum(1 << names.index(name) for name in set(on))


def _count(again: bool, place: int, count: float) -> None:
    if place == 0:
        raise StatisticsError(
            "People on no list were given.", remedy="Leave them out: how many they are is what is estimated."
        )
    if again:
        raise StatisticsError("The same lists were given twice.", remedy="Add the two counts up, and give them once.")
    if not (0 <= count < math.inf and count == int(count)):
        raise StatisticsError("A count is not a whole number of people, zero or more.", remedy="Count again.")


def _informative(lists: Lists) -> None:
    """Rules of `removenoninformativelists` in SparseMSE 2.0.1, which drops such lists unasked."""
    if lists.on_lists == 0:
        raise StatisticsError("The lists hold nobody.", remedy="Check what was counted.")
    for name in lists.names:
        held = lists.held_by(name)
        if held in (0, lists.on_lists):
            whom = "everybody who is on any list" if held else "nobody"
            raise StatisticsError(
                f"The list `{name}` holds {whom}, and so tells nothing about those on no list.", remedy="Leave it out."
            )
    for one, other in lists.pairs:
        if lists.held_by(one) == lists.held_by(other) == lists.held_by(one, other):
            raise StatisticsError(
                f"The lists `{one}` and `{other}` hold the same people.",
                remedy="Leave one out: one of them may be a copy of the other.",
            )
