"""Public sets with known truth, as `person_records` and the person that each record is of.

The files lie in `data/linkage` of the shared folder, which `JOINEDUP_SHARED` names; its README says where they come
from, who made them and under which licence. A value that cannot be read is null, as in any extract.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from joinedup import tables
from joinedup.sources import standard

ISO = ("%Y-%m-%d",)
AMERICAN = ("%m/%d/%Y", "%m/%d/%y", "%b %d %Y", "%d-%b-%y", "%Y-%m-%d", "%d/%m/%Y")
"""How the Senzing set writes dates. Day first comes last: it is read only where month first is no date."""

_IN_BRACKETS = re.compile(r"<([^<>]+)>")
_LATEST_BIRTH = dt.date(2026, 1, 1)

Columns = dict[str, pa.Array]


@dataclass(frozen=True)
class TruthSet:
    """records: the schema of `tables.PERSON_RECORDS`. truth: record_id, true_person (text), one row per record."""

    name: str
    records: pa.Table
    truth: pa.Table


def linkage_folder() -> Path:
    """Where the public sets lie: `data/linkage` of $JOINEDUP_SHARED, or of `shared` beside the checkout."""
    return Path(os.environ.get("JOINEDUP_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "linkage"


def historical(full_names: bool = False) -> TruthSet:
    """50,578 records of 5,156 people from Wikidata with errors made by Splink's authors; about 10 records a person.

    full_names: also give the long form of the name ("thomas clifford, 1st baron ...") as an alias, where it says more
    than forename and surname. Peers' published scores are of both kinds, so say which.
    Raises FileNotFoundError when the set is not there.
    """
    file = "historical_figures_50k.parquet"
    raw = pq.read_table(linkage_folder() / file)
    forenames, surname = _historical_names(raw)
    columns = {
        "forenames": forenames,
        "surname": surname,
        **_births(raw["dob"], ISO),
        "sex": _mapped(raw["gender"], {"male": "M", "female": "F"}.get),
        "postcode": _mapped(raw["postcode_fake"], _postcode_of_any_shape),
        "birth_place": _mapped(raw["birth_place"], standard.plain_text),
        "occupation": _mapped(raw["occupation"], standard.plain_text),
    }
    if full_names:
        columns["aliases"] = _long_names(_mapped(raw["full_name"], _name), forenames, surname)
    return _truth_set("historical", file, raw["unique_id"], raw["cluster"], columns)


def febrl3() -> TruthSet:
    """5,000 records of 2,000 simulated Australians, up to 5 duplicates each (FEBRL dataset 3).

    id_other: the social security number. postcode: four digits as given. Raises FileNotFoundError when absent.
    """
    file = "febrl3.csv"
    raw = _read_csv(linkage_folder() / file)
    columns = {
        "forenames": _mapped(raw["given_name"], _name),
        "surname": _mapped(raw["surname"], _name),
        **_births(raw["date_of_birth"], ("%Y%m%d",)),
        "postcode": raw["postcode"].combine_chunks(),
        "address": _spaced(raw, "street_number", "address_1", "suburb"),
        "id_other": _mapped(raw["soc_sec_id"], standard.identifier),
    }
    persons = pc.replace_substring_regex(raw["rec_id"], r"^rec-(\d+)-.*$", r"\1")
    return _truth_set("febrl3", file, raw["rec_id"], persons, columns)


def fake_1000() -> TruthSet:
    """1,000 records of 251 invented people (Splink). City has no column in `person_records` and is left out.

    Raises FileNotFoundError when the set is not there.
    """
    file = "fake_1000.csv"
    raw = _read_csv(linkage_folder() / file)
    columns = {
        "forenames": _mapped(raw["first_name"], _name),
        "surname": _mapped(raw["surname"], _name),
        **_births(raw["dob"], ISO),
        "emails": _listed(_mapped(raw["email"], standard.email)),
    }
    return _truth_set("fake_1000", file, raw["unique_id"], raw["cluster"], columns)


def senzing() -> TruthSet:
    """159 records of 85 persons and firms in three systems: customers, reference, watchlist.

    The 49 that the README names are the key's test groups, which hold up to several entities each.

    surname: a firm's name too. Identifiers of a kind share a column of their own: id_pnc social security number,
    id_cro driving licence, id_nhs passport, id_child tax number, id_other `NATIONAL` or `LEI` and the number. The
    truth is kept by (system, local id). Raises FileNotFoundError when the set is not there.
    """
    parts = [_senzing_part(name) for name in ("customers", "reference", "watchlist")]
    records = pa.concat_tables(parts)
    key = _read_csv(linkage_folder() / "senzing_truthset" / "actual_truthset_key.csv")
    key_ids = _joined(pc.utf8_lower(key["DATA_SOURCE"]), key["RECORD_ID"], ":")
    persons = key["CLUSTER_ID"].combine_chunks().take(pc.index_in(records["record_id"], key_ids).combine_chunks())
    return TruthSet("senzing", records, pa.table({"record_id": records["record_id"], "true_person": persons}))


def all_sets() -> tuple[TruthSet, ...]:
    """Every public set, the largest first."""
    return historical(), febrl3(), fake_1000(), senzing()


# What all sets need


def _truth_set(
    name: str, file: str, local_ids: pa.ChunkedArray, persons: pa.ChunkedArray, columns: Columns
) -> TruthSet:
    records = _records(name, file, local_ids, columns)
    if pa.types.is_struct(persons.type):  # what a regular expression found
        persons = pc.struct_field(persons, [0])
    return TruthSet(name, records, pa.table({"record_id": records["record_id"], "true_person": persons}))


def _records(system: str, file: str, local_ids: pa.ChunkedArray, columns: Columns) -> pa.Table:
    rows = len(local_ids)
    systems = pa.array([system]).take(pa.array(np.zeros(rows, dtype=np.int64)))
    made = {
        "record_id": _joined(systems, local_ids, ":"),
        "system": systems,
        "local_id": local_ids,
        **columns,
        "source_file": pa.array([file]).take(pa.array(np.zeros(rows, dtype=np.int64))),
        "source_row": pa.array(np.arange(2, rows + 2)),
    }
    return tables.PERSON_RECORDS.conform(pa.table(made))


def _read_csv(path: Path) -> pa.Table:
    """Every column as text, spaces taken off headers and values, empty values null."""
    with path.open(encoding="utf-8") as stream:
        names = [name.strip() for name in stream.readline().split(",")]
    table = arrow_csv.read_csv(
        path,
        read_options=arrow_csv.ReadOptions(column_names=names, skip_rows=1),
        convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    stripped = [pc.utf8_trim_whitespace(table[name]) for name in names]
    return pa.table({n: pc.if_else(pc.equal(c, ""), None, c) for n, c in zip(names, stripped, strict=True)})


def _mapped(column: pa.ChunkedArray, function: Callable[[str], str | None]) -> pa.Array:
    """`function` of every value, called once per distinct value; null stays null."""
    coded = column.combine_chunks().dictionary_encode()
    return pa.array([function(one) for one in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def _births(column: pa.ChunkedArray, formats: tuple[str, ...]) -> Columns:
    coded = column.combine_chunks().dictionary_encode()
    read = [standard.birth_date(one, formats) for one in coded.dictionary.to_pylist()]
    days = pa.array([_not_to_come(one.value) for one in read], pa.date32())
    return {
        "dob": days.take(coded.indices),
        "dob_precision": pa.array([one.precision for one in read], pa.string()).take(coded.indices),
    }


def _not_to_come(day: dt.date | None) -> dt.date | None:
    """Python reads the year 31 as 2031: nobody was born then."""
    return day.replace(year=day.year - 100) if day and day >= _LATEST_BIRTH else day


def _name(text: str) -> str | None:
    return standard.name(text).main


def _joined(left: pa.Array, right: pa.Array, between: str = " ") -> pa.Array:
    return pc.binary_join_element_wise(left, right, between)


def _spaced(raw: pa.Table, *names: str) -> pa.Array:
    """The values of several columns as one text, those that are missing left out; null when all are."""
    whole = pc.binary_join_element_wise(*[raw[n] for n in names], " ", null_handling="skip").combine_chunks()
    return pc.if_else(pc.equal(whole, ""), None, whole)


def _listed(column: pa.Array) -> pa.Array:
    """A list of the one value, or null."""
    lengths = pc.is_valid(column).cast(pa.int32())
    offsets = np.concatenate([[0], np.cumsum(lengths.to_numpy())]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), column.drop_null(), mask=pc.is_null(column))


# Wikidata


def _historical_names(raw: pa.Table) -> tuple[pa.Array, pa.Array]:
    """Forename and surname; where the surname is missing, what the full name has beside the forename."""
    forenames = _mapped(raw["first_name"], _name)
    surname = _mapped(raw["surname"], _name)
    split = _mapped(raw["full_name"], _first_of_full), _mapped(raw["full_name"], _last_of_full)
    none = pc.is_null(surname)
    return pc.if_else(pc.is_null(forenames), split[0], forenames), pc.if_else(none, split[1], surname)


def _first_of_full(text: str) -> str | None:
    """The first word: in a full name of one word it is the forename, as in the set's own first_name."""
    return (_name(text) or "").partition(" ")[0] or None


def _last_of_full(text: str) -> str | None:
    _, surname = standard.full_name(text, "forenames surname")
    return surname.main if " " in text.strip() else None


def _long_names(full: pa.Array, forenames: pa.Array, surname: pa.Array) -> pa.Array:
    short = pc.binary_join_element_wise(forenames, surname, " ", null_handling="skip")
    return _listed(pc.if_else(pc.equal(full, short), None, full))


def _postcode_of_any_shape(text: str) -> str | None:
    """In standard form, or as given when an error took its shape away: comparing may still use what is left."""
    return standard.postcode(text) or (standard.plain_text(text) or "").upper() or None


# Senzing

Row = Mapping[str, str | None]


def _senzing_part(name: str) -> pa.Table:
    file = f"senzing_truthset/{name}.csv"
    raw = _read_csv(linkage_folder() / file)
    rows = [_senzing_row(row) for row in raw.to_pylist()]
    schema = pa.schema([tables.PERSON_RECORDS.schema.field(n) for n in rows[0]])
    columns = pa.Table.from_pylist(rows, schema=schema)
    made = {n: columns[n].combine_chunks() for n in columns.column_names}
    return _records(name, file, raw["RECORD_ID"], made | _births(raw["DATE_OF_BIRTH"], AMERICAN))


def _senzing_row(row: Row) -> dict[str, object]:
    (forenames, surname), others = _senzing_names(row)
    return {
        "forenames": forenames,
        "surname": surname,
        "aliases": others or None,
        "sex": {"M": "M", "F": "F"}.get((row.get("GENDER") or "")[:1]),
        "postcode": row.get("ADDR_POSTAL_CODE"),
        "address": _senzing_address(row),
        "phones": _one_or_none(_american_phone(row.get("PHONE_NUMBER"))),
        "emails": _one_or_none(_bare_email(row.get("EMAIL_ADDRESS"))),
        "id_pnc": _social_security(row.get("SSN_NUMBER")),
        "id_cro": standard.identifier(row.get("DRIVERS_LICENSE_NUMBER")),
        "id_nhs": standard.identifier(row.get("PASSPORT_NUMBER")),
        "id_child": standard.identifier(row.get("TAX_ID_NUMBER")),
        "id_other": _kind_and_number("NATIONAL", row.get("NATIONAL_ID_NUMBER"))
        or _kind_and_number("LEI", row.get("LEI_NUMBER")),
    }


def _senzing_names(row: Row) -> tuple[tuple[str | None, str | None], list[str]]:
    """Forenames and surname of the first name given; further ones as aliases, written out."""
    found = [
        _parted(row),
        (None, _firm(row.get("PRIMARY_NAME_ORG"))),
        _split(row.get("PRIMARY_NAME_FULL")),
        _split(row.get("NATIVE_NAME_FULL")),
        (None, _firm(row.get("SECONDARY_NAME_ORG"))),
    ]
    first, *others = [one for one in found if any(one)] or [(None, None)]
    return first, [" ".join(part for part in other if part) for other in others]


def _parted(row: Row) -> tuple[str | None, str | None]:
    given = " ".join(filter(None, (row.get("PRIMARY_NAME_FIRST"), row.get("PRIMARY_NAME_MIDDLE"))))
    return standard.name(given).main, standard.name(row.get("PRIMARY_NAME_LAST")).main


def _split(text: str | None) -> tuple[str | None, str | None]:
    order = "surname, forenames" if text and "," in text else "forenames surname"
    forenames, surname = standard.full_name(text, order)
    return forenames.main, surname.main


def _firm(text: str | None) -> str | None:
    """A firm's name is no person's: only spaces and case are made even."""
    return (standard.plain_text(text) or "").upper() or None


def _senzing_address(row: Row) -> str | None:
    parts = (row.get(n) for n in ("ADDR_FULL", "ADDR_LINE1", "ADDR_CITY", "ADDR_STATE"))
    return standard.plain_text(", ".join(part for part in parts if part))


def _american_phone(text: str | None) -> str | None:
    """National form: the country's own 1 before ten digits is taken off."""
    digits = standard.phone(text)
    return digits[1:] if digits and len(digits) == 11 and digits.startswith("1") else digits


def _bare_email(text: str | None) -> str | None:
    inner = _IN_BRACKETS.search(text or "")
    return standard.email(inner[1] if inner else text)


def _social_security(text: str | None) -> str | None:
    """Nine digits; the last four alone are no identifier of a person."""
    digits = re.sub(r"\D", "", text or "")
    return digits if len(digits) == 9 else None


def _kind_and_number(kind: str, text: str | None) -> str | None:
    number = standard.identifier(text)
    return number and f"{kind}:{number}"


def _one_or_none(value: str | None) -> list[str] | None:
    return None if value is None else [value]
