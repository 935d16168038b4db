"""A source map with a slip is refused with the nearest right name, and says where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from joinedup.engine import DuckDBEngine
from joinedup.errors import SourceError, SourceMapError
from joinedup.sources import Lists, Settings, collect_system

PEOPLE = """
[[table]]
name = "person_records"
files = "people.csv"
  [table.columns]
  local_id = "REF"
  surname = "SURNAME"
"""


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


def system(folder: Path, source: str | None, **files: str) -> Path:
    place = folder / "alpha"
    place.mkdir()
    if source is not None:
        (place / "source.toml").write_text(source)
    for name, content in files.items():
        (place / f"{name}.csv").write_text(content)
    return place


def collected(engine: DuckDBEngine, place: Path) -> list[dict[str, object]]:
    found = collect_system(engine, place, Settings(Lists(invented=True), place.parent))
    return [row for frames in found.frames.values() for f in frames for row in engine.collect(f).to_pylist()]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (
            PEOPLE.replace("person_records", "person_record"),
            "no record table `person_record`. Did you mean `person_records`",
        ),
        (PEOPLE.replace("surname =", "surnam ="), "no column `surnam`. Did you mean `surname`"),
        (PEOPLE.replace('"SURNAME"', '"SURNAMES"'), "no column `SURNAMES`. Did you mean `SURNAME`"),
        (PEOPLE.replace("people.csv", "peoples.csv"), "No extract is called `peoples.csv`. Did you mean `people.csv`"),
        (PEOPLE.replace("files =", "file ="), "no setting `file`. Did you mean `files`"),
        ('forse = "X01"\n' + PEOPLE, "no setting `forse`. Did you mean `force`"),
        (PEOPLE + '  sex = { column = "SEX", codes = "sex-pcn" }', "Did you mean `sex-pnc`"),
        (PEOPLE + '  sex = { column = "SEX", codes = "sde-pole" }', "`sde-pole` is not for column `sex`"),
        (PEOPLE + '  sex = { value = "Q" }', "constant of `sex` is in no code list"),
        (PEOPLE + '  record_id = "REF"', "made by the reader"),
        (PEOPLE + "  dob = { }", "needs either columns of the extract or one constant"),
        (PEOPLE + '  name = { column = "SURNAME", order = "surname first" }', "an order that does not exist"),
        ('force = "X99"\n' + PEOPLE, "constant of `force` is in no code list"),
        ("[[table]\n", "not TOML"),
        ('system = "a:b"\n' + PEOPLE, "without `:`"),
        ("", "has no [[table]]"),
    ],
)
def test_a_slip_is_refused_with_the_nearest_right_name(
    tmp_path: Path, engine: DuckDBEngine, source: str, says: str
) -> None:
    place = system(tmp_path, source, people="REF,SURNAME,SEX\n1,Smith,M\n")
    with pytest.raises(SourceError) as caught:
        collected(engine, place)
    assert says in str(caught.value)
    assert caught.value.exit_code == 2


def test_every_row_keeps_its_file_row_and_text_as_received(tmp_path: Path, engine: DuckDBEngine) -> None:
    source = 'force = "X01"\n' + PEOPLE + '  sex = { column = "SEX", codes = "sex-cjs" }\n  dob = "BORN"\n'
    place = system(tmp_path, source, people='REF,SURNAME,SEX,BORN\n7,"Mr Smith",1,31/02/1990\n\n8,,,\n')
    seven, eight = collected(engine, place)
    assert {k: seven[k] for k in ("record_id", "force", "surname", "surname_received", "sex", "sex_received")} == {
        "record_id": "alpha:7", "force": "X01", "surname": "SMITH", "surname_received": "Mr Smith", "sex": "M",
        "sex_received": "1",
    }  # fmt: skip
    assert (seven["dob"], seven["dob_reason"], seven["dob_received"], seven["unread:dob"]) == (
        None, "unmapped", "31/02/1990", True,
    )  # fmt: skip
    assert (seven["source_file"], seven["source_row"], eight["source_row"]) == ("alpha/people.csv", 2, 4)
    assert (eight["sex"], eight["sex_reason"], eight["unread:sex"]) == (None, "not_recorded", False)


def test_ethnicity_keeps_the_reason_it_is_missing_and_nothing_fills_it(tmp_path: Path, engine: DuckDBEngine) -> None:
    source = (
        PEOPLE
        + """
  self_defined_ethnicity = { column = "SDE", codes = "sde-16-plus-1" }
  self_defined_ethnicity_reason = { column = "WHY", values = { ASKED = "refused", RUSH = "not_asked" } }
  observed_ethnicity = "SEEN"
"""
    )
    rows = "1,a,A1,,4\n2,b,,ASKED,4\n3,c,,RUSH,4\n4,d,,,4\n5,e,ZZ,,4\n6,f,NS,,4\n"
    place = system(tmp_path, source, people="REF,SURNAME,SDE,WHY,SEEN\n" + rows)
    found = [
        (r["self_defined_ethnicity"], r["self_defined_ethnicity_reason"], r["observed_ethnicity"])
        for r in collected(engine, place)
    ]
    assert found == [
        ("A1", None, "4"), (None, "refused", "4"), (None, "not_asked", "4"), (None, "not_recorded", "4"),
        (None, "unmapped", "4"), (None, "refused", "4"),
    ]  # fmt: skip


def test_several_values_in_one_cell_and_several_columns_become_one_list(tmp_path: Path, engine: DuckDBEngine) -> None:
    source = (
        PEOPLE
        + """
  nationalities = { columns = ["N1", "N2"], codes = "nationality" }
  phones = { column = "PHONES", separator = "/" }
"""
    )
    place = system(tmp_path, source, people="REF,SURNAME,N1,N2,PHONES\n1,a,GBR,PAK,07700 900123/+447700900124/12\n")
    row = collected(engine, place)[0]
    assert (row["nationalities"], row["phones"]) == (["GBR", "PAK"], ["07700900123", "07700900124"])
    assert row["phones_received"] == "07700 900123; +447700900124; 12"


def test_where_leaves_rows_out_and_counts_them(tmp_path: Path, engine: DuckDBEngine) -> None:
    source = PEOPLE.replace('files = "people.csv"', 'files = "people.csv"\nwhere = { KIND = ["person"] }')
    place = system(tmp_path, source, people="REF,SURNAME,KIND\n1,a,Person\n2,b,vehicle\n3,c,PERSON \n")
    found = collect_system(engine, place, Settings(Lists(), tmp_path))
    assert [r["local_id"] for r in engine.collect(found.frames["person_records"][0]).to_pylist()] == ["1", "3"]
    assert [(c.sent, c.left_out) for c in found.counts] == [(2, 1)]


def test_two_sheets_of_one_workbook_are_two_extracts(tmp_path: Path, engine: DuckDBEngine) -> None:
    import openpyxl

    sheets = "".join(
        PEOPLE.replace("people.csv", "book.xlsx")
        .replace("[table.columns]", f'[table.columns]\n  sex = {{ value = "{s}" }}')
        .replace('files = "book.xlsx"', f'files = "book.xlsx"\nsheet = "{name}"')
        for name, s in (("Men", "M"), ("Women", "F"))
    )  # fmt: skip
    place = system(tmp_path, sheets)
    book = openpyxl.Workbook()
    for name, reference in (("Men", 1), ("Women", 2)):
        sheet = book.create_sheet(name)
        sheet.append(["REF", "SURNAME"])
        sheet.append([reference, "Smith"])
    book.save(place / "book.xlsx")
    rows = [(r["local_id"], r["sex"], r["source_file"], r["source_row"]) for r in collected(engine, place)]
    assert rows == [("1", "M", "alpha/book.xlsx#Men", 2), ("2", "F", "alpha/book.xlsx#Women", 2)]


def test_files_named_after_tables_need_no_map(tmp_path: Path, engine: DuckDBEngine) -> None:
    place = system(
        tmp_path, None,
        person_records="record_id,surname,nationality,phones\nalpha:1,Smith,GBR;IRL,07700900123;07700900124\n",
        roles="crime_id,record_id,role\nC1,alpha:1,suspect\n",
    )  # fmt: skip
    person, role = collected(engine, place)
    assert (person["record_id"], person["local_id"], person["nationalities"]) == ("alpha:1", "1", ["GBR", "IRL"])
    assert (role["crime_id"], role["record_id"], role["role"]) == ("alpha:C1", "alpha:1", "suspect")


def test_a_folder_without_extract_or_map_is_refused(tmp_path: Path, engine: DuckDBEngine) -> None:
    with pytest.raises(SourceMapError, match="no extract and no source map"):
        collected(engine, system(tmp_path, None))


def test_columns_of_no_table_are_refused_without_repeating_them(tmp_path: Path, engine: DuckDBEngine) -> None:
    with pytest.raises(SourceError, match="not those of any table") as caught:
        collected(engine, system(tmp_path, None, things="Smith,1990\nJones,1991\n"))
    assert "Smith" not in str(caught.value)


def test_a_table_is_whole_whatever_the_map_leaves_out(tmp_path: Path, engine: DuckDBEngine) -> None:
    from joinedup import tables

    place = system(tmp_path, PEOPLE, people="REF,SURNAME\n1,a\n")
    found = collect_system(engine, place, Settings(Lists(), tmp_path))
    table = engine.collect(found.frames["person_records"][0].select(*tables.PERSON_RECORDS.names))
    assert tables.PERSON_RECORDS.conform(table).num_rows == 1
    assert isinstance(table, pa.Table)


def test_tables_of_a_run_come_back_with_their_own_keys(tmp_path: Path, engine: DuckDBEngine) -> None:
    place = system(
        tmp_path, None,
        person_records="record_id,system,local_id,surname\nalpha:1,alpha,1,Smith\nbeta:1,beta,1,Jones\n2,,2,Evans\n",
        crimes="crime_id,recorded_on\nbeta:C1,2020-01-01\n",
    )  # fmt: skip
    crime, *people = sorted(collected(engine, place), key=lambda r: "record_id" in r)
    assert {(p["record_id"], p["system"], p["local_id"]) for p in people} == {
        ("alpha:1", "alpha", "1"), ("beta:1", "beta", "1"), ("alpha:2", "alpha", "2"),
    }  # fmt: skip
    assert (crime["crime_id"], crime["system"]) == ("beta:C1", "beta")


def test_a_local_reference_may_hold_a_colon(tmp_path: Path, engine: DuckDBEngine) -> None:
    (row,) = collected(engine, system(tmp_path, PEOPLE, people="REF,SURNAME\nCR:7,a\n"))
    assert (row["record_id"], row["local_id"], row["system"]) == ("alpha:CR:7", "CR:7", "alpha")


def test_a_file_that_nothing_reads_is_told_and_can_be_set_aside(tmp_path: Path, engine: DuckDBEngine) -> None:
    place = system(tmp_path, PEOPLE, people="REF,SURNAME\n1,a\n", forgotten="REF,SURNAME\n2,b\n")
    with pytest.raises(SourceMapError, match="Nothing reads `forgotten.csv`"):
        collected(engine, place)
    (place / "source.toml").write_text('ignore = ["forgotten.csv"]\n' + PEOPLE)
    assert len(collected(engine, place)) == 1


def test_a_file_becomes_rows_of_a_table_once(tmp_path: Path, engine: DuckDBEngine) -> None:
    with pytest.raises(SourceMapError, match="mapped to `person_records` twice"):
        collected(
            engine, system(tmp_path, PEOPLE + PEOPLE.replace("people.csv", "p*.csv"), people="REF,SURNAME\n1,a\n")
        )


def test_a_reason_is_read_in_any_spelling_and_what_is_no_reason_is_told(tmp_path: Path, engine: DuckDBEngine) -> None:
    source = PEOPLE + '  self_defined_ethnicity = "SDE"\n  self_defined_ethnicity_reason = "WHY"\n'
    place = system(tmp_path, source, people="REF,SURNAME,SDE,WHY\n1,a,,Refused\n2,b,,Not asked\n3,c,,busy\n4,d,A1,\n")
    found = [
        (r["self_defined_ethnicity_reason"], r["unread:self_defined_ethnicity_reason"])
        for r in collected(engine, place)
    ]
    assert found == [("refused", False), ("not_asked", False), ("not_recorded", True), (None, False)]
    (place / "source.toml").write_text(PEOPLE + '  dob_reason = { value = "rude" }\n  dob = "SDE"\n')
    with pytest.raises(SourceMapError, match="constant of `dob_reason`"):
        collected(engine, place)


def test_keys_of_several_columns_do_not_run_into_each_other(tmp_path: Path, engine: DuckDBEngine) -> None:
    source = PEOPLE.replace('local_id = "REF"', 'local_id = { columns = ["A", "B", "C"] }')
    place = system(tmp_path, source, people="A,B,C,SURNAME\n1,,2,a\n1,2,,b\n1/2,,,c\n,,,d\n")
    rows = sorted(collected(engine, place), key=lambda r: str(r["source_row"]))
    assert [r["local_id"] for r in rows] == ["1//2", "1/2/", "1%2F2//", None]


def test_only_a_birth_date_may_be_part_of_a_date(tmp_path: Path, engine: DuckDBEngine) -> None:
    source = PEOPLE + '  dob = "A"\n  died_on = "A"\n'
    (row,) = collected(engine, system(tmp_path, source, people="REF,SURNAME,A\n1,a,2024\n"))
    assert (str(row["dob"]), row["dob_precision"], row["died_on"], row["unread:died_on"]) == (
        "2024-01-01", "year", None, True,
    )  # fmt: skip


def test_what_is_read_out_of_a_text_keeps_the_text(tmp_path: Path, engine: DuckDBEngine) -> None:
    source = PEOPLE + '  emails = "MAIL"\n  id_pnc = "PNC"\n  aliases = "AKA"\n'
    place = system(tmp_path, source, people="REF,SURNAME,MAIL,PNC,AKA\n1,a,A.B@X.ORG,none known,Mr Bob\n")
    (row,) = collected(engine, place)
    assert (row["emails"], row["emails_received"], row["id_pnc"], row["id_pnc_received"]) == (
        ["a.b@x.org"], "A.B@X.ORG", None, "none known",
    )  # fmt: skip
    assert (row["aliases"], row["aliases_received"]) == (["BOB"], "Mr Bob")


def test_notes_without_a_map_stay_as_they_were_written(tmp_path: Path, engine: DuckDBEngine) -> None:
    text = "Told mother; none; officer called\nback; ok"
    place = system(tmp_path, None, notes=f'note_id,crime_id,text\n1,2,"{text}"\n')
    assert collected(engine, place)[0]["text"] == text


def test_a_file_without_a_header_gives_no_value_away(tmp_path: Path, engine: DuckDBEngine) -> None:
    place = system(tmp_path, PEOPLE, people="1,SMITH,=1\n2,JONES,3\n")
    with pytest.raises(SourceMapError) as caught:
        collected(engine, place)
    assert "SMITH" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (PEOPLE + '  dob = { column = "SEX", dates = ["yyyy-mm-dd"] }', "is no date format"),
        (PEOPLE + '  dob = { column = "SEX", dates = ["%Q"] }', "is no date format"),
        (PEOPLE + '  sex = { column = "SEX", values = { m = "baddie" } }', "`values` of `sex` names `baddie`"),
        (PEOPLE + '  sex = { column = "SEX", separator = "" }', "`separator` should be a text"),
        (PEOPLE + "  sex = { column = 5 }", "`column` should be a text"),
    ],
)
def test_settings_that_could_never_work_are_refused(
    tmp_path: Path, engine: DuckDBEngine, source: str, says: str
) -> None:
    place = system(tmp_path, source, people="REF,SURNAME,SEX\n1,Smith,M\n")
    with pytest.raises(SourceMapError, match=says):
        collected(engine, place)


def test_a_map_saved_with_a_mark_is_read(tmp_path: Path, engine: DuckDBEngine) -> None:
    place = system(tmp_path, None, people="REF,SURNAME\n1,a\n")
    (place / "source.toml").write_bytes(b"\xef\xbb\xbf" + PEOPLE.encode())
    assert len(collected(engine, place)) == 1


def test_an_extract_in_a_folder_of_its_own_is_told(tmp_path: Path, engine: DuckDBEngine) -> None:
    place = system(tmp_path, PEOPLE, people="REF,SURNAME\n1,a\n")
    (place / "2020").mkdir()
    (place / "2020" / "more.csv").write_text("REF,SURNAME\n2,b\n")
    with pytest.raises(SourceMapError, match="in a folder of its own"):
        collected(engine, place)


def test_a_file_name_in_another_encoding_is_read(tmp_path: Path, engine: DuckDBEngine) -> None:
    import os

    place = system(tmp_path, PEOPLE.replace("people.csv", "caf*.csv"))
    with open(os.fsencode(place) + b"/caf\xe9.csv", "w") as stream:
        stream.write("REF,SURNAME\n1,a\n")
    assert collected(engine, place)[0]["source_file"] == "alpha/caf\ufffd.csv"


def test_a_name_that_runs_over_a_line_is_returned_and_free_text_is_not(tmp_path: Path, engine: DuckDBEngine) -> None:
    source = PEOPLE + '  address = "HOME"\n'
    sent = '1,"Smith,X\n2,Jones",Y\n3,Evans,"1 Road\nTown"\n'
    place = system(tmp_path, source, people="REF,SURNAME,HOME\n" + sent)
    found = collect_system(engine, place, Settings(Lists(), tmp_path))
    rows = engine.collect(found.frames["person_records"][0]).to_pylist()
    kept, broken = sorted(rows, key=lambda row: -row["source_row"])
    assert (kept["local_id"], kept["address"], kept["blanked:"]) == ("3", "1 Road Town", None)
    assert (broken["local_id"], broken["surname"], "surname" in broken["blanked:"]) == ("1", None, True)
    told = [(f["source_row"], f["rule"], f["column"]) for f in found.faults.to_pylist()]
    assert told == [(2, "line-break", "SURNAME")]
    assert [c.sent for c in found.counts] == [2]
