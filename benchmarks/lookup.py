"""One described person looked up among the records of a run, beside Splink comparing one record.

Claims, on 2 cores: among 1,000,000 people a look takes 5 ms or less at the 99th percentile, reasons included, and the
index opens in under a second.

The records are an invented world of families (`linkage_parts/families.py`). One in some hundreds is held back: it is
what is looked up with, whole or in part, faults and all, and the truth says whom it is of. A look is `Index.look`, from
the description to people with reasons; the audit log, which `joinedup lookup` writes besides, is timed by itself. The
reader is a process of its own whose loops were compiled before; two threads of it share one interpreter, so that they
wait for each other. Every kind of description is told with how often the
right person came first and how often among ten. Splink's `predict_between` has the same features, model and rules, the
table in its memory and counted already; it makes no features and no reasons.

Usage: lookup.py [PEOPLE], by default 1000000; 20000 under JOINEDUP_SCALE=ci.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from joinedup.linkage.index import Described

PEOPLE = 20_000 if os.environ.get("JOINEDUP_SCALE") == "ci" else 1_000_000
RECORDS_EACH = 2.2
"""Records a person of the invented world, a little less than there are."""

LOOKS, SPLINK_LOOKS, BAR_MS = 4_000, 12, 5.0
SPLINK_RUNNER = "linkage_parts.splink_between_runner"

KINDS: Mapping[str, tuple[str, ...]] = {
    "all that a record says": (
        "forenames", "surname", "dob", "sex", "postcode", "address", "phones", "emails", "identifiers",
    ),
    "both names, birth date": ("forenames", "surname", "dob"),
    "both names, postcode": ("forenames", "surname", "postcode"),
    "both names": ("forenames", "surname"),
    "surname, birth date": ("surname", "dob"),
    "birth date, postcode": ("dob", "postcode"),
    "phone": ("phones",),
    "surname alone": ("surname",),
}  # fmt: skip
"""Kinds of descriptions, and the fields that each has."""


@dataclass(frozen=True)
class Asked:
    """A description, and the person whom it is of."""

    described: Described
    truth: str


def main() -> None:
    if sys.argv[1:2] == ["--reader"]:
        read(Path(sys.argv[2]), float(sys.argv[3]))
        return
    count = int(sys.argv[1].replace("_", "")) if sys.argv[1:] else PEOPLE
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made(count, folder)
        subprocess.run([sys.executable, __file__, "--reader", folder, str(time.monotonic())], check=True)
        beside_splink(folder)


# What is looked up in, and with


def made(people: int, folder: Path) -> None:
    """Invent the records, link them, make the index; the reader finds everything in the folder."""
    from linkage_parts.families import families

    world = families(int(people * RECORDS_EACH) + LOOKS, 5)
    truth = dict(zip(*(world.truth[name].to_pylist() for name in ("record_id", "true_person")), strict=True))
    back = np.zeros(world.records.num_rows, np.bool_)
    back[np.random.default_rng(1).choice(len(back), LOOKS, replace=False)] = True
    kept, held = world.records.filter(pa.array(~back)), world.records.filter(pa.array(back))
    pq.write_table(kept, folder / "records.parquet")
    clusters = indexed(kept, folder)
    (folder / "truth.json").write_text(json.dumps(whose(kept, clusters, truth)))
    pq.write_table(held.append_column("truth", pa.array([truth[one] for one in held["record_id"].to_pylist()])),
                   folder / "asked.parquet")  # fmt: skip


def indexed(records: pa.Table, folder: Path) -> pa.Table:
    """Link the records and make the index; tell what it costs beside the joining."""
    from joinedup.engine import DuckDBEngine
    from joinedup.linkage import link, model_files
    from joinedup.linkage.again import ready_again
    from joinedup.linkage.index import build_index

    engine = DuckDBEngine()
    people = engine.frame(records)
    linked, wall, cpu = timed(lambda: link(engine, people))
    print(f"{records.num_rows:,} records of {len(linked.clusters['person_id'].unique()):,} people found", flush=True)
    print(f"  joined in {wall:.1f} s, {cpu:.1f} s of CPU", flush=True)
    (folder / "model.json").write_bytes(model_files.written(linked.model))
    used = model_files.read_model(folder / "model.json")

    def index() -> None:
        build_index(engine, ready_again(engine, linked.records, used), linked.clusters, used, folder / "index")

    _, wall, cpu = timed(index)
    size = sum(path.stat().st_size for path in (folder / "index").iterdir())
    each = size / records.num_rows
    print(
        f"  index made in {wall:.1f} s, {cpu:.1f} s of CPU; {size / 1e6:,.0f} MB, {each:.0f} bytes a record", flush=True
    )
    engine.close()
    return linked.clusters


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gives, its seconds and its seconds of CPU."""
    wall, cpu = time.monotonic(), time.process_time()
    made_ = work()
    return made_, time.monotonic() - wall, time.process_time() - cpu


def whose(records: pa.Table, clusters: pa.Table, truth: Mapping[str, str]) -> dict[str, list[str]]:
    """By true person, the people found that hold a record of theirs."""
    found: dict[str, list[str]] = {}
    for record, person in zip(clusters["record_id"].to_pylist(), clusters["person_id"].to_pylist(), strict=True):
        found.setdefault(truth[record], []).append(person)
    return found


def descriptions(folder: Path, fields: tuple[str, ...]) -> list[Asked]:
    """The records held back as descriptions of these fields, where they have them all, or any of many."""
    rows = pq.read_table(folder / "asked.parquet").to_pylist()
    whole = [(told(row), row["truth"]) for row in rows]
    some = [(described, truth) for described, truth in whole if len(fields) > 4 or has_all(described, fields)]
    made_ = [Asked(Described(**{f: getattr(d, f) for f in fields}, dob_precision=d.dob_precision), t) for d, t in some]
    return [one for one in made_ if one.described.searchable]


def has_all(described: Described, fields: tuple[str, ...]) -> bool:
    return all(getattr(described, name) for name in fields)


def told(row: Mapping[str, Any]) -> Described:
    return Described(
        forenames=row["forenames"], surname=row["surname"], aliases=tuple(row["aliases"] or ()), dob=row["dob"],
        dob_precision=row["dob_precision"] or "day", sex=row["sex"], postcode=row["postcode"], address=row["address"],
        phones=tuple(row["phones"] or ()), emails=tuple(row["emails"] or ()),
        identifiers={name: row[name] for name in row if name.startswith("id_") and row[name]},
    )  # fmt: skip


# The reader


def read(folder: Path, begun: float) -> None:
    """Open the index as a new process does, and look. begun: when this process was begun, by the monotonic clock."""
    from joinedup.linkage.lookup import Index

    imported = time.monotonic()
    index = Index(folder / "index")
    opened = time.monotonic()
    print(f"  ready {opened - begun:.2f} s after its process began: Python and imports {imported - begun:.2f} s, "
          f"opening the index {opened - imported:.2f} s (bar 1 s)", flush=True)  # fmt: skip
    truth = json.loads((folder / "truth.json").read_text())
    late = np.array([tell(index, name, descriptions(folder, fields), truth) for name, fields in KINDS.items()])
    print("  slowest kind: 99th percentile {:.2f} ms, of CPU {:.2f} ms (bar {:g} ms)".format(*late.max(axis=0), BAR_MS))
    at_once(index, descriptions(folder, KINDS["both names, birth date"]))
    print(f"  memory of the reader at its peak, mapped files included: {peak_mb():,.0f} MB")
    logged(folder)


def tell(index: Any, name: str, asked: list[Asked], truth: Mapping[str, list[str]]) -> Any:
    """Time one kind of description, and count how often it led to the right person; give the 99th percentiles."""
    found, took, cpu = zip(*(look(index, one.described) for one in asked), strict=True)
    known = [(got, truth[one.truth]) for got, one in zip(found, asked, strict=True) if one.truth in truth]
    first = sum(bool(got) and got[0] in right for got, right in known)
    among = sum(any(one in right for one in got) for got, right in known)
    print(f"  {name}: {len(asked):,} looks, {percentiles(took)} (CPU: {percentiles(cpu)}); "
          f"right person first {first / len(known):.3f}, among ten {among / len(known):.3f}", flush=True)  # fmt: skip
    return np.array([np.percentile(one, 99) for one in (took, cpu)])


def percentiles(took: Sequence[float]) -> str:
    """The middle and the 99th percentile of some milliseconds."""
    return "{:.2f} ms, 99th percentile {:.2f} ms".format(*np.percentile(took, [50, 99]))


def look(index: Any, described: Described) -> tuple[list[str], float, float]:
    """The people found, best first, and the milliseconds it took by the clock and of CPU."""
    start, busy = time.perf_counter(), time.thread_time()
    found = index.look(described)
    took, cpu = 1_000 * (time.perf_counter() - start), 1_000 * (time.thread_time() - busy)
    return [one.person_id for one in found.people], took, cpu


def peak_mb() -> float:
    """Of this process since its program began; `getrusage` would count what its parent held as well."""
    told = Path("/proc/self/status").read_text()
    return float(next(line for line in told.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def at_once(index: Any, asked: list[Asked]) -> None:
    start = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        took = list(pool.map(lambda one: look(index, one.described)[1], asked))
    seconds = time.perf_counter() - start
    print(f"  two threads at once: {len(asked) / seconds:,.0f} looks a second, {np.percentile(took, 99):.2f} ms at the "
          "99th percentile")  # fmt: skip


def logged(folder: Path) -> None:
    """What the audit log of a look adds, flushed to disk."""
    from joinedup.audit import Act, Entry, Subject, append, open_store, transaction

    store, took = open_store(folder), []
    for number in range(200):
        start = time.perf_counter()
        with transaction(store):
            append(store, Entry(Act.CONSULTATION, "reader", "benchmark", (Subject("record", f"s:{number}"),), {}))
        took.append(1_000 * (time.perf_counter() - start))
    store.close()
    print(f"  the audit log besides: {percentiles(took)}")


# The peer


def beside_splink(folder: Path) -> None:
    """The same records in Splink's memory, and one described record after another."""
    from joinedup.linkage.fitting import OURS

    model = json.loads((folder / "model.json").read_text())
    (folder / "splink.json").write_text(json.dumps({key: part for key, part in model.items() if key != OURS}))
    features(pq.read_table(folder / "records.parquet"), folder / "base.parquet")
    asked = pq.read_table(folder / "asked.parquet").drop_columns("truth")
    files = [folder / f"new-{number}.parquet" for number in range(SPLINK_LOOKS)]
    for number, path in enumerate(files):
        features(asked.slice(number, 1), path)
    command = [sys.executable, "-m", SPLINK_RUNNER, folder / "splink.json", folder / "base.parquet", *files]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=True, cwd=Path(__file__).parent
    )
    took = [1_000 * one["wall"] for one in json.loads(done.stdout).values()][1:]  # the first loads what it needs
    print(f"  Splink's predict_between, one record, {len(took)} times: {np.median(took):,.0f} ms in the middle, "
          f"{max(took):,.0f} ms at most")  # fmt: skip


def features(records: pa.Table, path: Path) -> None:
    """Our features of some records, as Splink reads them; not timed."""
    from joinedup.engine import DuckDBEngine
    from joinedup.linkage.features import records_of

    engine = DuckDBEngine()
    pq.write_table(records_of(engine, engine.frame(records)).table(), path)
    engine.close()


if __name__ == "__main__":
    main()
