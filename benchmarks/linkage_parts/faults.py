"""Faults of single values, drawn for whole columns at once: slips of the hand, wrong digits, wrong dates."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Whole = npt.NDArray[np.int64]
Yes = npt.NDArray[np.bool_]

INSERT, DELETE, SUBSTITUTE, SWAP = range(4)

_BESIDE = {
    "A": "S", "B": "V", "C": "X", "D": "F", "E": "R", "F": "G", "G": "H", "H": "J", "I": "O", "J": "K", "K": "L",
    "L": "K", "M": "N", "N": "M", "O": "P", "P": "O", "Q": "W", "R": "T", "S": "D", "T": "Y", "U": "I", "V": "B",
    "W": "E", "X": "C", "Y": "U", "Z": "X",
}  # fmt: skip
_KEYS = np.array([ord(_BESIDE[chr(letter)]) for letter in range(65, 91)], dtype=np.uint32)


def typed(rng: np.random.Generator, texts: pa.Array, share: float) -> pa.Array:
    """One slip in `share` of the texts of three letters or more: a letter more, one less, another, or two swapped."""
    long_enough = pc.fill_null(pc.greater_equal(pc.utf8_length(texts), 3), False).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(long_enough & (rng.random(len(texts)) < share))
    return _replaced(texts, rows, _slipped(rng, texts.take(pa.array(rows))))


def digits(rng: np.random.Generator, texts: pa.Array, share: float) -> pa.Array:
    """One digit wrong in `share` of the texts. A text whose place drawn holds no digit stays as it is."""
    valid = texts.is_valid().to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(valid & (rng.random(len(texts)) < share))
    letters = _letters(texts.take(pa.array(rows)))
    lines = np.arange(len(rows))
    at = (rng.random(len(rows)) * np.maximum((letters != 0).sum(axis=1), 1)).astype(np.int64)
    if len(rows):
        old = letters[lines, at]
        new = (old - 48 + rng.integers(1, 10, len(rows)).astype(np.uint32)) % 10 + 48
        letters[lines, at] = np.where((old >= 48) & (old <= 57), new, old)
    return _replaced(texts, rows, _texts(letters))


def _slipped(rng: np.random.Generator, texts: pa.Array) -> pa.Array:
    letters = np.pad(_letters(texts), ((0, 0), (0, 2)))
    count, width = letters.shape
    lengths = (letters != 0).sum(axis=1)
    kind = np.asarray(rng.integers(0, 4, count))
    last = lengths - 1 - (kind == SWAP)
    # First letters are seldom wrong, because people look at them.
    later = 1 + (rng.random(count) * last).astype(np.int64)
    at: Whole = np.where(rng.random(count) < 0.15, 0, later).clip(0, last)
    place, kinds, ats = np.arange(width)[None, :], kind[:, None], at[:, None]
    taken = place + ((kinds == DELETE) & (place >= ats)) - ((kinds == INSERT) & (place > ats))
    taken = taken + ((kinds == SWAP) & (place == ats)) - ((kinds == SWAP) & (place == ats + 1))
    made = np.take_along_axis(letters, taken.clip(0, width - 1), axis=1)
    new = np.flatnonzero((kind == INSERT) | (kind == SUBSTITUTE))
    made[new, at[new]] = _wrong_keys(rng, letters[new, at[new]])
    return _texts(made)


def _wrong_keys(rng: np.random.Generator, letters: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """The key beside, or any letter."""
    any_key = rng.integers(65, 91, len(letters)).astype(np.uint32)
    plain = (letters >= 65) & (letters <= 90) & (rng.random(len(letters)) < 0.7)
    return np.where(plain, _KEYS[np.where(plain, letters - 65, 0)], any_key)


def _letters(texts: pa.Array) -> npt.NDArray[np.uint32]:
    """A line of code points for each text, filled up with 0."""
    fixed = np.array(texts.to_pylist() or [""], dtype=np.str_)
    width = max(1, fixed.dtype.itemsize // 4)
    lines = fixed.astype(f"U{width}").view(np.uint32).reshape(len(fixed), width)
    return lines[: len(texts)].copy()


def _texts(letters: npt.NDArray[np.uint32]) -> pa.Array:
    whole: Any = np.ascontiguousarray(letters).view(f"U{letters.shape[1]}")
    return pa.array(whole.ravel().tolist(), pa.string())


def _replaced(texts: pa.Array, rows: Whole, new: pa.Array) -> pa.Array:
    mask = np.zeros(len(texts), dtype=np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), new)


def parts(days: Whole) -> tuple[Whole, Whole, Whole]:
    """Year, month and day of the month. days: since 1970."""
    when = days.astype("datetime64[D]")
    months = when.astype("datetime64[M]")
    return (
        when.astype("datetime64[Y]").astype(np.int64) + 1970,
        months.astype(np.int64) % 12 + 1,
        (when - months).astype(np.int64) + 1,
    )


def day_of(year: Whole, month: Whole, day: Whole) -> Whole:
    """Days since 1970; a day that its month has not is that month's last."""
    start = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    length = ((start + 1).astype("datetime64[D]") - start.astype("datetime64[D]")).astype(np.int64)
    return start.astype("datetime64[D]").astype(np.int64) + np.clip(day, 1, length) - 1


def wrong_digit(rng: np.random.Generator, days: Whole) -> Whole:
    """Each date with one digit of its year, month or day wrong (or as it was, where no other digit makes a date)."""
    year, month, day = parts(days)
    which, by = rng.integers(0, 4, len(days)), rng.integers(1, 10, len(days))
    year = np.where(which == 0, year - year % 10 + (year % 10 + by) % 10, year)
    year = np.where(which == 1, year + 10 * rng.choice([-1, 1], len(days)), year)
    month = np.where(which == 2, np.where(month < 10, (month + by - 1) % 9 + 1, 22 - month), month)
    day = np.where(which == 3, np.maximum(day - day % 10 + (day % 10 + by) % 10, 1), day)
    return day_of(year, month, day)


def day_and_month_swapped(days: Whole) -> Whole:
    """Each date with day and month swapped where that is a date too."""
    year, month, day = parts(days)
    can = day <= 12
    return day_of(year, np.where(can, day, month), np.where(can, month, day))


def year_off(rng: np.random.Generator, days: Whole) -> Whole:
    """Each date a year earlier or later."""
    year, month, day = parts(days)
    return day_of(year + rng.choice([-1, 1], len(days)), month, day)


def first_of_january(days: Whole) -> Whole:
    """The first day of each date's year."""
    year, month, _ = parts(days)
    return day_of(year, np.ones_like(month), np.ones_like(month))
