"""The lists whose overlaps and estimates are published, and where they are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from joinedup.statistics.systems import Lists, overlaps

NAMES = ("UKdat", "UKdat_5", "Ned", "Ned_5", "NewOrl", "NewOrl_5", "HIV")


def published(shared: Path) -> dict[str, dict[str, Any]]:
    return json.loads((shared / "data/statistics/mse_lists.json").read_text(encoding="utf-8"))


def lists_of(case: dict[str, Any]) -> Lists:
    return overlaps(case["lists"], {tuple(cell["in"]): cell["count"] for cell in case["cells"]})
