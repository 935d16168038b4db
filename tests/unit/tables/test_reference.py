"""The manual's reference pages are made from the code, so they cannot leave anything out."""

import runpy
from pathlib import Path

import pytest

from joinedup import codes, tables
from joinedup.cli import app
from joinedup.gate import facts, rulebook

ROOT = Path(__file__).resolve().parents[3]
MADE = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))


@pytest.fixture(scope="module")
def page():
    return MADE["tables_page"]()


@pytest.mark.parametrize("table", tables.ALL.values(), ids=lambda table: table.name)
def test_the_page_of_tables_has_a_line_for_every_column_of_every_table(page, table):
    section = page.partition(f"\n## `{table.name}`\n")[2].partition("\n## ")[0]
    assert table.a_row_is in section
    lines = [line.split(" | ")[0].removeprefix("| ") for line in section.splitlines() if line.startswith("| `")]
    assert lines == [f"`{name}`" for name in table.names]
    for column in table.columns:
        assert column.meaning.replace("|", "\\|") in section
        assert column.constraint in section
        assert column.source in section


def test_the_page_of_tables_marks_what_is_protected_and_why(page):
    row = next(line for line in page.splitlines() if line.startswith("| `birth_place` "))
    assert "place of origin" in row


def test_the_page_of_codes_shows_every_list_with_its_source_and_every_code():
    shown = MADE["codes_page"]()
    for name in codes.names():
        code_list = codes.code_list(name)
        section = shown.partition(f"\n## `{name}`\n")[2].partition("\n## ")[0]
        assert code_list.source in section
        assert section.count("\n| `") == len(code_list.codes)


def test_the_page_of_commands_shows_the_help_of_every_command():
    shown = MADE["commands_page"]()
    sections = [line.strip("# `") for line in shown.splitlines() if line.startswith("## ")]
    assert {f"joinedup {command.name}" for command in app.registered_commands} < set(sections)
    assert "joinedup audit verify" in sections
    assert shown.count("Show this message and exit.") == len(sections)


@pytest.fixture(scope="module")
def rules():
    return MADE["rules_page"]()


@pytest.mark.parametrize("rule", rulebook().rules.values(), ids=lambda rule: rule.name)
def test_the_page_of_rules_says_all_of_every_rule(rules, rule):
    section = rules.partition(f"\n### `{rule.name}`\n")[2].partition("\n##")[0]
    for said in (rule.message, rule.remedy, rule.protects, rule.source, f"New: {rule.new}. Historic: {rule.historic}."):
        assert said in section
    for condition in rule.when:
        assert f"`{condition}`" in section
    for name, example in (("fails", rule.fails), ("passes", rule.passes)):
        assert bool(example) == (f"\n| {name} | " in section)
    if rule.defect is not None:
        assert f"[{rule.defect}](#known-defects)" in section


def test_the_page_of_rules_shows_every_fact_and_every_form_of_condition(rules):
    for table, known in facts.FACTS.items():
        section = rules.partition(f"\n### Facts of `{table}`\n")[2].partition("\n##")[0]
        for name, fact in known.items():
            assert f"| `{name}` | " in section
            assert fact.meaning in section
    assert "COLUMN more than N days before DAY" in rules.partition("\n## Forms of conditions\n")[2]
