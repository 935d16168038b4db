"""Case logs: one to three procedural sentences a note, from the fixed list in `wording`."""

from __future__ import annotations

import numpy as np

from joinedup.synthetic import numbers, wording
from joinedup.synthetic.cases import BACKGROUND, GROUP, LAST_DAY
from joinedup.synthetic.columns import either, joined, nothing, of_some, picked
from joinedup.synthetic.holdings import Holding
from joinedup.synthetic.numbers import NEVER, Text, Whole
from joinedup.synthetic.person_rows import Rows
from joinedup.synthetic.styles import CARE
from joinedup.synthetic.world import World

_UNFINISHED = (15, 16, 18)


def note_rows(rng: np.random.Generator, world: World, held: Holding, reference: Text) -> Rows:
    """Notes of `held`'s cases, more on sexual offences. Marks: those with an open action, a wording, or an amended
    field.
    """
    kind = world.cases.kind[held.case]
    each = np.where(kind == BACKGROUND, rng.poisson(0.3, size=len(kind)), 1 + rng.poisson(1.3, size=len(kind)))
    place = np.repeat(np.arange(len(kind)), each)
    turn = np.arange(len(place)) - np.repeat(np.cumsum(each) - each, each)
    on = np.minimum(held.held_on[place] + turn * rng.integers(3, 60, size=len(place)), LAST_DAY)
    first = np.where(turn == 0, picked(rng, wording.OPENING, len(place)), picked(rng, wording.ENQUIRIES, len(place)))
    second, marks = _remarks(rng, world, held, place)
    third = of_some(rng, picked(rng, wording.CONTACT, len(place)), 0.3)
    last = _closing(rng, world, held, place, turn == each[place] - 1)
    text = {
        "note_id": "L" + numbers.padded(np.arange(len(place)) + 1, 7),
        "crime_id": reference[place],
        "author_role": picked(rng, wording.AUTHORS, len(place)),
        "text": joined([first, second, third, last], " "),
    }
    return Rows(text, {"written_on": on}, marks)


def _remarks(rng: np.random.Generator, world: World, held: Holding, place: Whole) -> tuple[Text, dict[str, np.ndarray]]:
    """A sentence that bears on review: actions left open in closed cases, wording on children, further persons."""
    case, count = held.case[place], len(place)
    kind, outcome = world.cases.kind[case], world.cases.outcome[case]
    sexual, chance = kind != BACKGROUND, rng.random(count)
    left_open = sexual & np.isin(outcome, _UNFINISHED) & (chance < 0.12)
    worded = sexual & ~left_open & (chance > 0.9)
    further = (chance > 0.4) & (chance < np.where(kind == GROUP, 0.6, 0.43)) & sexual
    amended = (held.system.kind == CARE) & ~left_open & ~worded & ~further & (chance > 0.895)
    remark = nothing(count)
    for chosen, sentences in (
        (left_open, wording.OPEN_ACTION), (worded, wording.WORDING), (further, wording.SECOND_PERSON),
        (amended, wording.ALTERED),
    ):  # fmt: skip
        remark = np.where(chosen, picked(rng, sentences, count), remark)
    return remark, {"closed-with-open-action": left_open, "wording": worded, "ethnicity-amended": amended}


def _closing(rng: np.random.Generator, world: World, held: Holding, place: Whole, is_last: np.ndarray) -> Text:
    closed = world.cases.outcome_on[held.case[place]] < NEVER
    return of_some(rng, either(closed & is_last, picked(rng, wording.CLOSING, len(place)), None), 0.5)
