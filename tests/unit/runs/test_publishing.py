"""A folder of files appears whole, or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from joinedup.errors import StorageError
from joinedup.runs.publishing import write_folder


def test_files_appear_together_in_a_folder_that_is_new_or_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("new", "empty"):
        write_folder(tmp_path / name, {"a.txt": b"a", "deep/b.txt": b"b"})
        assert (tmp_path / name / "deep" / "b.txt").read_bytes() == b"b"
    assert {path.name for path in tmp_path.iterdir()} == {"new", "empty"}


def test_a_folder_or_file_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "old.txt").write_text("old")
    (tmp_path / "file").write_text("old")
    for name in ("full", "file"):
        with pytest.raises(StorageError, match="holds something already"):
            write_folder(tmp_path / name, {"a.txt": b"a"})
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["old.txt"]


def test_what_cannot_be_written_whole_leaves_nothing(tmp_path: Path) -> None:
    too_long = "x" * 300  # longer than any file system lets a name be
    with pytest.raises(StorageError) as caught:
        write_folder(tmp_path / "out", {"a.txt": b"a", too_long: b"b"})
    assert list(tmp_path.iterdir()) == []
    assert errno.errorcode[errno.ENAMETOOLONG] not in str(caught.value)


def test_what_a_killed_command_left_is_in_nobody_s_way(tmp_path: Path) -> None:
    (tmp_path / ".out.partial").mkdir()
    (tmp_path / ".out.partial" / "half.txt").write_text("half")
    write_folder(tmp_path / "out", {"a.txt": b"a"})
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.txt"]
