"""Crafted files through the real command line, many in one process: what it answered, and what it left behind."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import openpyxl
import pytest

COMMAND = Path(sys.executable).parent / "joinedup"
SECRET = "Zzsecretz"
PROCESSES = 2
LONGEST_ON_SHEET, MOST_ON_SHEET = 32_767, 10_000

WORKER = """
import contextlib, io, json, sys, time
from joinedup.cli import main
for line in sys.stdin:
    name, arguments = json.loads(line)
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    sys.argv, code, begun = ["joinedup", *arguments], None, time.process_time()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code
    said = [stream.seek(0) or stream.read() for stream in (out, err)]
    print(json.dumps([name, code, time.process_time() - begun, *said]), flush=True)
"""


class Said:
    """What a command answered. code: exit code; seconds: of processor time, so that others at work do not count."""

    def __init__(self, code: int, seconds: float, out: str, err: str) -> None:
        self.code, self.seconds, self.out, self.err = code, seconds, out, err

    @property
    def quiet(self) -> bool:
        """One of the agreed ends, no traceback, no warning, and no value of a person."""
        text = self.out + self.err
        return self.code in {0, 1, 2} and not self.err and "Traceback" not in text and SECRET not in text

    @property
    def told(self) -> dict[str, Any]:
        return json.loads(self.out)


@pytest.fixture(scope="session", name="ask")
def _ask() -> Callable[[Mapping[str, Sequence[str]]], dict[str, Said]]:
    return ask


def ask(asked: Mapping[str, Sequence[str]]) -> dict[str, Said]:
    """Run the commands in two processes that each answer many."""
    lines = [json.dumps(one) for one in asked.items()]
    with ThreadPoolExecutor(PROCESSES) as pool:
        answered = pool.map(_answers, (lines[place::PROCESSES] for place in range(PROCESSES)))
        return {name: Said(*said) for answers in answered for name, *said in answers}


def _answers(lines: Sequence[str]) -> list[Any]:
    """Whatever else is written, such as a warning of a library, breaks the list and fails the test."""
    done = subprocess.run(
        [sys.executable, "-c", WORKER], input="\n".join(lines), capture_output=True, text=True, check=False, timeout=600
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def put(folder: Path, case: Mapping[str, Any]) -> list[Path]:
    """Write a case's files. A file that the operating system does not let a test write is still asked for."""
    folder.mkdir(parents=True)
    if case.get("source_map"):
        (folder / "source.toml").write_text(case["source_map"], encoding="utf-8")
    for name, made in case["files"].items():
        content = made() if callable(made) else made
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return [folder / name for name in case["files"]]


@pytest.fixture(scope="module")
def checked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], None]:
    """Check the files of the module's CASES, those that are selected; give what assures itself of one answer."""
    items = [item for item in request.session.items if getattr(item, "module", None) is request.module]
    names = dict.fromkeys(item.callspec.params["name"] for item in items if hasattr(item, "callspec"))
    cases, root = request.module.CASES, tmp_path_factory.mktemp("crafted")
    folders = {name: root / str(place) / "alpha" for place, name in enumerate(names)}
    paths = {name: put(folder, cases[name]) for name, folder in folders.items()}
    before = {path: path.read_bytes() for some in paths.values() for path in some}
    asked = {name: ["check", *map(str, some), "--json"] for name, some in paths.items()}
    said = ask(asked)

    def assured(name: str) -> None:
        assert said[name].seconds < 10
        assert said[name].quiet
        assert {path: path.read_bytes() for path in paths[name]} == {path: before[path] for path in paths[name]}
        confirm(cases[name], said[name], folders[name], paths[name])

    return assured


@pytest.fixture(scope="module")
def prompted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], None]:
    """Ask the command itself, in a process of its own, of the module's PROMPTED; give what assures itself of one."""
    cases, root = request.module.CASES, tmp_path_factory.mktemp("prompted")
    folders = {name: root / str(place) / "alpha" for place, name in enumerate(request.module.PROMPTED)}
    with ThreadPoolExecutor(PROCESSES) as pool:
        done = dict(zip(folders, pool.map(lambda name: _prompt(put(folders[name], cases[name])), folders), strict=True))

    def assured(name: str) -> None:
        answer, said = cases[name]["answer"], done[name]
        text = said.stdout + said.stderr
        assert SECRET not in text
        assert "Traceback" not in text
        if isinstance(answer, str):
            assert (said.returncode, said.stdout, said.stderr.count("\n")) == (2, "", 1)
            return
        assert said.returncode == (0 if answer[1] == 0 else 1)
        counts = re.findall(r": ([\d,]+) rows? sent, ", text)
        assert sum(int(count.replace(",", "")) for count in counts) == answer[0]

    return assured


def _prompt(paths: Sequence[Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, "check", *paths], capture_output=True, text=True, check=False, timeout=60)


def confirm(case: Mapping[str, Any], said: Said, folder: Path, paths: Sequence[Path]) -> None:
    """The answer is the one expected, and what stands in the folder now is what it says."""
    left = {path.name for path in folder.iterdir()} - {path.name for path in paths} - {"source.toml"}
    if isinstance(case["answer"], str):
        assert said.code == 2
        error = said.told["error"]
        assert case["answer"] in f"row {error['row']}: {error['message']}"
        assert left == set()
        return
    told = said.told
    sent, returned = case["answer"]
    assert (told["sent"], told["returned"]) == (sent, told["returned"] if returned is None else returned), told
    assert told["sent"] == told["accepted"] + told["returned"]
    assert told["sent"] == sum(one["sent"] for one in told["files"])
    assert said.code == (1 if told["returned"] else 0)
    assert SECRET not in Path(told["receipt"]).read_text(encoding="utf-8")
    written = [path for one in told["files"] for path in (one["returns_file"], one["workbook"]) if path]
    assert left == {Path(path).name for path in (*written, told["receipt"])}
    rows = [row for one in told["files"] for row in returned_rows(one)]
    confirm_kept(case, told, rows)


def confirm_kept(case: Mapping[str, Any], told: Mapping[str, Any], rows: Sequence[Sequence[str]]) -> None:
    """Nothing is lost: where every row has a reason, every planted value is in the returned rows; and so are cells."""
    planted = case.get("markers", _planted(case))
    if told["returned"] + told["marked"] == told["sent"] and planted is not None:
        assert sum(cell.count(SECRET) for row in rows for cell in row) == planted
    if case.get("cells"):
        want = [[cell.replace("\0", "") for cell in cells] for cells in case["cells"]]
        have = [
            [cell[1:] if cell == f"'{sent}" else cell for cell, sent in zip(row[6:], cells, strict=True)]
            for row, cells in zip(rows, want, strict=True)
        ]
        assert have == want


def _planted(case: Mapping[str, Any]) -> int | None:
    """How often the planted value stands below the header of a case's only file, if that is text."""
    [(name, made), *others] = case["files"].items()
    if others or not isinstance(made, str):
        return None
    head = "" if name.endswith(".jsonl") else re.split("[\r\n]", made)[0]
    return made.count(SECRET) - head.count(SECRET)


def returned_rows(one: Mapping[str, Any]) -> list[list[str]]:
    """The rows of a file's returns, read as CSV and as a workbook: as many as were told, and none live."""
    if one["returns_file"] is None:
        assert one["returned"] + one["marked"] == 0
        return []
    header, *rows = csv_rows(Path(one["returns_file"]))
    assert len(rows) == one["returned"] + one["marked"]
    assert all(len(row) >= len(header) for row in rows)
    assert sum(row[1] == "returned" for row in rows) == one["returned"]
    assert [cell for row in (header, *rows) for cell in row if is_live(cell)] == []
    fit = sum(max(map(len, row)) <= LONGEST_ON_SHEET for row in rows)
    assert len(list(sheet_rows(Path(one["workbook"])))) == min(fit, MOST_ON_SHEET)
    return rows


def csv_rows(path: Path) -> list[list[str]]:
    limit = csv.field_size_limit(1 << 30)  # it is one for the whole process, and the product's own tests need it
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file, strict=True))
    finally:
        csv.field_size_limit(limit)


def sheet_rows(path: Path) -> Iterator[list[str]]:
    """The rows of a returned workbook below its header. Every cell of every sheet is text that does not run."""
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=path.stat().st_size > 300_000)
    for sheet in book.worksheets:
        for number, row in enumerate(sheet.iter_rows()):
            filled = [cell for cell in row if cell.value is not None]
            assert {cell.data_type for cell in filled} <= {"s"}
            assert [cell.value for cell in filled if is_live(cell.value)] == []
            if sheet.title == "Rows" and number and filled:
                yield [cell.value or "" for cell in row]
    book.close()


SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
PLAIN = re.compile(r"[+\-\u2212] ?[\d .,()]*%?|[+\-\u2212 ]+")


def is_live(cell: str) -> bool:
    """Whether some spreadsheet program might run the cell: judged without the product's own rule."""
    seen = cell.lstrip("".join({c for c in cell if unicodedata.category(c) in {"Cc", "Cf", "Zs", "Zl", "Zp"}}))
    return cell[:1] in {"\t", "\r", "\n"} or (seen[:1] in SIGNS and bool(seen) and not PLAIN.fullmatch(seen))
