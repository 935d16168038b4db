"""A run released: what leaves, in which forms, who approved it, and what nobody can work out from it."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook
from scipy.optimize import linprog

from joinedup.audit import open_store, verify
from joinedup.errors import StatisticsError
from joinedup.runs.releasing import _earlier, approve, release

HIDDEN = "[c]"


@pytest.fixture(scope="module")
def project(ran_village: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released") / "village"
    shutil.copytree(ran_village, folder)
    (folder / "claims.toml").write_text(
        '[[claim]]\nname = "most are White"\ngroup = "White"\nthan = 0.5\n'
        '[[claim]]\nname = "most in one force"\ngroup = "White"\nthan = 0.5\narea = "X01"\n'
    )
    return folder


@pytest.fixture(scope="module")
def pack(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("packs") / "pack"
    release(project, out, by="maker")
    return out / "public"


def tables_of(pack: Path) -> dict[str, list[dict[str, str]]]:
    paths = sorted((pack / "tables").glob("*.csv"))
    return {path.stem: list(csv.DictReader(path.read_text().splitlines())) for path in paths}


def test_every_table_is_there_as_a_page_as_csv_and_in_both_workbooks_with_the_same_numbers(pack: Path) -> None:
    tables = tables_of(pack)
    assert {"self-defined-ethnicity-by-force", "suspects-by-ethnicity", "victims-by-age"} <= tables.keys()
    book = load_workbook(pack / "tables.xlsx")
    assert book.sheetnames == ["Cover", "Contents", *(f"Table_{n}" for n in range(1, len(tables) + 1))]
    titles = {re.sub(r"^Table \d+: ", "", book[name]["A1"].value): name for name in book.sheetnames[2:]}
    ods = ods_tables(pack / "tables.ods")
    for slug, rows in tables.items():
        page = (pack / "tables" / f"{slug}.html").read_text()
        title = re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)
        assert title is not None
        name = titles[title[1]]
        counts = [HIDDEN if cell == HIDDEN else int(cell) for cell in list(rows[-1].values())[1:2]]
        assert [cell.value for cell in list(book[name].rows)[-1]][1:2] == counts
        assert ods[name][-1][1:2] == counts
        assert f"tables/{slug}.html" in page  # how to cite it


def ods_tables(path: Path) -> dict[str, list[list[Any]]]:
    from odf.opendocument import load
    from odf.table import Table, TableCell, TableRow

    def value(cell: Any) -> Any:
        told = cell.getAttribute("value")
        return str(cell) if told is None else int(told) if cell.getAttribute("valuetype") == "float" else float(told)

    return {
        table.getAttribute("name"): [
            [value(cell) for cell in row.getElementsByType(TableCell)] for row in table.getElementsByType(TableRow)
        ]
        for table in load(str(path)).spreadsheet.getElementsByType(Table)
    }


def test_the_metadata_of_every_csv_is_valid(pack: Path) -> None:
    from csvw import CSVW

    for path in (pack / "tables").glob("*.csv-metadata.json"):
        assert CSVW(str(path)).is_valid, path.name


@pytest.mark.soffice
def test_libreoffice_opens_the_ods(pack: Path, tmp_path: Path) -> None:
    import subprocess

    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/user", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, str(pack / "tables.ods"), "--outdir", str(tmp_path)], check=True, timeout=120)
    assert load_workbook(tmp_path / "tables.xlsx").sheetnames == load_workbook(pack / "tables.xlsx").sheetnames


def test_no_count_below_ten_is_shown_anywhere(pack: Path) -> None:
    for slug, rows in tables_of(pack).items():
        for row in rows:
            for name, cell in list(row.items())[1:]:
                if name not in ("lower", "upper") and cell != HIDDEN:
                    assert int(cell) == 0 or int(cell) >= 10, (slug, name)


PARTS = {"all": ("recorded", "missing"), "missing": ("one_answer_elsewhere", "records_disagree", "nobody_holds_it")}


def sums(tables: dict[str, list[dict[str, str]]]) -> Iterator[tuple[tuple[str, str, str], list[tuple[str, str, str]]]]:
    """Every sum that a reader can see in the tables of records: a cell, and those that come to it."""
    for slug, rows in tables.items():
        if not re.search(r"-by-(force|year|stage)$", slug) or slug.startswith(("suspects", "victims")):
            continue
        by = slug.rsplit("-", 1)[-1]
        for row in rows:
            for whole, parts in PARTS.items():
                if set(parts) <= row.keys():
                    yield (slug, row[by], whole), [(slug, row[by], part) for part in parts]
        for name in list(rows[0])[1:]:
            yield (slug, "all", name), [(slug, row[by], name) for row in rows if row[by] != "all"]


def known_between(tables: dict[str, list[dict[str, str]]]) -> dict[tuple[str, str, str], tuple[float, float]]:
    """The least and most that each hidden number of records can be, for somebody who adds and subtracts everything."""
    shown = {
        (slug, row[list(row)[0]], name): cell
        for slug, rows in tables.items()
        for row in rows
        for name, cell in list(row.items())[1:]
    }

    def one(cell: tuple[str, str, str]) -> tuple[str, str, str]:  # totals are the same number in every table
        slug, part, name = cell
        field, by = slug.rsplit("-by-", 1)
        if part == "all":
            return (field if name != "all" else "records", "all", name)
        return (by, part, name) if name == "all" else (slug, part, name)

    values: dict[tuple[str, str, str], float] = {}
    for cell, told in shown.items():
        if told != HIDDEN and "-by-" in cell[0] and not cell[0].startswith(("suspects", "victims")):
            values[one(cell)] = float(told)
    equations = [(one(whole), [one(part) for part in parts]) for whole, parts in sums(tables)]
    unknown = sorted({cell for whole, parts in equations for cell in (whole, *parts)} - values.keys())
    at = {cell: place for place, cell in enumerate(unknown)}
    matrix, right = np.zeros((len(equations), len(unknown))), np.zeros(len(equations))
    for n, (whole, parts) in enumerate(equations):
        for cell, sign in [(whole, 1.0), *((part, -1.0) for part in parts)]:
            if cell in at:
                matrix[n, at[cell]] += sign
            else:
                right[n] -= sign * values[cell]
    found = {}
    for cell, place in at.items():
        costs = np.zeros(len(unknown))
        costs[place] = 1.0
        low, high = (linprog(s * costs, A_eq=matrix, b_eq=right, bounds=(0, None)) for s in (1, -1))
        assert low.status == 0, low.message
        found[cell] = (low.fun, -high.fun if high.status == 0 else float("inf"))
    return found


def test_nothing_hidden_can_be_worked_out_by_adding_and_subtracting_all_that_is_shown(pack: Path) -> None:
    found = known_between(tables_of(pack))
    assert found  # something is hidden
    for cell, (low, high) in found.items():
        assert high - low >= 1, cell  # no number follows
        assert not (low > 0.5 and high < 9.5), cell  # nor that there are some and few


def test_the_pages_tell_both_halves_and_what_cannot_be_concluded(pack: Path) -> None:
    said = " ".join(re.sub(r"<[^>]+>", " ", (pack / "index.html").read_text()).split())
    assert re.search(r"Self-defined ethnicity is not recorded for \d+ of \d+ suspect records \(\d+\.\d%\)", said)
    for words in ("Draft: not approved", "What cannot be concluded", "is not to be relied on", "Claims that were made"):
        assert words in said
    claim = (pack / "claims" / "claims" / "most-are-white.html").read_text()
    assert "the data cannot say" in claim and "Entered" in claim
    assert [page.name for page in (pack / "claims" / "claims").iterdir()] == ["most-are-white.html"]  # none of a part


def test_the_same_run_gives_the_same_bytes(project: Path, pack: Path, tmp_path: Path) -> None:
    release(project, tmp_path / "again", by="maker")
    again = tmp_path / "again" / "public"
    for path in pack.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (again / path.relative_to(pack)).read_bytes(), path.name
    with zipfile.ZipFile(io.BytesIO((pack / "tables.ods").read_bytes())) as parts:
        assert parts.infolist()[0].filename == "mimetype"  # first and unpacked, as the standard asks
        assert parts.infolist()[0].compress_type == zipfile.ZIP_STORED


def test_two_who_did_not_make_it_approve_it_before_it_is_published(project: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft"
    made = release(project, draft, by="maker")
    assert not made.final and made.approved_by == ()
    with pytest.raises(StatisticsError, match="approved by 0 of 2"):
        release(project, tmp_path / "early", final=True, by="maker")
    assert not (tmp_path / "early").exists()
    with pytest.raises(StatisticsError, match="did not make it"):
        approve(project, draft, why="looked", by="maker")
    manifest = draft / "private" / "manifest.json"
    told = manifest.read_text()
    assert "maker" not in told  # who made it is asked of the database, and not of the pack
    manifest.write_text(told.replace(made.digest, "0" * 64))
    with pytest.raises(StatisticsError, match="not made from this project"):
        approve(project, draft, why="looked", by="first")
    manifest.write_text(told)
    assert approve(project, draft, why="every table read", by="first") == ("first",)
    with pytest.raises(StatisticsError, match="each once"):
        approve(project, draft, why="again", by="first")
    assert approve(project, draft, why="every page read", by="second") == ("first", "second")
    done = release(project, tmp_path / "final", final=True, by="maker")
    assert done.final and done.digest == made.digest
    assert "Draft" not in (tmp_path / "final" / "public" / "index.html").read_text()
    store = open_store(project)
    assert verify(store).whole
    entry = store.execute("SELECT act, recipients FROM audit_log ORDER BY sequence DESC").fetchone()
    assert entry == ("disclosure", '["the public"]')
    (out,) = _earlier(store)
    store.close()
    private = json.loads((tmp_path / "final" / "private" / "audit.json").read_text())
    assert private["safe"] and len(private["small"]) + len(private["with_them"]) == sum(out.hidden)
    release(project, tmp_path / "later", by="maker")  # beside what is out now


@pytest.mark.chromium
@pytest.mark.parametrize("width", [1280, 320])
def test_no_page_breaks_a_rule_of_access_or_is_wider_than_the_screen(
    browser: Any, keeps_the_rules: Callable[[Any], None], pack: Path, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    for name in ("index", "methods", "tables/suspects-by-ethnicity", "tables/nationality-by-force"):
        page.goto((pack / f"{name}.html").as_uri())
        keeps_the_rules(page)
    page.close()
