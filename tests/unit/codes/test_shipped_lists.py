"""Every shipped list is whole: its lines, its place in the index, and the way back from inside."""

import csv
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup import tables
from joinedup.codes import REASONS, code_list, names, reference_page
from joinedup.codes.lists import LISTS

CONTRACT = {
    "self-defined-ethnicity", "observed-ethnicity", "nationality", "sex", "outcome", "force", "force-invented",
    "ho-class", "cjs-offence", "sde-16-plus-1", "sde-18-plus-1", "sde-pole", "sde-census-2021", "sde-text", "sde-hmpps",
    "observed-pole", "ic-codes", "observed-text", "nationality-cjs", "nationality-hmpps", "sex-cjs", "sex-pnc",
    "gender-pole", "force-cjs",
}  # fmt: skip

NEARLY = st.builds("".join, st.tuples(st.sampled_from(["SX03001", "W1", "19/7", "GBR", "1"]), st.text(max_size=2)))


def test_the_index_names_every_list_and_every_list_is_in_the_index():
    assert set(names()) == CONTRACT == {path.stem for path in LISTS.glob("*.csv")} - {"index"}


def test_reasons_are_those_of_the_tables():
    assert REASONS == tables.REASONS


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_every_line_has_an_inside_code_of_its_list_or_a_reason(name):
    codes = code_list(name)
    known = code_list(codes.inside).substantive
    for code in codes.codes.values():
        assert (code.inside is None) != (code.reason is None)
        assert code.inside is None or code.inside in known
        assert code.reason is None or code.reason in REASONS
        assert set(code.folds) <= known


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_every_list_says_where_it_comes_from(name):
    story = code_list(name).story
    assert all([story.title, story.column, story.inside, story.source, story.licence])


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_no_line_is_longer_than_its_header_or_has_stray_spaces(name):
    header, *lines = csv.reader((LISTS / f"{name}.csv").read_text(encoding="utf-8").splitlines())
    for line in lines:
        assert len(line) == len(header)
        assert [cell.strip() for cell in line] == line


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_what_is_sent_back_is_read_as_what_it_was_unless_the_list_folds_it_into_another(name):
    codes = code_list(name)
    folded = {inside for code in codes.codes.values() for inside in code.folds}
    for inside in code_list(codes.inside).substantive - folded:
        back = codes.back(inside)
        assert back is None or codes.translate(back) == (inside, None)


@pytest.mark.parametrize("name", sorted(CONTRACT - {"force-cjs", "observed-text", "nationality-cjs"}))
def test_every_code_that_is_a_value_can_be_reached_from_inside_by_some_code(name):
    codes = code_list(name)
    assert all(codes.back(code.inside) for code in codes.codes.values() if code.inside)


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_every_code_of_a_list_is_found_however_it_is_typed(name):
    codes = code_list(name)
    for code in codes.codes.values():
        assert codes.translate(f"  {code.code.lower()} ") == (code.inside, code.reason)


@pytest.mark.parametrize("name", sorted(CONTRACT))
@given(text=st.one_of(st.none(), st.text(), NEARLY))
def test_translate_never_raises_and_always_gives_a_code_or_a_reason(name, text):
    codes = code_list(name)
    code, reason = codes.translate(text)
    assert (code is None) != (reason is None)
    assert reason is None or reason in REASONS
    assert code is None or code in code_list(codes.inside).codes or code[:-1] in code_list(codes.inside).codes


def test_columns_of_the_record_tables_name_lists_that_exist():
    named = {column.codes for table in tables.RECORD_TABLES for column in table.columns if column.codes}
    assert named <= set(names())


def test_every_list_is_on_the_reference_page_with_its_source():
    page = reference_page()
    for name in names():
        assert f"## `{name}`" in page
        assert code_list(name).source in page
    assert "| `NS` | Prefer not to say | *refused* |" in page


def test_importing_the_room_loads_only_the_standard_library_and_no_list():
    script = (
        "import sys; before = set(sys.modules); import joinedup.codes; from joinedup.codes import lists;"
        "print(lists._shipped.cache_info().currsize, 'pyarrow' in sys.modules, 'duckdb' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "False", "False"]
