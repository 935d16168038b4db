"""The files of an index: what is missing or damaged is said, and readers go on while another takes its place."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from joinedup.engine import DuckDBEngine, remove_folder
from joinedup.errors import LinkageError
from joinedup.linkage import Described, link, model_files
from joinedup.linkage.again import again
from joinedup.linkage.index import build_index, files
from joinedup.linkage.lookup import Index, Shelf
from tests.unit.linkage.invented_people import people, table

ROWS = people(60)
ASKED = Described(surname=ROWS[0]["surname"], forenames=ROWS[0]["forenames"], dob=ROWS[0]["dob"])


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine()
    yield made
    made.close()


@pytest.fixture(scope="module")
def used(engine: DuckDBEngine) -> dict[str, object]:
    return dict(json.loads(model_files.written(link(engine, engine.frame(table(ROWS))).model)))


def build(engine: DuckDBEngine, used: dict[str, object], folder: Path, name: str) -> None:
    """An index whose people bear a name."""
    ids = [row["record_id"] for row in ROWS]
    clusters = pa.table({"record_id": ids, "person_id": [f"{name}{row['truth']}" for row in ROWS]})
    build_index(engine, again(engine, engine.frame(table(ROWS)), used), clusters, used, folder)


def test_where_no_index_is_it_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Shelf().at(tmp_path / "index")


def test_a_file_that_was_cut_short_is_said_to_be_damaged(
    engine: DuckDBEngine, used: dict[str, object], tmp_path: Path
) -> None:
    build(engine, used, tmp_path / "index", "A")
    whole = (tmp_path / "index" / "records.npy").read_bytes()
    (tmp_path / "index" / "records.npy").write_bytes(whole[:-4])
    with pytest.raises(LinkageError, match="damaged") as told:
        Index(tmp_path / "index")
    assert "joinedup run" in str(told.value.remedy)


@pytest.mark.parametrize(("head", "says"), [('{"version": 0}', "another version"), ("{", "damaged")])
def test_an_index_of_another_version_or_with_a_broken_head_is_refused(
    engine: DuckDBEngine, used: dict[str, object], tmp_path: Path, head: str, says: str
) -> None:
    build(engine, used, tmp_path / "index", "A")
    (tmp_path / "index" / files.HEAD).write_text(head)
    with pytest.raises(LinkageError, match=says):
        Index(tmp_path / "index")


def test_an_open_index_answers_on_when_its_folder_is_removed(
    engine: DuckDBEngine, used: dict[str, object], tmp_path: Path
) -> None:
    build(engine, used, tmp_path / "index", "A")
    index = Index(tmp_path / "index")
    before = index.look(ASKED)
    remove_folder(tmp_path / "index")
    assert before.people
    assert index.look(ASKED) == before


def test_a_shelf_opens_an_index_once_and_again_when_another_took_its_place(
    engine: DuckDBEngine, used: dict[str, object], tmp_path: Path
) -> None:
    shelf, folder = Shelf(), tmp_path / "index"
    build(engine, used, folder, "A")
    first = shelf.at(folder)
    assert shelf.at(folder) is first
    build(engine, used, folder, "B")
    assert shelf.at(folder).look(ASKED).people[0].person_id.startswith("B")
    remove_folder(folder)
    with pytest.raises(FileNotFoundError):
        shelf.at(folder)


def test_many_readers_look_while_a_new_index_replaces_the_old_again_and_again(
    engine: DuckDBEngine, used: dict[str, object], tmp_path: Path
) -> None:
    """Every answer is whole, of one index or the other; a reader that comes between the two is told to come again."""
    shelf, folder, until = Shelf(), tmp_path / "index", threading.Event()
    build(engine, used, folder, "A")
    whole = {letter: f"{letter}{ROWS[0]['truth']}" for letter in "AB"}
    seen, wrong, between = set[str](), list[object](), list[int]()

    def read() -> None:
        while not until.is_set():
            try:
                found = shelf.at(folder).look(ASKED).people
            except FileNotFoundError:
                between.append(1)
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what this test is to find
                wrong.append(error)
                return
            if found[0].person_id not in whole.values():
                wrong.append(found)
            seen.add(found[0].person_id)

    readers = [threading.Thread(target=read) for _ in range(6)]
    for one in readers:
        one.start()
    for turn in range(10):
        build(engine, used, folder, "BA"[turn % 2])
    until.set()
    for one in readers:
        one.join()
    assert not wrong
    assert seen == set(whole.values())
