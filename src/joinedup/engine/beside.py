"""A function of tables, with part of each table's rows given to other processes.

Plain Python functions of single values hold the interpreter, so threads would take turns. The others are started as
programs of their own, not forked: a fork would copy the locks of the engine's threads, and a start through
`multiprocessing` would run a caller's script again.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import weakref
from collections.abc import Callable
from typing import IO

import pyarrow as pa

Transform = Callable[[pa.Table], pa.Table]

_WORTH = 20_000
"""Rows of a table below which it is not worth the while to send some away."""

_PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from joinedup.engine.beside import serve; serve()"


class Beside:
    """The same as `make()`, for functions that treat each row for itself: rows stay in their order.

    make: can be pickled. threads: how many processes to use, this one included. The first large table is worked out
    here alone, while the others start. When one of them is lost, its rows are worked out here.
    """

    def __init__(self, make: Callable[[], Transform], threads: int) -> None:
        self._here, self._make = make(), make
        self._wanted = min(threads, os.cpu_count() or 1) - 1
        self._others: list[_Other] | None = None

    def __call__(self, table: pa.Table) -> pa.Table:
        if table.num_rows < _WORTH or self._wanted < 1:
            return self._here(table)
        if self._others is None:
            self._others = [_Other(self._make) for _ in range(self._wanted)]
            return self._here(table)
        own, *parts = _parts(table, 1 + len(self._others))
        sent = [other.send(part) for other, part in zip(self._others, parts, strict=True)]
        made = [self._here(own)]
        for other, part, gone in zip(self._others, parts, sent, strict=True):
            back = other.receive() if gone else None
            made.append(self._here(part) if back is None else back)
        return pa.concat_tables(made)

    def close(self) -> None:
        """Let the others go. A call after it works all out here."""
        for other in self._others or ():
            other.close()
        self._others, self._wanted = None, 0


def serve() -> None:
    """What another process does: read the function, then tables, and answer each, until nothing more comes."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a word printed by some library would be read as a table
    make = pickle.loads(_read(asked) or b"")
    function = make()
    while (got := _read(asked)) is not None:
        _write(answers, _packed(function(_unpacked(got))))


class _Other:
    """One other process. It says nothing of its own: what goes wrong there goes wrong here again, and is told."""

    def __init__(self, make: Callable[[], Transform]) -> None:
        command = [sys.executable, "-c", _PROGRAM, *sys.path]
        pipe, null = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=null)
        self._stop = weakref.finalize(self, _stopped, self._process)
        self._sent(pickle.dumps(make))

    def send(self, table: pa.Table) -> bool:
        """Whether it could be sent."""
        return self._stop.alive and self._sent(_packed(table))

    def receive(self) -> pa.Table | None:
        """The answer to what was sent last; None when the process is gone."""
        assert self._process.stdout is not None  # noqa: S101 - it was opened with a pipe
        got = _read(self._process.stdout)
        if got is None:
            self.close()
            return None
        return _unpacked(got)

    def close(self) -> None:
        self._stop()

    def _sent(self, content: bytes | pa.Buffer) -> bool:
        assert self._process.stdin is not None  # noqa: S101 - it was opened with a pipe
        try:
            _write(self._process.stdin, content)
        except OSError:
            self.close()
            return False
        return True


def _stopped(process: subprocess.Popen[bytes]) -> None:
    process.kill()  # it keeps nothing that could be lost
    process.wait()
    for pipe in (process.stdin, process.stdout):
        try:
            assert pipe is not None  # noqa: S101 - both were opened with a pipe
            pipe.close()
        except OSError:  # what was still to be sent has nobody to go to
            continue


def _parts(table: pa.Table, count: int) -> list[pa.Table]:
    size = -(-table.num_rows // count)
    return [table.slice(place * size, size) for place in range(count)]


def _packed(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _unpacked(content: bytes) -> pa.Table:
    with pa.ipc.open_stream(content) as reader:
        return reader.read_all()


def _write(pipe: IO[bytes], content: bytes | pa.Buffer) -> None:
    size = content.size if isinstance(content, pa.Buffer) else len(content)
    pipe.write(size.to_bytes(8, "little"))
    pipe.write(content)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes | None:
    """The next that was written whole; None when nothing more comes."""
    head = pipe.read(8)
    size = int.from_bytes(head, "little")
    content = pipe.read(size) if len(head) == 8 else b""
    return content if len(head) == 8 and len(content) == size else None
