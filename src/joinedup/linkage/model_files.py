"""Models as files: Splink's JSON, our own steps under a key of their own."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joinedup.errors import LinkageError, Place, from_oserror
from joinedup.linkage.conditions import columns_of, parsed
from joinedup.linkage.fitting import OURS

RULES = "blocking_rules_to_generate_predictions"


def read_model(path: Path) -> dict[str, Any]:
    """A model as `model_json` or Splink wrote it.

    Raises LinkageError for a file that is none, and says which part of it is wrong; StorageError.
    """
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
    whole = _Part(path, "", used)
    whole.need("probability_two_random_records_match", _SHARE)
    _check_comparisons(whole)
    used[RULES] = [_rule(whole, n, told) for n, told in enumerate(whole.need(RULES, _LIST), start=1)]
    if used.get(OURS) is not None:
        _check_ours(whole)
    return used


@dataclass(frozen=True)
class _Kind:
    """A kind of value: in words, and whether something is of it."""

    words: str
    holds: Callable[[Any], bool]


def _is_number(told: Any) -> bool:
    return isinstance(told, int | float) and not isinstance(told, bool) and math.isfinite(told)


_TEXT = _Kind("a text", lambda told: isinstance(told, str))
_YES_NO = _Kind("true or false", lambda told: isinstance(told, bool))
_LIST = _Kind("a list", lambda told: isinstance(told, list))
_FILLED = _Kind("a list that is not empty", lambda told: isinstance(told, list) and bool(told))
_TEXTS = _Kind("a list of texts", lambda told: isinstance(told, list) and all(isinstance(one, str) for one in told))
_OBJECT = _Kind("an object", lambda told: isinstance(told, dict))
_SHARE = _Kind("a number between 0 and 1", lambda told: _is_number(told) and 0 < told < 1)
_CHANCE = _Kind("a number above 0, up to 1", lambda told: _is_number(told) and 0 < told <= 1)
_TRAINED = _Kind("a number above 0, up to 1, which training gives", _CHANCE.holds)
_NOT_NEGATIVE = _Kind("a number of 0 or more", lambda told: _is_number(told) and told >= 0)
_CHANCES = _Kind(
    "a list of numbers above 0, up to 1", lambda told: isinstance(told, list) and all(map(_CHANCE.holds, told))
)


@dataclass(frozen=True)
class _Part:
    """An object of a model's file. where: it stands, in words; empty for the whole."""

    path: Path
    where: str
    told: Any

    def need(self, key: str, kind: _Kind) -> Any:
        """A value that must be there. Raises LinkageError."""
        if key not in self.told:
            raise self.wrong(f"`{key}` is missing")
        return self._of(key, kind)

    def may(self, kind: _Kind, *keys: str) -> None:
        """Refuse values of another kind; null is as good as none. Raises LinkageError."""
        for key in keys:
            if self.told.get(key) is not None:
                self._of(key, kind)

    def _of(self, key: str, kind: _Kind) -> Any:
        if not kind.holds(self.told[key]):
            raise self.wrong(f"`{key}` should be {kind.words}")
        return self.told[key]

    def inner(self, where: str, told: Any) -> _Part:
        """A part of this one. Raises LinkageError where it is no object."""
        part = _Part(self.path, f"{self.where}, {where}" if self.where else where, told)
        if not isinstance(told, dict):
            raise part.wrong("it should be an object")
        return part

    def wrong(self, why: str) -> LinkageError:
        return _no_model(self.path, f"in {self.where}, {why}" if self.where else why)


def _check_comparisons(whole: _Part) -> None:
    names: list[str | None] = []
    for n, told in enumerate(whole.need("comparisons", _FILLED), start=1):
        part = whole.inner(f"comparison {n}", told)
        part.may(_TEXT, "output_column_name")
        name = told.get("output_column_name")
        if name is not None and name in names:
            raise part.wrong(f"`output_column_name` is that of comparison {names.index(name) + 1} too")
        names.append(name)
        _check_levels(part)


def _check_levels(comparison: _Part) -> None:
    levels = comparison.need("comparison_levels", _FILLED)
    for n, told in enumerate(levels, start=1):
        level = comparison.inner(f"level {n}", told)
        condition = level.need("sql_condition", _TEXT)
        _check_values(level)
        if condition.strip().upper() != "ELSE":
            _check_condition(level, condition)
        elif n < len(levels):
            raise level.wrong("ELSE stands before the last level")
    if levels[-1]["sql_condition"].strip().upper() != "ELSE":
        raise comparison.wrong("the last level should be ELSE")


def _check_values(level: _Part) -> None:
    level.may(_YES_NO, "is_null_level")
    level.may(_TEXT, "label_for_charts", "tf_adjustment_column")
    level.may(_NOT_NEGATIVE, "tf_adjustment_weight", "tf_minimum_u_value")
    for key in () if level.told.get("is_null_level") else ("m_probability", "u_probability"):
        level.need(key, _TRAINED)


def _check_condition(part: _Part, condition: str) -> None:
    """Refuse what is no SQL over two records."""
    try:
        read = columns_of(parsed(condition))
    except LinkageError as error:
        raise part.wrong(f"{error.message[0].lower()}{error.message[1:-1]}") from None
    except RecursionError:
        raise part.wrong("the condition has too many parts") from None
    if not read:
        raise part.wrong("the condition reads no column of the records")


def _rule(whole: _Part, number: int, told: Any) -> dict[str, Any]:
    """A blocking rule as an object; Splink takes a text as well."""
    rule = {"blocking_rule": told} if isinstance(told, str) else told
    part = whole.inner(f"blocking rule {number}", rule)
    _check_condition(part, part.need("blocking_rule", _TEXT))
    part.may(_TEXTS, "arrays_to_explode")
    return dict(rule)


def _check_ours(whole: _Part) -> None:
    """Our own steps need a chance among relatives for every level that says something."""
    ours = whole.inner(f"`{OURS}`", whole.told[OURS])
    ours.need("share_of_relatives", _SHARE)
    relatives = ours.inner("`relatives`", ours.need("relatives", _OBJECT))
    for comparison in whole.told["comparisons"]:
        name = comparison.get("output_column_name")
        if name in relatives.told:
            _check_chances(relatives, name, comparison["comparison_levels"])


def _check_chances(relatives: _Part, name: str, levels: Sequence[Mapping[str, Any]]) -> None:
    speaking = sum(not level.get("is_null_level") for level in levels)
    if len(relatives.need(name, _CHANCES)) != speaking:
        raise relatives.wrong(f"`{name}` should have {speaking} numbers, one for each level that says something")


def _no_model(path: Path, why: str) -> LinkageError:
    return LinkageError(
        f"This is no linkage model: {why}.",
        place=Place(file=path.name),
        remedy="Name a file that `--save-model` or Splink's `save_model_to_json` wrote.",
    )


def written(model: Mapping[str, Any]) -> bytes:
    """A model as Splink reads it, our own steps under `joinedup`."""
    return (json.dumps(model, indent=1, sort_keys=True) + "\n").encode()
