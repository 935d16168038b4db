"""Every source map is TOML, names columns that its extracts have, and spellings that its code lists know."""

import tomllib

import pytest

from joinedup import tables
from joinedup.codes import code_list
from joinedup.synthetic.layouts import layout_of
from joinedup.synthetic.places import towns
from joinedup.synthetic.systems import SIZES, systems_of

SYSTEMS = systems_of(SIZES["town"])


def map_of(town, system):
    return tomllib.loads((town.folder / "sources" / system.name / "source.toml").read_text(encoding="utf-8"))


def columns_of(spec):
    if isinstance(spec, str):
        return [spec]
    return [spec["column"]] if "column" in spec else list(spec.get("columns", ()))


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_a_map_names_tables_targets_and_columns_that_exist(town, system):
    content = map_of(town, system)
    assert content["system"] == system.name
    assert content["kind"] == system.kind
    for mapped in content["table"]:
        table, extract = tables.named(mapped["name"]), town.extract(system, mapped["name"])
        for target, spec in mapped["columns"].items():
            assert target == "name" or target in table
            assert set(columns_of(spec)) <= set(extract.column_names), target


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_every_column_of_an_extract_is_mapped_or_chooses_rows(town, system):
    content = map_of(town, system)
    for file in {one["files"] for one in content["table"]}:
        of_file = [one for one in content["table"] if one["files"] == file]
        used = {column for one in of_file for spec in one["columns"].values() for column in columns_of(spec)}
        used |= {column for one in of_file for column in one.get("where", {})}
        assert set(town.extract(system, of_file[0]["name"]).column_names) == used | {"source_row"}


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_codes_are_spelt_as_the_named_list_spells_them(town, system):
    """All but the spellings of defects: words that stand for nothing, or for something else."""
    strange = {"UNKNOWN", "?", "OTHER", "XXXX", "White", "Mixed", "Asian", "Black", "Arab", towns(system.force)[0]}
    content = map_of(town, system)
    nulls = {text.upper() for text in content["reading"]["nulls"]}
    for mapped in content["table"]:
        extract = town.extract(system, mapped["name"])
        for spec in mapped["columns"].values():
            if isinstance(spec, dict) and "codes" in spec:
                codes = code_list(spec["codes"])
                spelt = {text for column in columns_of(spec) for text in extract[column].unique().to_pylist() if text}
                unknown = {text for text in spelt if codes.translate(text).reason == "unmapped"}
                assert {text for text in unknown if text.upper() not in nulls} <= strange


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_words_and_dates_are_those_that_the_map_reads(town, system):
    content = map_of(town, system)
    nulls = {text.upper() for text in content["reading"]["nulls"]} | {None}
    for mapped in content["table"]:
        extract = town.extract(system, mapped["name"])
        for spec in (s for s in mapped["columns"].values() if isinstance(s, dict)):
            known = {*spec.get("values", {}), *spec.get("yes", ()), *spec.get("no", ())}
            if known:
                spelt = {text for text in extract[spec["column"]].unique().to_pylist() if text is not None}
                assert {text for text in spelt if text.upper() not in nulls} <= known


def test_references_are_shared_by_custody_and_crime_recording_and_person_numbers_never(town):
    crime, custody = (next(s for s in SYSTEMS if s.name == name) for name in ("x02-crime", "x02-custody"))
    crimes, nominals = town.extract(crime, "crimes"), town.extract(crime, "person_records")
    detentions = town.extract(custody, "person_records")
    numbers = detentions["CRIME_OR_CUSTODY_CASE"].to_pylist()
    shared = [number for number in numbers if number in set(crimes["Crime Number"].to_pylist())]
    assert 0.6 * len(numbers) < len(shared) < 0.9 * len(numbers)
    assert not set(nominals["Nominal Ref"].to_pylist()) & set(detentions["CUSTODY_REF"].to_pylist())


def test_a_suspect_alone_in_crime_recording_is_the_person_in_custody_on_the_same_crime(town):
    true = dict(zip(*town.truth("records").select(["record_id", "true_person"]).to_pydict().values(), strict=True))
    crime, custody = (next(s for s in SYSTEMS if s.name == name) for name in ("x01-crime", "x01-custody"))
    suspects = {}
    for row in town.extract(crime, "roles").to_pylist():
        if row["ROLE"] == "SUS" and row["IDENTIFIED"] == "Y":
            suspects.setdefault(row["CRIME_NUMBER"], []).append(true[f"x01-crime:{row['NOMINAL_REF']}"])
    pairs = 0
    for row in town.extract(custody, "person_records").to_pylist():
        alone = suspects.get(row["crime_or_custody_case"], [])
        if len(alone) == 1:
            pairs += 1
            assert alone[0] == true[f"x01-custody:{row['custody_ref']}"]
    assert pairs > 100


def test_every_kind_of_system_feeds_the_tables_it_keeps():
    fed = {system.kind: {one.table for one in layout_of(system)} for system in SYSTEMS}
    assert set().union(*fed.values()) == {table.name for table in tables.RECORD_TABLES}
    assert all({"person_records", "crimes", "roles"} <= tables_of_kind for tables_of_kind in fed.values())
