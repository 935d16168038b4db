"""How each target column is made from cells: one DistinctMap per target, built from the source map."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from joinedup import tables
from joinedup.codes import CodeList
from joinedup.engine import DistinctMap
from joinedup.errors import CodeListError, Place, SourceMapError, nearest
from joinedup.sources import names, standard
from joinedup.sources.settings import Settings
from joinedup.sources.source_map import KEYS, PARTIAL_DATES, SourceMap, TableMap, ValueSpec
from joinedup.tables import Column

UNREAD = "unread:"
"""Prefix of the mark that a value stood in the extract and could not be read."""

BESIDE = f"{UNREAD}beside:"
"""Prefix of the mark that a value stood beside a reason for having none; the reason is not kept."""

HEADER_LIKENESS = 0.75
"""How much a column of an extract must resemble a name in the map to be suggested."""

YES, NO = ("y", "yes", "true", "1", "t"), ("n", "no", "false", "0", "f")
LISTS_OF_TEXT: Mapping[str, Callable[[str | None], str | None]] = {
    "phones": standard.phone,
    "emails": standard.email,
    "aliases": lambda text: standard.name(text).main,
}
NAME_PARTS = ("name", "forenames", "surname", "aliases")
REASON_OF = {
    column: ("nationality_reason" if column == "nationalities" else f"{column}_reason")
    for column in ("dob", "sex", "self_defined_ethnicity", "observed_ethnicity", "nationalities")
}


StatedReason = Callable[[Sequence[str | None]], tuple[str | None, bool]]


@dataclass(frozen=True)
class Builder:
    """What building a table's columns needs: the map, the settings and where each extract column lies."""

    source: SourceMap
    table_map: TableMap
    settings: Settings
    raw: Mapping[str, str]
    place: Place

    def maps(self) -> list[DistinctMap]:
        """One DistinctMap per group of target columns. Raises SourceMapError for a column that is not there."""
        specs = self.table_map.columns
        made = [
            self._one(target, spec) for target, spec in specs.items() if spec.columns and not self._elsewhere(target)
        ]
        if self._is_person and any(specs[t].columns for t in NAME_PARTS if t in specs):
            made.append(self._names())
        return made

    def constants(self) -> dict[str, str | None]:
        """Target columns that hold one value in every row, translated like any other."""
        specs = {t: s for t, s in self.table_map.columns.items() if not s.columns}
        found = {target: self._constant(target, spec.value) for target, spec in specs.items()}
        if "force" in self.table_map.table and "force" not in self.table_map.columns and self.source.force is not None:
            found["force"] = self._constant("force", self.source.force)
        if self._is_person:
            absent = [r for c, r in REASON_OF.items() if c not in self.table_map.columns]
            found.update(dict.fromkeys([r for r in absent if r not in self.table_map.columns], "not_recorded"))
        return found

    @property
    def _is_person(self) -> bool:
        return self.table_map.table is tables.PERSON_RECORDS

    def _elsewhere(self, target: str) -> bool:
        """Names are made together; a mapped reason is made with its value."""
        if not self._is_person:
            return False
        return target in NAME_PARTS or (
            target in REASON_OF.values() and self._reasoned(target) in self.table_map.columns
        )

    def _reasoned(self, reason: str) -> str:
        return next(column for column, name in REASON_OF.items() if name == reason)

    def _constant(self, target: str, value: str | None) -> str | None:
        column = self.table_map.table.column(target)
        if column.type not in (pa.string(), pa.bool_()):
            raise SourceMapError(
                f"`{target}` cannot be a constant.", place=self.place, remedy="Map it from a column of the extract."
            )
        if column.codes is not None:
            code = self._list_for(column, None).translate(value).code
            if code is None:
                invented = " Invented forces need invented = true in joinedup.toml." if column.codes == "force" else ""
                raise SourceMapError(
                    f"The source map's constant of `{target}` is in no code list for it.",
                    place=self.place,
                    remedy=f"Use a code of `{self.settings.lists.inside_name(column)}`.{invented}",
                )
            return code
        if column.values and value not in column.values:
            raise SourceMapError(
                f"The constant of `{target}` should be one of {', '.join(column.values)}.", place=self.place
            )
        return value

    def _list_for(self, column: Column, named: str | None) -> CodeList:
        """The code list to read `column` with; what is wrong with it is told as the map's fault, with its place."""
        try:
            return self.settings.lists.reader(column, named)
        except (CodeListError, SourceMapError) as error:
            raise SourceMapError(error.message, place=self.place, remedy=error.remedy) from None

    def _columns(self, spec: ValueSpec) -> tuple[str, ...]:
        for name in spec.columns:
            if name not in self.raw:
                raise SourceMapError(
                    f"The extract has no column `{name}`.{nearest(name, self.raw, HEADER_LIKENESS)}",
                    place=self.place,
                    remedy="Name a column of the file's first row.",
                )
        return tuple(self.raw[name] for name in spec.columns)

    def _cells(self, spec: ValueSpec) -> Callable[..., list[str]]:
        """Cells as the texts they hold: nulls left out, several values in a cell apart, local spellings translated."""
        nulls = {null.strip().upper() for null in self.source.nulls}
        longest = max(map(len, nulls), default=0)

        def texts(*cells: str | None) -> list[str]:
            parts = [p for c in cells if c is not None for p in (c.split(spec.separator) if spec.separator else (c,))]
            kept = [p.strip() for p in parts if p.strip().upper() not in nulls]
            return [spec.values.get(p.lower(), p) for p in kept]

        def text(cell: str | None) -> list[str]:
            """The same of one cell with one value, which most are."""
            if cell is None or (spec.separator and spec.separator in cell):
                return texts(cell)
            stripped = cell.strip()
            return [] if len(stripped) <= longest and stripped.upper() in nulls else [stripped]

        return texts if len(spec.columns) != 1 or spec.values else text

    def _one(self, target: str, spec: ValueSpec) -> DistinctMap:
        column = self.table_map.table.column(target)
        self._refuse_strange_values(column, spec)
        if self._is_person and target == "local_id":
            return self._key(spec, "local_id")
        if target in KEYS:
            return self._key(spec, target)
        if column.codes is not None:
            return self._coded(column, spec)
        if target in LISTS_OF_TEXT:
            return self._list(column, spec, LISTS_OF_TEXT[target])
        if target == "dob" and self._is_person:
            return self._birth_date(spec)
        return self._single(column, spec, self._reader_of(column, spec))

    def _refuse_strange_values(self, column: Column, spec: ValueSpec) -> None:
        """What a local spelling is translated to must be something that the column can hold."""
        for meant in spec.values.values():
            if column.codes is not None:
                strange = self._list_for(column, spec.codes).translate(meant).reason == "unmapped"
            else:
                strange = bool(column.values) and meant not in column.values
            if strange:
                known = column.values or self._list_for(column, spec.codes).codes
                raise SourceMapError(
                    f"`values` of `{column.name}` names `{meant}`, which it cannot hold.{nearest(meant, known)}",
                    place=self.place,
                )

    def _reader_of(self, column: Column, spec: ValueSpec) -> Callable[[str], object]:
        if pa.types.is_date(column.type):
            formats = spec.dates or self.source.dates
            return lambda text: standard.date(text, formats)
        if pa.types.is_integer(column.type):
            return _whole
        if pa.types.is_boolean(column.type):
            return _yes_or_no(_folded(spec.yes), _folded(spec.no))
        return _text_reader(column)

    def _key(self, spec: ValueSpec, target: str) -> DistinctMap:
        """The key `{system}:{local}`; for a table's own key also the system, and for a person the local id."""
        texts = self._cells(spec)
        own = target in ("local_id", self.table_map.table.key[0])
        wanted = [*(["local_id", "record_id"] if target == "local_id" else [target])]
        wanted += ["system"] if own and "system" in self.table_map.table else []

        def made(*cells: str | None) -> list[object]:
            parts = ["".join(texts(cell)) for cell in cells]
            joined = "/".join(part.replace("/", "%2F") for part in parts) if len(parts) > 1 else parts[0]
            local = joined if any(parts) else None
            system, local = self._split(local, spec.whole)
            key = None if local is None else f"{system}:{local}" if system else local
            return [{"system": system, "local_id": local}.get(name, key) for name in wanted]

        return DistinctMap(self._columns(spec), made, dict.fromkeys(wanted, pa.string()))

    def _split(self, local: str | None, whole: bool) -> tuple[str, str | None]:
        """The system of a key and what stands after it. A system without a name leaves keys as they are."""
        system = self.source.system
        if local is not None and system and local.startswith(f"{system}:"):
            return system, local.removeprefix(f"{system}:")
        if local is not None and system and whole and ":" in local:
            named, _, rest = local.partition(":")
            return named, rest
        return system, local

    def _single(self, column: Column, spec: ValueSpec, read: Callable[[str], object]) -> DistinctMap:
        texts, name = self._cells(spec), column.name
        received = f"{name}_received" in self.table_map.table
        placeholder = name == "postcode"

        def made(*cells: str | None) -> list[object]:
            text = ", ".join(texts(*cells)) or None
            value = None if text is None else read(text)
            unread = text is not None and value is None and not (placeholder and _is_placeholder(text))
            return [value, unread, *([text] if received else [])]

        gives = {name: column.type, f"{UNREAD}{name}": pa.bool_()}
        return DistinctMap(self._columns(spec), made, gives | ({f"{name}_received": pa.string()} if received else {}))

    def _list(self, column: Column, spec: ValueSpec, read: Callable[[str | None], str | None]) -> DistinctMap:
        texts, name = self._cells(spec), column.name
        received = f"{name}_received" in self.table_map.table

        def made(*cells: str | None) -> list[object]:
            found = texts(*cells)
            values = [v for v in map(read, found) if v]
            values = list(dict.fromkeys(values)) if len(values) > 1 else values
            return [values or None, len(values) == 0 < len(found), *(["; ".join(found) or None] if received else [])]

        gives = {name: column.type, f"{UNREAD}{name}": pa.bool_()}
        return DistinctMap(self._columns(spec), made, gives | ({f"{name}_received": pa.string()} if received else {}))

    def _birth_date(self, spec: ValueSpec) -> DistinctMap:
        texts, formats = self._cells(spec), spec.dates or (*self.source.dates, *PARTIAL_DATES)
        why, reason_columns = self._stated_reason("dob")

        def made(*cells: str | None) -> list[object]:
            text = " ".join(texts(*cells[: len(spec.columns)])) or None
            found = standard.birth_date(text, formats)
            said, odd = why(cells[len(spec.columns) :])
            return [
                found.value,
                found.precision,
                None if found.value else said or found.reason,
                text,
                found.unread,
                odd,
                found.value is not None and said is not None and bool(reason_columns),
            ]

        gives = {
            "dob": pa.date32(), "dob_precision": pa.string(), "dob_reason": pa.string(), "dob_received": pa.string(),
            f"{UNREAD}dob": pa.bool_(), f"{UNREAD}dob_reason": pa.bool_(), f"{BESIDE}dob": pa.bool_(),
        }  # fmt: skip
        return DistinctMap((*self._columns(spec), *reason_columns), made, gives)

    def _coded(self, column: Column, spec: ValueSpec) -> DistinctMap:
        list_, name = self._list_for(column, spec.codes), column.name
        texts, many = self._cells(spec), column.is_list
        why, reason_columns = self._stated_reason(name)
        received, reasoned = f"{name}_received" in self.table_map.table, self._is_person and name in REASON_OF

        def made(*cells: str | None) -> list[object]:
            found = texts(*cells[: len(spec.columns)])
            read = [_visible(one) for one in found]
            codes = [one for one in read if not (reasoned and _is_reason(one, list_))]
            values, reason = _translated(list_, codes)
            said, odd = why(cells[len(spec.columns) :])
            stated = said or next((_as_reason(one) for one in read if one not in codes), None)
            reason = None if values else (stated or reason)
            value: object = (values or None) if many else (values[0] if values else None)
            unread = any(list_.translate(one).reason == "unmapped" for one in codes)
            text = ["; ".join(found) or None] if received else []
            beside = bool(values) and stated is not None
            return [value, unread, *text, *([reason, odd, beside] if reasoned else [])]

        gives = {name: column.type, f"{UNREAD}{name}": pa.bool_()}
        gives |= {f"{name}_received": pa.string()} if received else {}
        if reasoned:
            reason_name, yes_no = REASON_OF[name], pa.bool_()
            gives |= {reason_name: pa.string(), f"{UNREAD}{reason_name}": yes_no, f"{BESIDE}{name}": yes_no}
        return DistinctMap((*self._columns(spec), *reason_columns), made, gives)

    def _stated_reason(self, name: str) -> tuple[StatedReason, tuple[str, ...]]:
        """A reader of the sender's own reason for a missing value, and the columns it reads.

        It gives the reason, and whether something else stood there that is no reason.
        """
        spec = self.table_map.columns.get(REASON_OF.get(name, "")) if self._is_person else None
        if spec is None or not spec.columns:
            constant = self._constant(REASON_OF[name], spec.value) if spec else None
            return (lambda cells: (constant, False)), ()
        texts = self._cells(spec)

        def why(cells: Sequence[str | None]) -> tuple[str | None, bool]:
            said = [text.lower().replace(" ", "_") for text in texts(*cells)]
            known = [text for text in said if text in tables.REASONS]
            return (known[0] if known else None), len(known) < len(said)

        return why, self._columns(spec)

    def _names(self) -> DistinctMap:
        specs = self.table_map.columns
        used = [(target, specs[target]) for target in NAME_PARTS if target in specs and specs[target].columns]
        columns = [self._columns(spec) for _, spec in used]
        readers = [self._name_reader(target, spec, dict(used)) for target, spec in used]
        made = names.made_by(list(zip(readers, map(len, columns), strict=True)))
        return DistinctMap(tuple(c for lent in columns for c in lent), made, names.GIVES)

    def _name_reader(self, target: str, spec: ValueSpec, used: Collection[str]) -> names.NameReader:
        """A full name says nothing of a part that has a column of its own."""
        texts = self._cells(spec)
        if target == "name":
            parts = [part for part in names.PARTS if part not in used]
            return names.full_name_reader(texts, spec.order or "forenames surname", parts)
        return names.aliases_reader(texts) if target == "aliases" else names.part_reader(texts, target)


def _text_reader(column: Column) -> Callable[[str], object]:
    if column.name in REASON_OF.values():
        return lambda text: folded if (folded := text.lower().replace(" ", "_")) in column.values else None
    if column.values:
        words = {word.lower(): word for word in column.values}
        return lambda text: words.get(text.lower())
    if column.name == "text":
        return lambda text: text  # a log entry stays as it was written, line breaks and all
    if column.name == "postcode":
        return standard.postcode
    return standard.identifier if column.name.startswith("id_") else standard.plain_text


STATED = ("refused", "not_asked", "not_understood", "not_known")
"""Reasons that a sender may also write where the value would stand."""


def _visible(text: str) -> str:
    """Without marks that nobody sees, such as those that turn the direction of writing."""
    return text if text.isprintable() else standard.plain_text(text) or ""


def _as_reason(text: str) -> str:
    return text.lower().replace(" ", "_")


def _is_reason(text: str, list_: CodeList) -> bool:
    """Whether a reason stands where a value would; a list may have codes of its own for them, which it reads."""
    return _as_reason(text) in STATED and list_.translate(text).code is None


def _translated(list_: CodeList, texts: list[str]) -> tuple[list[str], str | None]:
    """Codes of the texts that have one, and why the first of the others has none."""
    found = [list_.translate(text) for text in texts] or [list_.translate(None)]
    codes = list(dict.fromkeys(one.code for one in found if one.code is not None))
    return codes, next((one.reason for one in found if one.code is None), None)


def _yes_or_no(yes: Sequence[str], no: Sequence[str]) -> Callable[[str], bool | None]:
    """A reader of yes and no. A map that names one of them means the other by every other text."""
    if yes and not no:
        return lambda text: text.lower() in yes
    if no and not yes:
        return lambda text: text.lower() not in no
    trues, falses = yes or YES, no or NO
    return lambda text: True if text.lower() in trues else False if text.lower() in falses else None


def _whole(text: str) -> int | None:
    match = re.fullmatch(r"(-?\d{1,9})(?:\.0+)?", text)
    return int(match[1]) if match else None


def _folded(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(text.strip().lower() for text in texts)


def _is_placeholder(text: str) -> bool:
    squeezed = re.sub(r"[^A-Z0-9]", "", text.upper())
    return squeezed in {code.replace(" ", "") for code in standard.NO_FIXED_ABODE}
