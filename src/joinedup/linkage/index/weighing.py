"""The compiled loops that weigh one described person against many records. One thread each, so that many readers may
look at once; none writes to what the index holds.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from joinedup.linkage.index.postings import Bytes, Small, Whole
from joinedup.linkage.index.program import (
    ALIKE,
    ASKED_IS,
    HELD_IS,
    LACKS_ASKED,
    LACKS_HELD,
    MEETS,
    NO,
    WITHIN,
    YES,
)
from joinedup.linkage.similarity import _jaro_winkler, _one_edit

Bits = npt.NDArray[np.float64]

NO_CODE = -1
"""Of a record: no value. Of a described person: a value that no record holds."""

NO_NUMBER = -(2**31)
"""A number that is missing in a record."""


class Held(NamedTuple):
    """What the index holds of all records. Record i is stream[starts[i] : starts[i + 1]]: a code or number a column,
    then where each list ends, then the codes of the lists. singles: columns that are no list. bases: by column, where
    its texts begin in `offsets`. lengths: by column, how many texts it has. shares: log2, as `frequency` of the rules
    points into it. namesakes: bits by code of the full name.
    """

    starts: Whole
    stream: Small
    singles: int
    data: Bytes
    offsets: Whole
    bases: Whole
    lengths: Whole
    shares: Bits
    namesakes: Bits


class Rules(NamedTuple):
    """A model as arrays. levels: by comparison, its first level, and one more. entries, lowest, bits, kin: by level,
    the atom to begin at, the lowest of its condition, the weight, and log2 of the chance among relatives over that of
    one person. frequency: by level, column (-1: none), operand and place in `shares`. rarity: by level, log2 u, least
    and part. odds: prior of matches and of relatives, in bits. steps: whether relatives are weighed, operand and column
    of the full name or -1.
    """

    atoms: Small
    numbers: Bits
    levels: Small
    entries: Small
    lowest: Small
    bits: Bits
    kin: Bits
    frequency: Small
    rarity: Bits
    odds: Bits
    steps: Small


class Asked(NamedTuple):
    """A described person by operand: codes[starts[k] : starts[k + 1]], the bytes of each at its offsets; and, where its
    column holds numbers, the number.
    """

    starts: Small
    codes: Small
    data: Bytes
    offsets: Whole
    numbers: Whole


class Task(NamedTuple):
    """A condition put to many records. at: by record, the atom that it has come to. firsts: where each record begins.
    holds: by record, the answer of the atom in hand, where the record has come to it.

    A loop goes over the records of one atom at a time: handing arrays from function to function costs numba more than
    an answer does.
    """

    at: Small
    firsts: Whole
    holds: npt.NDArray[np.bool_]


@numba.njit(cache=True, nogil=True)
def codes_of(data: Bytes, offsets: Whole, columns: Small, held: Held) -> Small:
    """The code that each text has in its column, `NO_CODE` where no record holds it."""
    codes = np.full(len(columns), NO_CODE, np.int32)
    known, bounds = held.data, held.offsets
    for k in range(len(columns)):
        base, low, high = held.bases[columns[k]], 0, held.lengths[columns[k]]
        while low < high:
            middle = (low + high) // 2
            start, stop = bounds[base + middle], bounds[base + middle + 1]
            order, length = (
                (stop - start) - (offsets[k + 1] - offsets[k]),
                min(stop - start, offsets[k + 1] - offsets[k]),
            )
            for n in range(length):
                if known[start + n] != data[offsets[k] + n]:
                    order = np.int64(known[start + n]) - np.int64(data[offsets[k] + n])
                    break
            if order == 0:
                codes[k] = middle
                break
            if order < 0:
                low = middle + 1
            else:
                high = middle
    return codes


@numba.njit(cache=True, nogil=True)
def _meets(number: int, atom: Small, task: Task, asked: Asked, held: Held) -> None:
    """Whether the values asked with and those held have one in common."""
    at, firsts, holds = task
    stream, singles, starts, codes = held.stream, held.singles, asked.starts, asked.codes
    operand, column = atom[1], atom[2]
    place, body = column - singles, len(held.bases)
    for k in range(len(at)):
        if at[k] != number:
            continue
        start, stop = firsts[k] + column, firsts[k] + column + 1
        if place >= 0:
            start = firsts[k] + body + (stream[firsts[k] + column - 1] if place else 0)
            stop = firsts[k] + body + stream[firsts[k] + column]
        holds[k] = False
        for i in range(starts[operand], starts[operand + 1]):
            for j in range(start, stop):
                if codes[i] >= 0 and codes[i] == stream[j]:
                    holds[k] = True


@numba.njit(cache=True, nogil=True)
def _lacks(number: int, atom: Small, task: Task, held: Held) -> None:
    """Whether a record has no value."""
    at, firsts, holds = task
    stream, column = held.stream, atom[2]
    none = NO_CODE if held.bases[column] >= 0 else NO_NUMBER
    place = column - held.singles
    for k in range(len(at)):
        if at[k] == number:
            own = stream[firsts[k] + column]
            if place < 0:
                holds[k] = own == none
            else:
                holds[k] = own == (stream[firsts[k] + column - 1] if place else 0)


@numba.njit(cache=True, nogil=True)
def _near(number: int, atom: Small, task: Task, asked: Asked, held: Held, least: float) -> None:
    """Whether two texts are as alike as `least`, or one edit apart."""
    at, firsts, holds = task
    stream, base, bounds, data = held.stream, held.bases[atom[2]], held.offsets, held.data
    first, last = asked.starts[atom[1]], asked.starts[atom[1] + 1]
    text = asked.data[asked.offsets[first] : asked.offsets[first + 1]] if first < last else asked.data[:0]
    for k in range(len(at)):
        if at[k] == number:
            code = stream[firsts[k] + atom[2]]
            holds[k] = False
            if code >= 0 and first < last:
                other = data[bounds[base + code] : bounds[base + code + 1]]
                if atom[0] == ALIKE:
                    holds[k] = _jaro_winkler(text, other, least) >= least
                else:
                    holds[k] = _one_edit(text, other, least > 0)


@numba.njit(cache=True, nogil=True)
def _within(number: int, atom: Small, task: Task, asked: Asked, held: Held, most: float) -> None:
    """Whether two numbers are at most so far apart."""
    at, firsts, holds = task
    stream, asked_number = held.stream, asked.numbers[atom[1]]
    given = asked.starts[atom[1]] < asked.starts[atom[1] + 1]
    for k in range(len(at)):
        if at[k] == number:
            own = stream[firsts[k] + atom[2]]
            holds[k] = given and own != NO_NUMBER and abs(asked_number - own) <= most


@numba.njit(cache=True, nogil=True)
def _answer(number: int, atom: Small, task: Task, asked: Asked, held: Held, parameter: float) -> None:
    """Put one atom to the records that have come to it."""
    kind, given = atom[0], asked.starts[atom[1]] < asked.starts[atom[1] + 1]
    if kind == MEETS:
        _meets(number, atom, task, asked, held)
    elif kind == LACKS_HELD:
        _lacks(number, atom, task, held)
    elif kind == LACKS_ASKED:
        task.holds[:] = not given
    elif kind == ASKED_IS:
        task.holds[:] = given
    elif kind == HELD_IS:
        for k in range(len(task.at)):
            task.holds[k] = held.stream[task.firsts[k] + atom[2]] == 1
    elif kind == WITHIN:
        _within(number, atom, task, asked, held, parameter)
    else:
        _near(number, atom, task, asked, held, parameter)


@numba.njit(cache=True, nogil=True)
def _condition(level: int, task: Task, rules: Rules, asked: Asked, held: Held) -> None:
    """Take every record that stands at a level's first atom to the end of the condition: an atom comes before those it
    goes on to, and has a higher number than they.
    """
    at, holds = task.at, task.holds
    for number in range(rules.entries[level], rules.lowest[level] - 1, -1):
        waiting = False
        for k in range(len(at)):
            waiting |= at[k] == number
        if waiting:
            _answer(number, rules.atoms[number], task, asked, held, rules.numbers[rules.atoms[number, 3]])
            for k in range(len(at)):
                if at[k] == number:
                    at[k] = rules.atoms[number, 4] if holds[k] else rules.atoms[number, 5]


@numba.njit(cache=True, nogil=True)
def levels_of(rows: Small, rules: Rules, asked: Asked, held: Held) -> Small:
    """By comparison and record, the first level that it reaches, counted over all comparisons."""
    count = len(rules.levels) - 1
    found = np.empty((count, len(rows)), np.int32)
    task = Task(np.empty(len(rows), np.int32), held.starts[rows], np.empty(len(rows), np.bool_))
    for comparison in range(count):
        found[comparison] = -1
        for level in range(rules.levels[comparison], rules.levels[comparison + 1]):
            for k in range(len(rows)):
                task.at[k] = rules.entries[level] if found[comparison, k] < 0 else NO
            if rules.entries[level] >= 0:
                _condition(level, task, rules, asked, held)
            for k in range(len(rows)):
                if task.at[k] == YES:
                    found[comparison, k] = level
    return found


def weigh(rows: Small, levels: Small, rules: Rules, asked: Asked, held: Held) -> Bits:
    """Bits of records against a described person, one line a comparison, then namesakes, relatives, and the whole.

    levels: as `levels_of` gives them.
    """
    firsts, count = held.starts[rows], len(levels)
    bits = np.zeros((count + 3, len(rows)))
    bits[:count] = rules.bits[levels]
    for level in np.flatnonzero(rules.frequency[:, 0] >= 0):
        comparison = int(np.searchsorted(rules.levels, level, side="right")) - 1
        reached = np.flatnonzero(levels[comparison] == level)
        bits[comparison, reached] += _rarity(int(level), firsts[reached], rules, asked, held)
    bits[count] = _namesakes(firsts, rules, asked, held)
    bits[-1] = rules.odds[0] + bits[: count + 1].sum(axis=0)
    if rules.steps[0]:
        odds = bits[-1] + (rules.odds[1] - rules.odds[0]) + rules.kin[levels].sum(axis=0)
        bits[count + 1] = -np.logaddexp2(0.0, odds)
        bits[-1] += bits[count + 1]
    return bits


def _code_asked(operand: int, asked: Asked) -> int:
    """The code of the value asked with, `NO_CODE` where there is none or no record holds it."""
    first = asked.starts[operand]
    return int(asked.codes[first]) if first < asked.starts[operand + 1] else NO_CODE


def _rarity(level: int, firsts: Whole, rules: Rules, asked: Asked, held: Held) -> Bits:
    """Bits for how rare the values of each record are: of u over the commoner of two values' shares."""
    column, operand, base = rules.frequency[level]
    log_u, least, part = rules.rarity[level]
    code = _code_asked(operand, asked)
    if code < 0:
        return np.zeros(len(firsts))
    others = held.stream[firsts + column]
    commoner = np.maximum(held.shares[base + others], max(held.shares[base + code], least))
    return np.where(others >= 0, part * (log_u - commoner), 0.0)


def _namesakes(firsts: Whole, rules: Rules, asked: Asked, held: Held) -> Bits:
    """Bits for a full name that both give, 0 or less."""
    _, operand, column = rules.steps
    code = _code_asked(operand, asked) if column >= 0 else NO_CODE
    if code < 0:
        return np.zeros(len(firsts))
    return np.where(held.stream[firsts + column] == code, held.namesakes[code], 0.0)


@numba.njit(cache=True, nogil=True)
def lay_singles(stream: Small, starts: Whole, place: int, values: Small) -> None:
    """Write one column of codes or numbers into the records."""
    for i in range(len(values)):
        stream[starts[i] + place] = values[i]


@numba.njit(cache=True, nogil=True)
def lay_lists(stream: Small, starts: Whole, place: tuple[int, int, int], offsets: Whole, codes: Small) -> None:
    """Write one column of lists into the records, after those before it. place: singles, lists, number of the list."""
    singles, lists, number = place
    for i in range(len(offsets) - 1):
        before = stream[starts[i] + singles + number - 1] if number else 0
        first = starts[i] + singles + lists + before
        for k in range(offsets[i + 1] - offsets[i]):
            stream[first + k] = codes[offsets[i] + k]
        stream[starts[i] + singles + number] = before + offsets[i + 1] - offsets[i]
