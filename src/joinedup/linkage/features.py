"""What two records are compared by, made once per distinct value from unprotected columns only."""

from __future__ import annotations

import datetime as dt
import unicodedata

import narwhals as nw
import pyarrow as pa

from joinedup import tables
from joinedup.engine import DistinctMap, Engine
from joinedup.engine.contract import Frame
from joinedup.errors import LinkageError

COMPARED = (
    "record_id", "forenames", "surname", "aliases", "dob", "dob_precision", "sex", "postcode", "phones", "emails",
    "id_pnc", "id_cro", "id_nhs", "id_child", "id_other",
)  # fmt: skip
"""The only columns of `person_records` that linkage reads. None is protected (tested)."""

_LETTERS = str.maketrans({"Ø": "O", "Ł": "L", "Đ": "D", "ß": "SS", "Æ": "AE", "Œ": "OE", "Þ": "TH", "İ": "I", "ı": "I"})


def features(engine: Engine, people: Frame) -> Frame:
    """One row per record: record_id, full_name, forename, surname, other_names, dob, birth_year, sex, postcode, sector,
    district, phones, emails, id_*.

    Names are folded to A-Z, so that accents weigh the same on every engine. Dates known only to the month or year
    are left out. Raises LinkageError when a protected column is present.
    """
    present = people.collect_schema().names()
    protected = [
        name for name in present if name in tables.PERSON_RECORDS and tables.PERSON_RECORDS.column(name).protected
    ]
    if protected:
        raise LinkageError(f"Linkage never reads `{protected[0]}`.", remedy="Select `linkage.COMPARED` first.")
    text, texts = pa.string(), pa.list_(pa.string())
    mapped = engine.map_distinct(people, [
        DistinctMap(("forenames", "surname", "aliases"), _names, {
            "f_full_name": text, "f_forename": text, "f_surname": text, "f_other_names": texts}),
        DistinctMap(("dob", "dob_precision"), _birth, {"f_dob": text, "f_birth_year": text}),
        DistinctMap(("postcode",), _areas, {"f_sector": text, "f_district": text}),
        DistinctMap(("sex",), lambda sex: [sex if sex in ("M", "F") else None], {"f_sex": text}),
    ])  # fmt: skip
    made = [nw.col(f"f_{name}").alias(name) for name in (
        "full_name", "forename", "surname", "other_names", "dob", "birth_year", "sex", "sector", "district",
    )]  # fmt: skip
    ids = [name for name in COMPARED if name.startswith("id_")]
    return mapped.select("record_id", *made, "postcode", "phones", "emails", *ids)


def folded(text: str | None) -> str | None:
    """Upper case A-Z and spaces: accents off, hyphens and apostrophes closed up."""
    if text is None:
        return None
    decomposed = unicodedata.normalize("NFKD", text.upper().translate(_LETTERS))
    kept = "".join(c if c.isascii() and c.isalpha() else " " if c.isspace() else "" for c in decomposed)
    return " ".join(kept.split()) or None


def _names(forenames: str | None, surname: str | None, aliases: list[str] | None) -> list[object]:
    given, family = folded(forenames), folded(surname)
    first = given.split()[0] if given else None
    full = f"{first} {family}" if first and family else None
    others = sorted({o for o in map(folded, aliases or []) if o and o != full})
    return [full, first, family.replace(" ", "") if family else None, others or None]


def _birth(dob: dt.date | None, precision: str | None) -> list[object]:
    if dob is None:
        return [None, None]
    return [dob.isoformat() if precision in (None, "day") else None, str(dob.year)]


def _areas(postcode: str | None) -> list[object]:
    if postcode is None or " " not in postcode:
        return [None, None]
    return [postcode[:-2], postcode.split(" ")[0]]
