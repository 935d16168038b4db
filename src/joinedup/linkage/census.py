"""What a training saw of all records: how common each value was, which were too common, and who bore which name.

A model's weights depend on it besides the two records of a pair. Kept, it gives a pair the same weight whichever other
records there are today. A value that it never met counts as met once, as one person's name, one family's phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from joinedup.linkage.arrays import MISSING, Feature, Several, Single, Told, packed
from joinedup.linkage.blocking import MOST_IN_BLOCK, Rule, ready
from joinedup.linkage.conditions import Compiler, columns_of, parsed
from joinedup.linkage.features import FEW_RECORDS, Records, held_by_few
from joinedup.linkage.hashes import Hashes, of_values, place_of, within
from joinedup.linkage.keys import Keys, keys_of
from joinedup.linkage.namesakes import bearers
from joinedup.linkage.store.files import Arrays, read_arrays, write_arrays

RULES = "blocking_rules_to_generate_predictions"
NAME = "full_name"

_NO_LIMIT = 2**62


@dataclass(frozen=True)
class Counted:
    """Values of one column. hashes: rising. counts: records that held each. held: records with a value. bearers: of
    full names, people who bore each; else empty.
    """

    hashes: Hashes
    counts: npt.NDArray[np.int64]
    held: int
    bearers: npt.NDArray[np.float64]

    def told(self, one: Single) -> Told:
        """The counts for the values of a feature."""
        places = place_of(of_values(one.values), self.hashes)
        counts = np.where(places >= 0, self.counts[places], 1) if len(self.counts) else np.ones_like(places)
        if not len(self.bearers):
            return Told(counts, self.held)
        return Told(counts, self.held, np.where(places >= 0, self.bearers[places], 1.0))


@dataclass(frozen=True)
class Census:
    """counted: by column. many: by list column, values that many records held. capped: by rule, keys that too many
    shared. All as hashes that rise.
    """

    counted: Mapping[str, Counted]
    many: Mapping[str, Hashes]
    capped: Mapping[str, Hashes]

    def told(self, records: Records) -> Records:
        """Records whose values are as common as they were then."""
        return Records(records.ids, records.features | dict(self._told(records.features)))

    def prepare(self, compiler: Compiler, model: Mapping[str, Any]) -> None:
        """Have the compiler take the keys that were too common then for too common, and no others."""
        for told in model[RULES]:
            name = str(told["blocking_rule"])
            rule = ready(compiler, told, _NO_LIMIT)
            common = self.capped[name]
            compiler.rules[name] = _without(rule, keys_of(compiler, told), common) if len(common) else rule

    def _told(self, features: Mapping[str, Feature]) -> Iterator[tuple[str, Feature]]:
        for name, counted in self.counted.items():
            one = features[name]
            if isinstance(one, Single):
                yield name, replace(one, told=counted.told(one))
        for name, many in self.many.items():
            lists = features[name]
            if isinstance(lists, Several):
                yield f"{name}_few", held_by_few(lists, ~within(of_values(lists.values), many))

    def write(self, folder: Path) -> None:
        """Raises StorageError."""
        arrays: dict[str, Any] = {}
        for name, one in self.counted.items():
            arrays |= {f"counted/{name}/hashes": one.hashes, f"counted/{name}/counts": one.counts}
            arrays |= {f"counted/{name}/held": np.array([one.held]), f"counted/{name}/bearers": one.bearers}
        arrays |= {f"many/{name}": hashes for name, hashes in self.many.items()}
        arrays |= {f"capped/{name}": hashes for name, hashes in self.capped.items()}
        write_arrays(folder, "census", arrays)

    @classmethod
    def read(cls, folder: Path) -> Census:
        """Searched where it lies, never loaded whole. Raises StorageError."""
        arrays = read_arrays(folder, "census")
        names = sorted({name.split("/")[1] for name in arrays if name.startswith("counted/")})
        return cls({name: _counted(arrays, name) for name in names}, _under(arrays, "many/"), _under(arrays, "capped/"))


def _counted(arrays: Arrays, name: str) -> Counted:
    hashes, counts, held, borne = (arrays[f"counted/{name}/{part}"] for part in ("hashes", "counts", "held", "bearers"))
    return Counted(hashes, counts, int(held[0]), borne)


def _under(arrays: Arrays, start: str) -> dict[str, Any]:
    return {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}


def read_by(model: Mapping[str, Any]) -> frozenset[str]:
    """The features that a model reads."""
    levels = [level for comparison in model["comparisons"] for level in comparison["comparison_levels"]]
    told = [str(level["sql_condition"]) for level in levels] + [str(rule["blocking_rule"]) for rule in model[RULES]]
    read = [columns_of(parsed(one)) for one in told if one.strip().upper() != "ELSE"]
    return frozenset(column.name for columns in read for column in columns)


def taken(compiler: Compiler, records: Records, model: Mapping[str, Any]) -> Census:
    """The census of the records that a model was trained on, or is to be used with as if it were."""
    features = records.features
    columns = _weighed_by_frequency(model) | ({NAME} & set(features))
    lists = {name: features[name] for name in ("phones", "emails") if name in features}
    return Census(
        {name: _counts(features, name) for name in sorted(columns)},
        {name: _many(one) for name, one in lists.items() if isinstance(one, Several)},
        {str(told["blocking_rule"]): _too_common(keys_of(compiler, told)) for told in model[RULES]},
    )


def _weighed_by_frequency(model: Mapping[str, Any]) -> set[str]:
    levels = [level for comparison in model["comparisons"] for level in comparison["comparison_levels"]]
    return {str(level["tf_adjustment_column"]) for level in levels if level.get("tf_adjustment_column")}


def _counts(features: Mapping[str, Feature], name: str) -> Counted:
    one, year = features[name], features.get("birth_year")
    hashes = of_values(one.values)
    order = np.argsort(hashes)
    named = name == NAME and isinstance(one, Single) and isinstance(year, Single)
    borne = bearers(one, year)[order] if named else np.empty(0)  # type: ignore[arg-type]
    return Counted(hashes[order], one.counts[order], one.held, borne)


def _many(lists: Several) -> Hashes:
    return np.sort(of_values(lists.values)[lists.counts > FEW_RECORDS])


def _too_common(keys: Keys) -> Hashes:
    both = [keys.left.hashes] + ([keys.right.hashes] if keys.right is not None else [])
    ordered = np.sort(np.concatenate(both))
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else np.empty(0, int)
    return ordered[starts[np.diff(np.append(starts, len(ordered))) > MOST_IN_BLOCK]]


def _without(rule: Rule, keys: Keys, common: Hashes) -> Rule:
    """A rule without the keys that are too common."""
    if rule.lists is not None:
        lists, records = rule.lists, len(rule.lists.offsets) - 1
        kept = ~within(of_values(lists.values), common)
        owners = np.repeat(np.arange(records, dtype=np.int64), np.diff(lists.offsets))
        codes = np.where(kept[lists.codes], lists.codes, MISSING)
        return replace(rule, lists=packed(owners, codes, lists.values, records))
    left = _masked(rule.left, keys.left.rows[within(keys.left.hashes, common)])
    if keys.right is None:
        return replace(rule, left=left, right=left)
    return replace(rule, left=left, right=_masked(rule.right, keys.right.rows[within(keys.right.hashes, common)]))


def _masked(codes: Any, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    made = np.array(codes, np.int32)
    made[rows] = MISSING
    return made
