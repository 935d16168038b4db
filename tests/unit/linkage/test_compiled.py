"""Compiled loops find a place of their own where neither the code's folder nor the account's can be written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from joinedup.linkage import compiled


def test_a_place_is_named_only_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(compiled.VARIABLE, raising=False)
    nowhere = tmp_path / "nowhere"
    compiled.settle(tmp_path, nowhere)
    assert compiled.VARIABLE not in os.environ
    compiled.settle(nowhere, nowhere)
    place = Path(os.environ[compiled.VARIABLE])
    assert place.is_dir()
    assert place.stat().st_mode & 0o077 == 0
    compiled.settle(nowhere, nowhere)
    assert Path(os.environ[compiled.VARIABLE]) == place
