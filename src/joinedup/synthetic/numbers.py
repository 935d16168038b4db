"""Phones, identifiers, vehicles and days, all in shapes that no authority issues.

phones      07700 900000 to 900999, which Ofcom keeps for drama, and beyond those thousand `069` and eight digits:
            no number of the United Kingdom begins with 06
PNC, CRO    end in I, O or S, letters that the check rule of both numbers leaves out
NHS         begin with 999, the range kept for tests; the check digit is right, so that readers accept them
vehicles    begin with Q, which no area code of a number plate does
"""

from __future__ import annotations

import datetime
import functools

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Text = npt.NDArray[np.object_]

NEVER = 2_000_000
"""A day that has not come, in days since 1970: the value of an event that did not happen."""

_EPOCH = datetime.date(1970, 1, 1)
_DRAMA = 1000
_UNUSED_CHECKS = np.array(["I", "O", "S"], dtype=object)
_PLATE_LETTERS = np.array(list("ABCDEFGHJKLMNOPRSTUVWXY"), dtype=object)


def day(year: int, month: int = 1, of_month: int = 1) -> int:
    """Days from 1 January 1970 to a date."""
    return (datetime.date(year, month, of_month) - _EPOCH).days


def as_date(number: int) -> datetime.date:
    """The date that is `number` days after 1 January 1970."""
    return _EPOCH + datetime.timedelta(days=number)


def years_of(days: Whole) -> Whole:
    """The calendar year of each day."""
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def padded(numbers: Whole, width: int) -> Text:
    """Whole numbers as text with leading zeros."""
    return np.char.zfill(numbers.astype(str), width).astype(object)


def scattered(serials: Whole, below: int) -> Whole:
    """Give each serial another number under `below`, never the same twice, so that order does not show."""
    return (serials * 7_368_787 + 1_299_709) % below


def phones(serials: Whole) -> Text:
    """A phone number of eleven digits for each serial from 0 on."""
    drama = "07700900" + padded(np.minimum(serials, _DRAMA - 1), 3)
    wide = "069" + padded(scattered(serials, 100_000_000), 8)
    return np.where(serials < _DRAMA, drama, wide)


def pnc_ids(years: Whole, serials: Whole) -> Text:
    """A Police National Computer identifier, `2014/0001234S`, of a form that the check letter rule never gives."""
    return padded(years, 4) + "/" + padded(serials % 10_000_000, 7) + _UNUSED_CHECKS[serials % 3]


def cro_ids(years: Whole, serials: Whole) -> Text:
    """A Criminal Records Office number, `001234/14S`, of a form that the check letter rule never gives."""
    return padded(serials % 1_000_000, 6) + "/" + padded(years % 100, 2) + _UNUSED_CHECKS[serials % 3]


@functools.cache
def _nhs_numbers() -> Whole:
    """Every ten-digit number that begins with 999 and has a right check digit. Source: NHS Data Dictionary, modulus
    11.
    """
    middle = np.arange(1_000_000)
    total = np.full(len(middle), 9 * (10 + 9 + 8))
    for place, weight in enumerate(range(7, 1, -1)):
        total += middle // 10 ** (5 - place) % 10 * weight
    check = (11 - total % 11) % 11
    return ((999_000_000 + middle) * 10 + check)[check < 10]


def nhs_numbers(serials: Whole) -> Text:
    """An NHS number of the range kept for tests for each serial."""
    numbers = _nhs_numbers()
    return numbers[scattered(serials, len(numbers)) % len(numbers)].astype(str).astype(object)


def child_ids(serials: Whole) -> Text:
    """An invented identifier of a child across services."""
    return "CU" + padded(scattered(serials, 100_000_000), 8)


def vehicles(serials: Whole) -> Text:
    """A number plate for each serial."""
    mixed = scattered(serials, 23**4 * 40)
    letters = [_PLATE_LETTERS[mixed // 23**power % 23] for power in range(4)]
    return "Q" + letters[3] + padded(mixed // 23**4 % 40 + 11, 2) + " " + letters[2] + letters[1] + letters[0]
