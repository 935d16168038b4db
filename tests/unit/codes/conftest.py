"""What the tests of code lists read beside the lists themselves."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def published(shared: Path) -> Callable[[str], list[dict[str, str]]]:
    """Rows of a published list by file name. A test that asks for it is marked `shared`."""

    def rows(name: str) -> list[dict[str, str]]:
        with (shared / "data/codes" / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return rows
