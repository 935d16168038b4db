"""The gate beside Pandera and Great Expectations, on the same files and, as far as they reach, the same rules.

Claims: every reason for each of 1,000,000 suspect rows in 60 s and 2 GB on 2 cores; twice that time at most when every
row is bad; 10,000,000 rows in the same memory; one record in 5 ms. The peers judge the rules that all three can put;
they hold what they find in memory, and write nothing. Ours judges its whole rule book, measures how complete the
fields are, and writes returned rows as CSV and XLSX and a receipt; and then once more with the common rules only.
JOINEDUP_SCALE=ci makes the files small, for which no bar is meant.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from gate_parts.invented import AS_OF, Size, write_extract

from joinedup.codes import code_list
from joinedup.gate import rulebook
from joinedup.gate.example import submission
from joinedup.runs.record import Desk, check_record
from joinedup.sources import Lists

COMMAND = Path(sys.executable).parent / "joinedup"
PARTS = Path(__file__).parent / "gate_parts"
PEERS = Path(__file__).parents[1] / "build" / "peers" / "bin" / "python"
FULL = os.environ.get("JOINEDUP_SCALE", "full") != "ci"
EXTRACT = "person_records.csv"

COMMON = (
    "key-duplicate record_id", "code-not-in-list self_defined_ethnicity", "code-not-in-list sex",
    "code-not-in-list force", "ethnicity-compulsory self_defined_ethnicity", "nationality-compulsory nationalities",
    "date-unreadable dob", "dob-in-future dob", "dob-over-120 dob", "dob-after-recorded dob",
    "name-reference forenames", "name-reference surname", "name-title forenames", "name-title surname",
    "value-unreadable postcode",
)  # fmt: skip
"""Rules and columns that all three judge."""

TWICE = "key-duplicate record_id"
"""Ours names every row whose key an earlier row has; the peers name that earlier row as well. Here keys come twice."""


@dataclass(frozen=True)
class Measured:
    """One command, its children included. wall, cpu: seconds. peak: MB. told: the JSON that it printed."""

    wall: float
    cpu: float
    peak: float
    told: Mapping[str, object]


@dataclass(frozen=True)
class Row:
    """A line of what is printed. reasons: found in all. counts: by rule and column."""

    tool: str
    measured: Measured
    reasons: int
    counts: Mapping[str, int]


def main() -> None:
    if not PEERS.exists():
        sys.exit("The peers' environment is not there. `make bench` makes it.")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; judged as of {AS_OF}")
    print_settings()
    rows, many = (1_000_000, 10_000_000) if FULL else (20_000, 100_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few = beside_peers(folder, "5 % of rows bad", Size(rows, 0.05, 0.1), 60)
        bad = beside_peers(folder, "every row bad", Size(rows, 1, 0.4), 2 * few.wall)
        print(f"every row bad: {bad.wall / few.wall:.2f} times the time{' (bar 2)' if FULL else ''}")
        stream(folder, Size(many, 0.05, 0.1))
    print_record("clean", submission({}))
    spoilt = {"forenames": "Mr Bram", "dob": "2031-04-17", "self_defined_ethnicity": "", "sex": "Q"}
    print_record("with reasons", submission({"person_records": [spoilt]}))


def print_settings() -> None:
    rules = len(rulebook().rules)
    ours = f"Joinedup {version('joinedup')}: {rules} rules, mode new"
    print(f"  {ours}; engine: 2 threads, 1 GB; writes CSV, XLSX and receipt")
    print("  Pandera: DataFrameSchema.validate(lazy=True) on a Polars frame; its threads as many as there are cores")
    print("  Great Expectations: Batch.validate(result_format COMPLETE, every index) on a Pandas frame, text in Arrow")
    print(f"  common rules: {len(COMMON)} checks of {len({c.split()[0] for c in COMMON})} rules", flush=True)


# Ours and the peers


def beside_peers(folder: Path, name: str, size: Size, bar: float) -> Measured:
    """Measure all on one file, print it, and stop when they do not find the same."""
    whole, common = project(folder / name, {}), project(folder / f"{name} common", only_common())
    bad = write_extract(whole / EXTRACT, size, seed=1)
    (common / EXTRACT).hardlink_to(whole / EXTRACT)  # a symbolic link would be judged by the project it leads to
    extract = whole / EXTRACT
    print(f"\n{size.rows:,} rows, {name}: {bad:,}; {extract.stat().st_size / 1e6:.0f} MB")
    rules = folder / "rules.json"
    rules.write_text(json.dumps(terms()))
    ours = by_us("Joinedup, whole rule book", whole)
    print_row(ours, ours)
    bars = f"bars: {bar:.0f} s wall, 2,000 MB; " if FULL else ""
    print(f"    {bars}{ours.reasons / max(bad, 1):.1f} reasons a bad row", flush=True)
    others = [by_us("Joinedup, common rules", common)]
    print_row(others[0], ours)
    for tool, script in (("Pandera", "by_pandera.py"), ("Great Expectations", "by_great_expectations.py")):
        others.append(by_peer(tool, [PEERS, PARTS / script, extract, rules]))
        print_row(others[-1], ours)
    same_found(ours, others)
    return ours.measured


def by_us(name: str, folder: Path) -> Row:
    measured = measure([COMMAND, "check", folder / EXTRACT, "--json"])
    found = {f"{one['rule']} {one['column']}": one["count"] for one in measured.told["reasons"]}
    return Row(name, measured, sum(found.values()), found)


def by_peer(name: str, command: Sequence[str | Path]) -> Row:
    measured = measure(command)
    return Row(f"{name} {measured.told['version']}", measured, measured.told["reasons"], measured.told["counts"])


def measure(command: Sequence[str | Path]) -> Measured:
    """Run a command and read its JSON. `check` ends with 1 when rows are returned."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.monotonic()
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        printed = out.read()
        if process.returncode not in (0, 1) or not printed:
            sys.exit(f"{command[0]} failed:\n{err.read().decode()}")
        return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, json.loads(printed))


def same_found(ours: Row, others: Sequence[Row]) -> None:
    """Stop when the rows found by a common rule are not as many in all."""
    for name in COMMON:
        for other in others:
            expected = ours.counts.get(name, 0)
            if name == TWICE and not other.tool.startswith("Joinedup"):
                expected *= 2
            if other.counts.get(name, 0) != expected:
                sys.exit(f"{name}: {other.tool} finds {other.counts.get(name, 0):,}, and {expected:,} were expected.")
    total = sum(ours.counts.get(name, 0) for name in COMMON)
    print(f"  the same {total:,} rows by rule in all; duplicate keys: the peers name the first row too")


def print_row(row: Row, ours: Row) -> None:
    one = row.measured
    numbers = f"{one.wall:7.1f} s wall {one.cpu:7.1f} s CPU {one.peak:7,.0f} MB {row.reasons:10,} reasons"
    print(f"  {row.tool:<46}{numbers} {one.wall / ours.measured.wall:6.2f} x ours", flush=True)


# The project


def project(folder: Path, severity: Mapping[str, str]) -> Path:
    """A project of invented records; give the folder of its only system."""
    system = folder / "sources" / "invented"
    system.mkdir(parents=True)
    lines = ["[project]", "invented = true", "[gate]", 'mode = "new"', f"as_of = {AS_OF}", "[gate.severity]"]
    lines += [f'{name} = "{value}"' for name, value in severity.items()]
    (folder / "joinedup.toml").write_text("\n".join(lines))
    return system


def only_common() -> dict[str, str]:
    """Every rule off that can be and is not common."""
    kept = {name.split()[0] for name in COMMON}
    return {name: "off" for name, rule in rulebook().rules.items() if name not in kept and not rule.structural}


def terms() -> dict[str, object]:
    """What the peers are told of the common rules."""
    return {
        "as_of": AS_OF.isoformat(),
        "earliest": dt.date(AS_OF.year - 120, AS_OF.month, AS_OF.day).isoformat(),
        "reasons": ["not_asked", "refused", "not_understood", "not_known"],
        "ethnicities": sorted(code_list("self-defined-ethnicity").substantive),
        "sexes": sorted(code_list("sex").codes),
        "forces": sorted(code_list("force-invented").codes),
        "digit": "[0-9]",
        "title": r"^(Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Rev)\.? ",
        "nationality": "^[A-Z]{3}(;[A-Z]{3})*$",
        "postcode": "^[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}$",
    }


# Memory, and one record


def stream(folder: Path, size: Size) -> None:
    system = project(folder / "many", {})
    bad = write_extract(system / EXTRACT, size, seed=2)
    print(f"\n{size.rows:,} rows, 5 % of rows bad: {bad:,}; {(system / EXTRACT).stat().st_size / 1e6:,.0f} MB")
    ours = by_us("Joinedup, whole rule book", system)
    print_row(ours, ours)
    if FULL:
        print("    bar: 2,000 MB", flush=True)


def print_record(name: str, given: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
    desk = Desk(as_of=AS_OF, lists=Lists(invented=True))
    found = check_record(given, desk)
    times = []
    for _ in range(2_000):
        started = time.perf_counter()
        check_record(given, desk)
        times.append((time.perf_counter() - started) * 1_000)
    middle, high = statistics.median(times), statistics.quantiles(times, n=100)[98]
    rows = sum(map(len, given.values()))
    told = f"median {middle:.2f} ms, p99 {high:.2f} ms (bar 5), 2,000 calls"
    print(f"\none submission of {rows} rows, {name}: {len(found)} reasons; {told}", flush=True)


if __name__ == "__main__":
    main()
