"""Why are these two one person, or two: in words and bits, also where they were never compared, and without values."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from joinedup import tables
from joinedup.audit import open_store, transaction
from joinedup.linkage import NOT_COMPARED
from joinedup.linkage.judgements import Judgement, all_judgements, record
from joinedup.runs import explain
from joinedup.runs.folder import finished

Pair = tuple[str, str]


@pytest.fixture(scope="module")
def project(ran_village: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explained") / "village"
    shutil.copytree(ran_village, folder)
    return folder


def path(project: Path, name: str) -> Path:
    return finished(project / "runs")[-1] / "tables" / f"{name}.parquet"


def table(project: Path, name: str) -> list[dict[str, Any]]:
    return pq.read_table(path(project, name)).to_pylist()


def log(project: Path) -> list[tuple[str, str, str, str]]:
    store = sqlite3.connect(project / "joinedup.sqlite")
    try:
        return store.execute("SELECT act, why, subjects, detail FROM audit_log ORDER BY sequence").fetchall()
    finally:
        store.close()


def people(project: Path) -> dict[str, str]:
    return {row["record_id"]: row["person_id"] for row in table(project, "clusters")}


def scored(project: Path) -> dict[Pair, dict[str, Any]]:
    return {(row["record_id_l"], row["record_id_r"]): row for row in table(project, "pairs")}


def of_one_person(project: Path) -> Iterable[Pair]:
    members = defaultdict(list)
    for one, person in sorted(people(project).items()):
        members[person].append(one)
    return (ends for records in members.values() for ends in combinations(records, 2))


def told(joinedup: Any, project: Path, *arguments: object) -> dict[str, Any]:
    done = joinedup("explain", project, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_explain_gives_the_weight_and_reasons_of_the_run(project: Path, joinedup: Any) -> None:
    ends, pair = next(p for p in scored(project).items() if p[1]["match_weight"] is not None)
    found = told(joinedup, project, *reversed(ends), "--why", "operation 7")
    where = people(project)
    assert found["match_weight"] == pair["match_weight"]
    assert found["same_person"] == (where[ends[0]] == where[ends[1]])
    expected = {(e["comparison"], e["weight"]) for e in pair["evidence"] if e["weight"]}
    assert {(r["comparison"], r["bits"]) for r in found["reasons"]} == expected
    act, why, subjects, detail = log(project)[-1]
    assert (act, why, subjects.count("digest")) == ("consultation", "operation 7", 2)
    assert ends[0] not in subjects
    assert json.loads(detail) == {"command": "explain", "values": "none"}


def test_the_lines_that_are_printed_add_up_to_the_last(project: Path, joinedup: Any) -> None:
    pairs = [ends for ends, row in scored(project).items() if row["match_weight"] is not None]
    for ends in pairs[:: len(pairs) // 4][:4]:
        lines = joinedup("explain", project, *ends).stdout.splitlines()
        numbers = [float(line.split()[0]) for line in lines if line.startswith("  ")]
        assert round(sum(numbers[:-1]), 6) == numbers[-1]


def test_a_pair_that_was_never_compared_is_weighed_and_explained(project: Path, joinedup: Any) -> None:
    where, met = people(project), scored(project)
    records = sorted(where)
    other = next(r for r in records[1:] if (records[0], r) not in met and where[records[0]] != where[r])
    found = told(joinedup, project, records[0], other)
    account = found["account"]
    assert found["match_weight"] < 0
    assert account["sentence"].endswith(f"{found['match_weight']:.1f} in all.")
    added = account["prior"] + account["total_for"] + account["total_against"]
    assert added == pytest.approx(found["match_weight"], abs=0.0001)


def test_records_that_others_join_are_told_by_whom(project: Path, joinedup: Any) -> None:
    met = scored(project)
    ends = next(ends for ends in of_one_person(project) if ends not in met)
    found = told(joinedup, project, *ends)
    chain = found["grounds"]["chain"]
    assert found["grounds"]["kind"] == "others"
    assert (chain[0], chain[-1]) == ends
    assert len(chain) > 2
    for step in zip(chain, chain[1:], strict=False):
        weight = met[min(step), max(step)]["match_weight"]
        assert weight is None or weight >= found["threshold"]
    assert " > ".join(chain) in joinedup("explain", project, *ends).stdout
    assert log(project)[-1][2].count("digest") == len(chain)  # all who are named are in the log


def test_records_that_are_apart_though_their_weight_would_join_them_are_told_why(project: Path, joinedup: Any) -> None:
    where, threshold = people(project), told(joinedup, project, *next(iter(scored(project))))["threshold"]
    ends = next(
        ends for ends, row in scored(project).items()
        if row["match_weight"] is not None and row["match_weight"] >= threshold and where[ends[0]] != where[ends[1]]
    )  # fmt: skip
    found = told(joinedup, project, *ends)
    assert (found["same_person"], found["grounds"]["kind"]) == (False, "mean")
    assert "over all pairs between them the average is" in joinedup("explain", project, *ends).stdout


def test_a_pair_joined_by_a_key_is_told_so_and_weighed_all_the_same(project: Path, joinedup: Any) -> None:
    ends = next(ends for ends, row in scored(project).items() if row["match_weight"] is None)
    found = told(joinedup, project, *ends)
    assert (found["by_key"], found["grounds"]["kind"]) == (True, "key")
    assert found["account"]["match_weight"] == found["match_weight"]


def test_what_somebody_judged_comes_before_what_the_weight_says(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "village"
    shutil.copytree(project, folder)
    where = people(folder)
    pairs = [(ends, where[ends[0]] == where[ends[1]]) for ends, row in scored(folder).items() if row["match_weight"]]
    apart, same = (next(ends for ends, joined in pairs if joined == wanted) for wanted in (False, True))
    with closing(open_store(folder)) as store, transaction(store):
        for ends, verdict in ((apart, "different"), (same, "same")):
            record(store, Judgement(*ends, verdict, by="a", why="as the file says"))
        pq.write_table(all_judgements(store), path(folder, "judgements"))
    found = {ends: explain(folder, *ends, why="test").grounds for ends in (apart, same)}
    assert [one.kind for one in found.values()] == ["judgement", "judgement"]
    assert "two people" in found[apart].says
    assert "one person" in found[same].says


def values_of(project: Path, ends: Pair) -> set[str]:
    """Every text of the two records that somebody could know them by."""
    rows = [row for row in table(project, "person_records") if row["record_id"] in ends]
    plain = {"record_id", "system", "force", "source_file", "dob_precision", "local_id"}
    cells = [cell for row in rows for name, cell in row.items() if name not in plain and cell is not None]
    flat = [str(one) for cell in cells for one in (cell if isinstance(cell, list) else [cell])]
    return {text for text in flat if len(text) > 3}


def rich_pair(project: Path) -> Pair:
    """A pair of which most is compared."""
    pairs = [row for row in scored(project).items() if row[1]["match_weight"] is not None]
    return max(pairs, key=lambda row: (sum(e["level"] != NOT_COMPARED for e in row[1]["evidence"]), row[0]))[0]


def test_no_value_is_in_words_json_or_picture(project: Path, joinedup: Any, tmp_path: Path) -> None:
    ends, picture = rich_pair(project), tmp_path / "why.svg"
    words = joinedup("explain", project, *ends, "--picture", picture)
    assert words.returncode == 0, words.stderr
    said = words.stdout + joinedup("explain", project, *ends, "--json").stdout
    drawn = " ".join(ET.parse(picture).getroot().itertext())
    known = values_of(project, ends)
    assert len(known) > 5
    assert [value for value in known if value in said or value in drawn] == []
    assert [record for record in ends if record in drawn] == []
    assert "in all" in drawn.lower()


def test_values_are_shown_side_by_side_on_request_and_the_log_says_so(project: Path, joinedup: Any) -> None:
    ends = rich_pair(project)
    done = joinedup("explain", project, *ends, "--values")
    rows = {row["record_id"]: row for row in table(project, "person_records")}
    line = next(line for line in done.stdout.splitlines() if line.split()[:1] == ["surname"])
    assert line.split(maxsplit=1)[1].replace(" ", "") == "".join(rows[end]["surname"] for end in ends).replace(" ", "")
    assert json.loads(log(project)[-1][3]) == {"command": "explain", "values": "unrestricted"}
    shown = {one["column"] for one in told(joinedup, project, *ends, "--values")["shown"]["columns"]}
    assert {"surname", "dob", "id_pnc"} <= shown
    assert [name for name in shown if tables.PERSON_RECORDS.column(name).protected] == []


def test_a_restricted_record_is_named_and_not_shown(project: Path, joinedup: Any, tmp_path: Path) -> None:
    folder = tmp_path / "village"
    shutil.copytree(project, folder)
    one, other = rich_pair(folder)
    rows = table(folder, "person_records")
    surnames = {row["record_id"]: row["surname"] for row in rows}
    for row in rows:
        if row["record_id"] == one:
            row |= {"restriction": "Zzwitness", "surname": "ZZSECRETZ"}
    pq.write_table(pa.Table.from_pylist(rows, schema=tables.PERSON_RECORDS.schema), path(folder, "person_records"))
    done = joinedup("explain", folder, one, other, "--values")
    assert f"{one} is restricted by its sender: its values are not shown." in done.stdout
    assert "ZZSECRETZ" not in done.stdout
    assert "Zzwitness" not in done.stdout
    assert surnames[other] in done.stdout
    every = explain(folder, one, other, why="test", values="all").shown
    assert every is not None
    assert (every.restricted, every.columns[1].one) == ((), "ZZSECRETZ")


def test_a_run_that_compared_nothing_has_no_weight_and_no_picture(project: Path, joinedup: Any, tmp_path: Path) -> None:
    folder = tmp_path / "village"
    shutil.copytree(project, folder)
    (finished(folder / "runs")[-1] / "model.json").write_text("{}\n")
    where = people(folder)
    ends = next((a, b) for a, b in combinations(sorted(where), 2) if where[a] != where[b])
    said = "These two records are not joined.\nThe run found nothing to compare, so nothing joins them.\n"
    assert joinedup("explain", folder, *ends).stdout == said
    drawn = joinedup("explain", folder, *ends, "--picture", tmp_path / "why.svg")
    assert (drawn.returncode, "no weight to draw" in drawn.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("a:Zzsecretz", "b:2"), "holds no such record"),
        (("a:1", "a:1"), "Name two different records"),
        (("a:1",), "Name two different records"),
    ],
)
def test_records_that_cannot_be_explained_end_with_2_and_are_not_repeated(
    project: Path, joinedup: Any, arguments: tuple[str, ...], says: str
) -> None:
    done = joinedup("explain", project, *arguments)
    assert (done.returncode, says in done.stderr, "Zzsecretz" in done.stderr) == (2, True, False)


def test_a_picture_of_another_kind_is_refused(project: Path, joinedup: Any, tmp_path: Path) -> None:
    done = joinedup("explain", project, *rich_pair(project), "--picture", tmp_path / "why.png")
    assert (done.returncode, "written as .svg" in done.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []
