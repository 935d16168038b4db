"""Invented extracts of suspects, as large as wanted, in the columns of `person_records`, with defects of known number.

Every value comes from a seed: names of made-up syllables, postcodes in areas that do not exist, telephone numbers in a
range nobody has. Postcode, telephone and e-mail differ from row to row, as in a real extract.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

AS_OF = dt.date(2026, 3, 31)
ETHNICITIES = ("W1", "W2", "W3", "W9", "A1", "A2", "A3", "A4", "A9", "B1", "B2", "B9", "M1", "M2", "M3", "M9", "O9")
NATIONALITIES = ("GBR", "IRL", "POL", "ROU", "IND", "PAK", "BGD", "NGA", "SOM", "ITA", "PRT", "GBR;IRL")
FORCES = ("X01", "X02", "X03", "X04", "X05", "X06")
REASONS = ("refused", "not_known", "not_understood")
COLUMNS = (
    "local_id", "forenames", "surname", "dob", "sex", "self_defined_ethnicity", "self_defined_ethnicity_reason",
    "observed_ethnicity", "nationalities", "nationality_reason", "not_asked_why", "postcode", "address", "phones",
    "emails", "id_pnc", "recorded_on", "force",
)  # fmt: skip

_PIECE = 250_000
_SYLLABLES = [first + vowel for first in "bdfhlmnrstvz" for vowel in "aeiou"]
_FORENAME_ENDS = ("n", "lin", "ra", "ska", "vid", "mir", "ssa", "rell", "tta", "nor")
_SURNAME_ENDS = ("wick", "mere", "quill", "ford", "haven", "ski", "oglu", "sson", "field", "row", "by", "combe")
_STREETS = ("Tallow Road", "Lantern Street", "Weaver Lane", "Bittern Close", "Osier Way", "Quarry Row", "Vetch Drive")
_TOWNS = ("Quillhaven", "Tarrowmere", "Veskwick", "Hobrinstow", "Mirrowfold", "Skerrincombe")
_AREAS = [f"X{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWYZ"]
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
_FIRST_DAY, _LAST_DAY = dt.date(1940, 1, 2), dt.date(2009, 12, 31)

Columns = dict[str, pa.Array]


@dataclass(frozen=True)
class Size:
    """rows of the file. bad: share of rows with a defect. each: chance that a bad row has the defects of a group."""

    rows: int
    bad: float
    each: float


def write_extract(path: Path, size: Size, seed: int) -> int:
    """Write the file piece by piece; give how many of its rows have at least one defect."""
    rng, bad_rows = np.random.default_rng(seed), 0
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    options = arrow_csv.WriteOptions(quoting_style="needed")
    with arrow_csv.CSVWriter(path, schema, write_options=options) as writer:
        for start in range(0, size.rows, _PIECE):
            count = min(_PIECE, size.rows - start)
            columns = _clean(rng, start, count)
            bad_rows += _spoil(rng, columns, start, size)
            writer.write_table(pa.table({name: columns[name] for name in COLUMNS}))
    return bad_rows


# Clean rows


def _clean(rng: np.random.Generator, start: int, count: int) -> Columns:
    rows = np.arange(start, start + count)
    forenames, surnames = _names(rng, count)
    dob = _days(rng, count, _FIRST_DAY, _LAST_DAY)
    recorded = _days(rng, count, dt.date(2020, 1, 1), dt.date(2026, 3, 1))
    no_ethnicity, no_nationality = rng.random(count) < 0.06, rng.random(count) < 0.04
    return {
        "local_id": _joined("P", _text(rows + 1)),
        "forenames": forenames,
        "surname": surnames,
        "dob": dob,
        "sex": _chosen(rng, ("M", "F", "9"), count, (0.78, 0.21, 0.01)),
        "self_defined_ethnicity": _emptied(_chosen(rng, ETHNICITIES, count), no_ethnicity),
        "self_defined_ethnicity_reason": _emptied(_chosen(rng, REASONS, count), ~no_ethnicity),
        "observed_ethnicity": _chosen(rng, tuple("1234567"), count),
        "nationalities": _emptied(_chosen(rng, NATIONALITIES, count), no_nationality),
        "nationality_reason": _emptied(_chosen(rng, REASONS, count), ~no_nationality),
        "not_asked_why": pa.array([""] * count),
        "postcode": _postcodes(rows),
        "address": _joined(_text(rng.integers(1, 200, count)), " ", _chosen(rng, _STREETS, count), ", ",
                           _chosen(rng, _TOWNS, count)),
        "phones": _joined("069", _text(12_000_000 + _scattered(rows, 10_000_000))),
        "emails": _joined(pc.utf8_lower(surnames), ".", _text(rows + 1), "@post.example"),
        "id_pnc": _emptied(_joined(_text(rng.integers(1990, 2026, count)), "/", _padded(rows % 10_000_000, 7), "S"),
                           rng.random(count) < 0.5),
        "recorded_on": recorded,
        "force": _chosen(rng, FORCES, count),
    }  # fmt: skip


def _names(rng: np.random.Generator, count: int) -> tuple[pa.Array, pa.Array]:
    """Forenames, a third of them two, and surnames; some are far commoner than others."""
    forenames = pa.array([(a + end).capitalize() for a in _SYLLABLES for end in _FORENAME_ENDS])
    surnames = pa.array([(a + b + end).capitalize() for a in _SYLLABLES for b in _SYLLABLES for end in _SURNAME_ENDS])
    first, second = (forenames.take(_skewed(rng, len(forenames), count)) for _ in range(2))
    several = pa.array(rng.random(count) < 1 / 3)
    return pc.if_else(several, _joined(first, " ", second), first), surnames.take(_skewed(rng, len(surnames), count))


def _skewed(rng: np.random.Generator, among: int, count: int) -> pa.Array:
    return pa.array((among * rng.random(count) ** 2).astype(np.int64))


def _days(rng: np.random.Generator, count: int, first: dt.date, last: dt.date) -> pa.Array:
    numbers = rng.integers((first - dt.date(1970, 1, 1)).days, (last - dt.date(1970, 1, 1)).days + 1, count)
    days = pa.array(numbers.astype("datetime64[D]"))
    # 1 January 1970 stands in many systems for no birth date at all.
    return pc.replace_with_mask(days.cast(pa.string()), pc.equal(days, dt.date(1970, 1, 1)), pa.scalar("1970-01-02"))


def _postcodes(rows: np.ndarray) -> pa.Array:
    inward = pa.array([a + b for a in _INWARD for b in _INWARD])
    number = _scattered(rows, len(_AREAS) * 99 * 10 * len(inward))
    number, letters = np.divmod(number, len(inward))
    number, sector = np.divmod(number, 10)
    area, district = np.divmod(number, 99)
    taken = pa.array(_AREAS).take(pa.array(area))
    return _joined(taken, _text(district + 1), " ", _text(sector), inward.take(pa.array(letters)))


def _scattered(rows: np.ndarray, below: int) -> np.ndarray:
    """Another number under `below` for each row, so that order does not show; the factor is a prime."""
    return (rows * 7_368_787 + 1_299_709) % below


# Defects

Spoil = Callable[[Columns, np.ndarray], None]


def _put(column: str, value: str) -> Spoil:
    def spoil(columns: Columns, where: np.ndarray) -> None:
        columns[column] = pc.if_else(pa.array(where), value, columns[column])

    return spoil


def _wrap(column: str, before: str, after: str) -> Spoil:
    def spoil(columns: Columns, where: np.ndarray) -> None:
        columns[column] = pc.if_else(pa.array(where), _joined(before, columns[column], after), columns[column])

    return spoil


def _all(*spoils: Spoil) -> Spoil:
    def spoil(columns: Columns, where: np.ndarray) -> None:
        for one in spoils:
            one(columns, where)

    return spoil


def _same_day(columns: Columns, where: np.ndarray) -> None:
    columns["dob"] = pc.if_else(pa.array(where), columns["recorded_on"], columns["dob"])


def _ethnicity(value: str) -> Spoil:
    return _all(_put("self_defined_ethnicity", value), _put("self_defined_ethnicity_reason", ""))


def _nationality(value: str) -> Spoil:
    return _all(_put("nationalities", value), _put("nationality_reason", ""))


GROUPS: Mapping[str, tuple[Spoil, ...]] = {
    "ethnicity": (_ethnicity(""), _ethnicity("QQ"), _ethnicity("IC1"),
                  _all(_ethnicity(""), _put("observed_ethnicity", ""))),
    "nationality": (_nationality(""), _nationality("White British")),
    "dob": (_put("dob", "2031-04-17"), _put("dob", "1888-04-17"), _put("dob", "1988-02-31"),
            _put("dob", "1970-01-01"), _same_day, _put("recorded_on", "1931-05-01")),
    "forenames": (_wrap("forenames", "Mr ", ""), _wrap("forenames", "", " aka Otto"), _wrap("forenames", "", "7")),
    "surname": (_wrap("surname", "", " 14/2031"), _wrap("surname", "", " **"), _wrap("surname", "Dr ", "")),
    "postcode": (_put("postcode", "XX1 1AA"), _put("postcode", "near the park")),
    "phones": (_put("phones", "00000000000"), _put("phones", "07911111111; 960456")),
    "sex": (_put("sex", "Q"),),
    "force": (_put("force", "Nowhere"),),
}  # fmt: skip
"""Defects by the part of the record that they spoil: a row has at most one of each group."""


def _spoil(rng: np.random.Generator, columns: Columns, start: int, size: Size) -> int:
    """Spoil the share of rows that is wanted, and make some keys of bad rows those of an earlier row."""
    count = len(columns["dob"])
    bad = rng.random(count) < size.bad
    forced = rng.integers(len(GROUPS), size=count)
    for place, spoils in enumerate(GROUPS.values()):
        has = bad & ((forced == place) | (rng.random(count) < size.each))
        kind = rng.integers(len(spoils), size=count)
        for number, spoil in enumerate(spoils):
            spoil(columns, has & (kind == number))
    rows = np.arange(start, start + count)
    again = bad & (rows % 10 == 9) & (rng.random(count) < 0.5)  # a key that is copied is never itself a copy
    columns["local_id"] = _joined("P", _text(np.where(again, rows - 7, rows) + 1))
    return int(bad.sum())


# Texts


def _text(numbers: np.ndarray) -> pa.Array:
    return pa.array(numbers).cast(pa.string())


def _padded(numbers: np.ndarray, width: int) -> pa.Array:
    return pc.utf8_lpad(_text(numbers), width, "0")


def _joined(*parts: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _chosen(
    rng: np.random.Generator, values: tuple[str, ...], count: int, shares: tuple[float, ...] | None = None
) -> pa.Array:
    return pa.array(values).take(pa.array(rng.choice(len(values), count, p=shares)))


def _emptied(values: pa.Array, where: np.ndarray) -> pa.Array:
    return pc.if_else(pa.array(where), "", values)
