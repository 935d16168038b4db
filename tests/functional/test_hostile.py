"""Bad input at the prompt: one clear answer, no traceback, no value, nothing half-written."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

COMMAND = Path(sys.executable).parent / "joinedup"
HEADER = b"local_id,forenames,surname,dob,self_defined_ethnicity,nationalities\n"
GOOD = b"1,Ann,Zzsecretz,1990-01-01,W1,GBR\n"


def joinedup(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)


def well_told(done: subprocess.CompletedProcess[str]) -> bool:
    """One short answer: no traceback and no value of a person."""
    said = done.stdout + done.stderr
    return "Traceback" not in said and "Zzsecretz" not in said and "fault in Joinedup" not in said


def workbook(path: Path, *rows: list[object]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def bomb(path: Path) -> None:
    workbook(path, ["local_id", "surname"], [1, "Zzsecretz"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/extra.xml", b"0" * 80_000_000)


FILES: dict[str, tuple[bytes | Callable[[Path], None], int]] = {
    "empty.csv": (b"", 2),
    "latin.csv": (HEADER + "1,Zoë,Zzsecretz,,,\n".encode("latin-1"), 2),
    "ragged.csv": (HEADER + GOOD + b"2,Zzsecretz\n", 1),
    "long.csv": (HEADER + GOOD + b"2," + b"x" * 131_072 + b",Zzsecretz,1990-01-01,W1,GBR\n", 1),
    "nul.csv": (HEADER + GOOD + b"2,An\0n,Zzsecretz,1990-01-01,W1,GBR\n", 1),
    "formula.csv": (HEADER + GOOD + b'2,"=HYPERLINK(1)",Zzsecretz,1990-01-01,W1,GBR\n', 1),
    "quote.csv": (HEADER + GOOD + b'2,"Ann,Zzsecretz,1990-01-01,W1,GBR\n3,x,y,,,\n', 1),
    "wide.csv": (b",".join(b"c%d" % i for i in range(1_000_000)) + b"\n1\n", 2),
    "twice.csv": (b"surname,surname\nZzsecretz,Zzsecretz\n", 2),
    "headless.csv": (b"Zzsecretz,1990-01-01\nZzsecretz,1991-01-01\n", 2),
    "bomb.xlsx": (bomb, 2),
    "bomb.csv.gz": (gzip.compress(HEADER + b"0,0,0,0,0,0\n" * 9_000_000), 2),
    "formula.xlsx": (lambda p: workbook(p, ["local_id", "surname"], [1, "=1+1"]), 1),
    "nonsense.xlsx": (b"Zzsecretz", 2),
    "nonsense.parquet": (b"Zzsecretz", 2),
    "lines.jsonl": (b'{"local_id": 1, "surname": "Zzsecretz"}\nZzsecretz\n', 1),
    "bidi.csv": (HEADER + "1,A\u202enn,Zzsecretz,1990-01-01,W1,GBR\n".encode(), 0),
    "good.csv": (HEADER + GOOD, 0),
}


@pytest.mark.parametrize("name", FILES)
def test_check_answers_every_file_with_one_exit_code_and_no_value(tmp_path: Path, name: str) -> None:
    content, expected = FILES[name]
    path = tmp_path / name
    path.write_bytes(content) if isinstance(content, bytes) else content(path)
    done = joinedup("check", path)
    assert done.returncode == expected, done.stdout + done.stderr
    assert well_told(done)
    left = {p.name for p in tmp_path.iterdir()} - {name}
    stem = name.split(".", maxsplit=1)[0]
    told = {f"{stem}.receipt.json", f"{stem}.returns.csv", f"{stem}.returns.xlsx"}  # rows with a mark are told as well
    assert left == (set() if expected == 2 else told)


@pytest.mark.parametrize("name", [n for n, (_, code) in FILES.items() if code == 2])
def test_a_project_with_an_unreadable_extract_stops_with_one_error_and_leaves_no_run(tmp_path: Path, name: str) -> None:
    system = tmp_path / "p" / "sources" / "alpha"
    system.mkdir(parents=True)
    (tmp_path / "p" / "joinedup.toml").write_text("[project]\n")
    content, _ = FILES[name]
    path = system / name
    path.write_bytes(content) if isinstance(content, bytes) else content(path)
    done = joinedup("run", tmp_path / "p", "--json")
    assert done.returncode == 2, done.stdout + done.stderr
    assert well_told(done)
    assert set(json.loads(done.stdout)["error"]) >= {"code", "file", "row", "column", "rule", "remedy"}
    assert [p.name for p in (tmp_path / "p" / "runs").iterdir() if not p.name.startswith(".")] == []


def test_sent_is_accepted_plus_returned(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_bytes(HEADER + GOOD + b"2,Zzsecretz\n3,Ann,Zzsecretz,31/02/1990,,\n\n" + GOOD)
    done = joinedup("check", path, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert (told["sent"], told["accepted"], told["returned"], told["marked"]) == (4, 1, 3, 1)
    assert told["files"][0]["sent"] == 4
    historic = json.loads(joinedup("check", path, "--historic", "--json").stdout)
    assert (historic["sent"], historic["accepted"], historic["returned"], historic["marked"]) == (4, 2, 2, 2)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "gone.csv"), "no such file"),
        (("run", "gone"), "not a Joinedup project"),
        (("run", "."), "not a Joinedup project"),
        (("link", "gone.csv", "-o", "out.csv"), "no such file"),
        (("audit", "verify", "gone"), "not a Joinedup project"),
        (("check", "."), "folder"),
        (("check",), "Missing argument"),
        (("link", "x.csv"), "Missing option"),
        (("nonsense",), "No such command"),
    ],
)
def test_a_slip_at_the_prompt_ends_with_2(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert says.lower() in (done.stdout + done.stderr).lower()
    assert well_told(done)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("[projekt]\n", "Did you mean `project`"),
        ("[gate]\nmode = 'strict'\n", '"new" or "historic"'),
        ("[gate.severity]\nethnicity-compulsary = 'marked'\n", "Did you mean `ethnicity-compulsory`"),
        ("[engine]\nthreads = 0\n", "1 or more"),
        ("[engine]\nmemory = 'lots'\n", "memory"),
        ("[link]\nthreshold = 'high'\n", "should be a number"),
        ("[codes]\nsex = 'no-such-list'\n", "no-such-list"),
        ("project = 1\n", "should be a section"),
        ("[project\n", "not TOML"),
        ("[[keyed_join]]\nsystems = ['a']\n", "names two systems"),
        ("[keyed_join]\nsystems = ['a', 'b']\n", "[[keyed_join]]"),
        ("[[keyed_join]]\nsystems = ['alpha', 'betta']\n", "sent nothing: `betta`"),
        ("[[engine]]\nthreads = 1\n", "`[engine]`"),
        ("[codes]\nself_defined_ethnicty = 'sde-pole'\n", "Did you mean `self_defined_ethnicity`"),
        ("[link]\nthreshold = nan\n", "0 or more"),
        ("[gate.severity]\nkey-duplicate = 'marked'\n", "cannot be switched"),
    ],
)
def test_a_slip_in_the_configuration_names_the_setting(tmp_path: Path, toml: str, says: str) -> None:
    system = tmp_path / "sources" / "alpha"
    system.mkdir(parents=True)
    (tmp_path / "joinedup.toml").write_text(toml)
    (system / "person_records.csv").write_bytes(HEADER.replace(b"dob", b"sex") + b"1,Ann,Zzsecretz,M,W1,GBR\n")
    done = joinedup("run", tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert says in done.stderr
    assert well_told(done)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("force = 5", "`force` should be a text"),
        ("reading = { encoding = 5 }", "`encoding` should be a text"),
        ("reading = { encoding = 'klingon' }", "no encoding called"),
        ("reading = { delimiter = 'ab' }", "one character"),
    ],
)
def test_a_slip_in_a_source_map_names_the_setting(tmp_path: Path, line: str, says: str) -> None:
    system = tmp_path / "sources" / "alpha"
    system.mkdir(parents=True)
    (tmp_path / "joinedup.toml").write_text("[project]\n")
    (system / "people.csv").write_bytes(HEADER + GOOD)
    table = '[[table]]\nname = "person_records"\nfiles = "FILES"\n[table.columns]\nlocal_id = "local_id"\n'
    (system / "source.toml").write_text(line + "\n" + table.replace("FILES", "people.csv"))
    done = joinedup("run", tmp_path)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr
    (system / "source.toml").write_text(table.replace("FILES", "/etc/*.csv"))
    done = joinedup("run", tmp_path)
    assert (done.returncode, "in its own folder" in done.stderr) == (2, True), done.stderr


def test_a_mistyped_command_answers_in_json_when_asked(tmp_path: Path) -> None:
    done = joinedup("run", "--nonsense", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "UsageError"


def test_a_result_is_not_written_over_its_input(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(HEADER + GOOD)
    done = joinedup("link", path, "-o", path)
    assert (done.returncode, path.read_bytes()) == (2, HEADER + GOOD)


def test_files_with_odd_names_have_returns_of_their_own(tmp_path: Path) -> None:
    names = ["arr#1.csv", "arrests.2024.csv", "arrests.2025.csv", "two words;$x.csv"]
    for name in names:
        (tmp_path / name).write_bytes(HEADER + b"2,Zzsecretz\n")
    done = joinedup("check", *[tmp_path / name for name in names], "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["sent"], told["returned"]) == (1, 4, 4)
    written = {Path(one["returns_file"]).name for one in told["files"]}
    assert written == {f"{name.removesuffix('.csv')}.returns.csv" for name in names}


def test_a_new_project_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / 'quo"ted \\ name'
    assert joinedup("new", folder).returncode == 0
    done = joinedup("run", folder)
    assert "[[table]]" in done.stderr  # the configuration was read; only the map is still empty


def test_the_demo_refuses_a_folder_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("x")
    done = joinedup("demo", tmp_path)
    assert (done.returncode, [p.name for p in tmp_path.iterdir()]) == (2, ["precious.txt"])


def test_new_refuses_a_project_and_what_it_makes_can_be_filled_in(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    assert joinedup("new", folder).returncode == 0
    before = (folder / "joinedup.toml").read_text()
    assert joinedup("new", folder).returncode == 2
    assert (folder / "joinedup.toml").read_text() == before
    done = joinedup("run", folder)
    assert done.returncode == 2
    assert "[[table]]" in done.stderr


@contextlib.contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """A small or read-only file system of the test's own; needs root on Linux."""
    folder.mkdir()
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("mounting a small disk needs root on Linux")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=False).returncode:
        pytest.skip("this machine does not let a test mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def project(folder: Path) -> None:
    system = folder / "sources" / "alpha"
    system.mkdir(parents=True)
    (folder / "joinedup.toml").write_text("[project]\n")
    people = b"".join(b"%d,Ann%d,Zzsecretz,19%d-01-01,W1,GBR\n" % (n, n, 50 + n % 40) for n in range(5_000))
    (system / "person_records.csv").write_bytes(HEADER + people)


def test_a_full_disk_stops_a_run_with_one_error_and_room_lets_it_finish(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as disk:
        project(disk)
        filler = disk / "filler"
        free = shutil.disk_usage(disk).free
        filler.write_bytes(b"0" * (free - 200_000))
        done = joinedup("run", disk)
        assert done.returncode == 2, done.stdout + done.stderr
        assert well_told(done)
        assert [p for p in (disk / "runs").iterdir() if not p.name.startswith(".")] == []
        filler.unlink()
        assert joinedup("run", disk).returncode == 0
        assert joinedup("audit", "verify", disk).returncode == 0


def test_a_read_only_folder_is_told_for_every_command(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as disk:
        project(disk)
        bad = disk / "bad.csv"
        bad.write_bytes(HEADER + b"2,Zzsecretz\n")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        for arguments in (
            ("run", disk), ("check", bad), ("new", disk / "p"), ("demo", disk / "d"),
            ("link", disk / "sources" / "alpha" / "person_records.csv", "-o", disk / "out.csv"),
        ):  # fmt: skip
            done = joinedup(*arguments)
            assert done.returncode == 2, (arguments, done.stdout + done.stderr)
            assert well_told(done), (arguments, done.stderr)
        elsewhere = joinedup("check", bad, "--out", tmp_path / "out")  # a project's every act is in its log, or is not
        assert elsewhere.returncode == 2
        assert well_told(elsewhere), elsewhere.stderr
        shutil.copy(bad, tmp_path / "copy.csv")
        assert joinedup("check", tmp_path / "copy.csv").returncode == 1


def test_files_and_maps_may_be_named_without_a_folder(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes(HEADER + GOOD)
    columns = "\n".join(f'{c} = "{c}"' for c in HEADER.decode().strip().split(","))
    (tmp_path / "map.toml").write_text(
        f'[[table]]\nname = "person_records"\nfiles = "*.csv"\n[table.columns]\n{columns}\n'
    )
    for arguments in (("check", "people.csv"), ("check", "people.csv", "--map", "map.toml")):
        done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stderr


def test_a_loose_extract_and_a_stray_folder_are_no_surprise(tmp_path: Path) -> None:
    project(tmp_path / "p")
    loose = tmp_path / "p" / "sources" / "loose.csv"
    loose.write_bytes(HEADER + GOOD)
    done = joinedup("run", tmp_path / "p")
    assert (done.returncode, "outside any system's folder" in done.stderr) == (2, True)
    loose.unlink()
    (tmp_path / "p" / "runs" / "20990101T000000Z").mkdir(parents=True)
    assert joinedup("run", tmp_path / "p").returncode == 0
    assert joinedup("audit", "verify", tmp_path / "p").returncode == 0


def test_roles_of_people_whom_nobody_sent_point_nowhere(tmp_path: Path) -> None:
    system = tmp_path / "p" / "sources" / "alpha"
    system.mkdir(parents=True)
    (tmp_path / "p" / "joinedup.toml").write_text("[project]\n")
    (system / "roles.csv").write_text("crime_id,record_id,role\nC1,P1,suspect\n")
    told = json.loads(joinedup("run", tmp_path / "p", "--json").stdout)
    assert (told["counts"]["sent"], told["counts"]["marked"]) == (1, 1)
