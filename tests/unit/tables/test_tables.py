"""The tables that pass between rooms."""

import datetime as dt

import pyarrow as pa
import pytest

from joinedup import tables
from joinedup.errors import TableError
from joinedup.tables import CRIMES, PERSON_RECORDS, RECORD_TABLES, ROLES, Protection

EVERY_COLUMN = [(table, column) for table in tables.ALL.values() for column in table.columns]


def test_conform_puts_columns_in_order_and_makes_the_absent_ones_null():
    given = pa.table({"role": ["victim"], "crime_id": ["a:1"], "record_id": ["a:9"]})
    conformed = ROLES.conform(given)
    assert conformed.column_names == ROLES.names
    assert conformed.schema == ROLES.schema
    assert conformed["crime_id"].to_pylist() == ["a:1"]
    assert conformed["stated_age"].to_pylist() == [None]


def test_conform_turns_a_value_into_the_column_s_type():
    conformed = CRIMES.conform(pa.table({"recorded_on": ["2014-03-02"], "source_row": pa.array([7], pa.int32())}))
    assert conformed["recorded_on"].to_pylist() == [dt.date(2014, 3, 2)]
    assert conformed["source_row"].type == pa.int64()


def test_conform_of_no_rows_is_the_empty_table():
    assert ROLES.conform(pa.table({"crime_id": pa.array([], pa.string())})).equals(ROLES.empty())


def test_conform_names_the_type_but_never_the_value_that_cannot_be_turned_into_it():
    with pytest.raises(TableError, match=r"`roles.stated_age` should be int64 and is string") as caught:
        ROLES.conform(pa.table({"stated_age": ["fourteenish"]}))
    assert "fourteenish" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_unknown_column_brings_the_nearest_right_name():
    with pytest.raises(TableError, match="has no column `surnam`. Did you mean `surname`?"):
        PERSON_RECORDS.conform(pa.table({"surnam": ["x"]}))


def test_an_unknown_table_brings_the_nearest_right_name():
    with pytest.raises(TableError, match="no table `crime`. Did you mean `crimes`?"):
        tables.named("crime")
    assert tables.named("crimes") is CRIMES


@pytest.mark.parametrize(("table", "column"), EVERY_COLUMN, ids=[f"{t.name}.{c.name}" for t, c in EVERY_COLUMN])
def test_every_column_says_what_it_means_in_a_sentence(table, column):
    assert column.meaning.endswith(".")
    assert len(column.meaning.split()) >= 1


@pytest.mark.parametrize("table", tables.ALL.values(), ids=lambda table: table.name)
def test_every_table_has_a_key_of_its_own_columns_and_no_name_twice(table):
    assert table.key
    assert set(table.key) <= set(table.names)
    assert len(set(table.names)) == len(table.columns)


@pytest.mark.parametrize("table", RECORD_TABLES, ids=lambda table: table.name)
def test_every_record_table_leads_back_to_the_row_of_an_extract(table):
    assert table.names[-2:] == ["source_file", "source_row"]
    assert table.column("source_file").required
    assert table.column("source_row").required


def test_every_value_kept_as_received_stands_beside_its_standardised_column():
    for table in RECORD_TABLES:
        received = [name for name in table.names if name.endswith("_received")]
        assert [name for name in received if name.removesuffix("_received") not in table] == []


def test_the_protected_columns_are_exactly_these():
    protected = {f"{t.name}.{c.name}": c.protection for t, c in EVERY_COLUMN if c.protected}
    ethnicity, nationality = Protection.ETHNICITY, Protection.NATIONALITY
    assert protected == {
        "person_records.self_defined_ethnicity": ethnicity,
        "person_records.self_defined_ethnicity_reason": ethnicity,
        "person_records.self_defined_ethnicity_received": ethnicity,
        "person_records.observed_ethnicity": ethnicity,
        "person_records.observed_ethnicity_reason": ethnicity,
        "person_records.observed_ethnicity_received": ethnicity,
        "person_records.nationalities": nationality,
        "person_records.nationality_reason": nationality,
        "person_records.nationalities_received": nationality,
        "person_records.birth_place": Protection.ORIGIN,
    }


def test_protected_columns_are_personal_and_no_table_hands_them_out_as_unprotected():
    for table, column in EVERY_COLUMN:
        assert not column.protected or column.personal
        assert column.protected != (column.name in table.unprotected())
