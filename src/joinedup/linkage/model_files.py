"""Models as files: Splink's JSON, our own steps under a key of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from joinedup.errors import LinkageError, Place, from_oserror

_SHAPE: Mapping[str, type | tuple[type, ...]] = {
    "probability_two_random_records_match": (float, int),
    "comparisons": list,
    "blocking_rules_to_generate_predictions": list,
}


def read_model(path: Path) -> dict[str, Any]:
    """A model as `model_json` or Splink wrote it. Raises LinkageError for a file that is none, StorageError."""
    try:
        used = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise from_oserror(error) from None
    except (ValueError, RecursionError):
        raise _no_model(path, "it is not JSON") from None
    if used == {}:
        raise LinkageError("The newest run compared no records, so there is nothing to look up with.")
    if not isinstance(used, dict):
        raise _no_model(path, "it is no object")
    for key, kind in _SHAPE.items():
        if not isinstance(used.get(key), kind):
            raise _no_model(path, f"`{key}` is missing or of another kind")
    if not used["comparisons"] or not all(_is_comparison(one) for one in used["comparisons"]):
        raise _no_model(path, "a comparison lacks its levels")
    rules = used["blocking_rules_to_generate_predictions"]
    used["blocking_rules_to_generate_predictions"] = [_as_rule(path, rule) for rule in rules]
    return used


def _as_rule(path: Path, told: Any) -> dict[str, Any]:
    """A blocking rule as an object; Splink takes a text as well."""
    rule = {"blocking_rule": told} if isinstance(told, str) else told
    if not isinstance(rule, dict) or not isinstance(rule.get("blocking_rule"), str):
        raise _no_model(path, "a blocking rule is no condition")
    return rule


def _is_comparison(told: Any) -> bool:
    levels = told.get("comparison_levels") if isinstance(told, dict) else None
    return (
        isinstance(levels, list)
        and bool(levels)
        and all(isinstance(one, dict) and isinstance(one.get("sql_condition"), str) for one in levels)
    )


def _no_model(path: Path, why: str) -> LinkageError:
    return LinkageError(
        f"This is no linkage model: {why}.",
        place=Place(file=path.name),
        remedy="Name a file that `--save-model` or Splink's `save_model_to_json` wrote.",
    )


def written(model: Mapping[str, Any]) -> bytes:
    """A model as Splink reads it, our own steps under `joinedup`."""
    return (json.dumps(model, indent=1, sort_keys=True) + "\n").encode()
