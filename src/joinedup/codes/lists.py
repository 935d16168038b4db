"""Code lists: one CSV file each, read once, and translated by dictionary.

A shipped list is `lists/<name>.csv`, and a line of `lists/index.csv` says where it comes from. A project may
bring `<folder>/<name>.csv`, which is read instead of a shipped list of the same name; its own `index.csv` is
optional. Columns of a list:

    code        what a system sends
    label       what it means, in words
    inside      the code that our tables hold, of the list named in the index; a list without this column is an inside
                list, and each code is held as it stands
    reason      why there is no value, for a code that means that; one of `REASONS`, and then `inside` is empty
    also        other spellings, separated by `;`
    preferred   `yes` on the one code to send back where several mean the same inside code
    folds       inside codes, separated by `;`, that this list has no code of their own for and counts under this one
    (others)    facts about the code, kept in `Code.facts`

Columns of an index: those of `Story`. `shape` says how spellings are compared (`joinedup.codes.spelling`);
`endings` are the letters that may follow any code of the list, as `A` for an attempt follows an offence code.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from joinedup.codes.entries import Code, Story, Translated
from joinedup.codes.files import read_codes, read_index
from joinedup.codes.spelling import SHAPES
from joinedup.errors import CodeListError, from_oserror, nearest

LISTS = Path(__file__).parent / "lists"


@dataclass(frozen=True, eq=False)
class CodeList:
    """A list of codes and what each means inside."""

    story: Story
    codes: Mapping[str, Code]

    @property
    def name(self) -> str:
        return self.story.name

    @property
    def title(self) -> str:
        return self.story.title

    @property
    def column(self) -> str:
        """The column of our tables that the list is about."""
        return self.story.column

    @property
    def source(self) -> str:
        return self.story.source

    @property
    def version(self) -> str:
        return self.story.version

    @property
    def date(self) -> str:
        return self.story.date

    @property
    def inside(self) -> str:
        """Name of the list whose codes our tables hold; its own name if it is that list."""
        return self.story.inside

    @functools.cached_property
    def substantive(self) -> frozenset[str]:
        """Codes that are a value, not the reason for having none."""
        return frozenset(code.code for code in self.codes.values() if code.reason is None)

    def translate(self, text: str | None) -> Translated:
        """What `text` is inside: looked for among codes, then labels, then other spellings.

        Case, spaces at the ends or doubled, and the kind of dash do not matter. Nothing, or only spaces, is
        `not_recorded`; a spelling that the list does not have, or has for two meanings, is `unmapped`. Never raises.
        """
        if text is None:
            return _NOTHING
        key = SHAPES[self.story.shape](text)
        if not key:
            return _NOTHING
        return self._lookup.get(key) or self._translate_ending(key)

    def _translate_ending(self, key: str) -> Translated:
        """A code with one of the list's endings, such as `sx03019b`, which is not a line of its own."""
        code, ending = key[:-1].upper(), key[-1].upper()
        known = code in self.codes and code[-1] not in self.story.endings
        return Translated(code + ending, None) if known and ending in self.story.endings else _UNMAPPED

    def back(self, inside_code: str) -> str | None:
        """This list's code for an inside code: the only one, the preferred one, or the one it folds into; else None."""
        return self._back.get(inside_code)

    def label(self, code: str) -> str:
        """The words for `code`. Raises CodeListError, with the nearest code, if the list does not have it."""
        return self[code].label

    def __getitem__(self, code: str) -> Code:
        """The line of `code`. Raises CodeListError, with the nearest code, if the list does not have it."""
        try:
            return self.codes[code]
        except KeyError:
            pass
        raise CodeListError(
            f"That is not a code of list `{self.name}`.{nearest(code, self.codes)}",
            remedy=f"The codes are on the reference page of code lists, under `{self.name}`.",
        )

    @functools.cached_property
    def _lookup(self) -> dict[str, Translated]:
        codes = self.codes.values()
        same = SHAPES[self.story.shape]
        spellings = _meanings((same(s), c) for c in codes for s in c.also)
        spellings |= _meanings((same(c.label), c) for c in codes)
        return spellings | _meanings((same(c.code), c) for c in codes)

    @functools.cached_property
    def _back(self) -> dict[str, str]:
        back = {inside: code.code for code in self.codes.values() for inside in code.folds}
        senders: dict[str, list[Code]] = {}
        for code in self.codes.values():
            if code.inside is not None:
                senders.setdefault(code.inside, []).append(code)
        for inside, found in senders.items():
            chosen = found if len(found) == 1 else [code for code in found if code.preferred]
            if len(chosen) == 1:
                back[inside] = chosen[0].code
        return back


_NOTHING = Translated(None, "not_recorded")
_UNMAPPED = Translated(None, "unmapped")


def _meanings(spellings: Iterable[tuple[str, Code]]) -> dict[str, Translated]:
    """Spelling to meaning. A spelling that two codes share with different meanings means neither of them."""
    found: dict[str, Translated] = {}
    for key, code in spellings:
        meaning = Translated(code.inside, code.reason)
        found[key] = meaning if found.get(key, meaning) == meaning else _UNMAPPED
    found.pop("", None)
    return found


def code_list(name: str, folder: Path | None = None) -> CodeList:
    """The code list `name`: the project's `<folder>/<name>.csv` if there is one, else the shipped list.

    Raises CodeListError, with the nearest name, for a list that does not exist, and with the place for a list
    whose lines are not well formed; StorageError if a file cannot be read.
    """
    if folder is not None and (folder / f"{name}.csv").is_file():
        return _project_list(name, folder)
    if name in _shipped():
        return _shipped_list(name)
    raise CodeListError(
        f"There is no code list `{name}`.{nearest(name, [*names(), *_project_names(folder)])}",
        remedy="Name a shipped list, or put the list as a CSV file in the project's `codes` folder.",
    )


def names() -> list[str]:
    """Names of the shipped lists, in the order of the index."""
    return list(_shipped())


@functools.cache
def _shipped() -> dict[str, Story]:
    return read_index(LISTS / "index.csv")


@functools.cache
def _shipped_list(name: str) -> CodeList:
    return CodeList(_shipped()[name], read_codes(LISTS / f"{name}.csv"))


def _project_names(folder: Path | None) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.csv")) if folder is not None else []


def _project_list(name: str, folder: Path) -> CodeList:
    try:
        files = (folder / f"{name}.csv", folder / "index.csv")
        changed = tuple(path.stat().st_mtime_ns for path in files if path.exists())
    except OSError as error:
        raise from_oserror(error) from None
    return _project_list_as_of(name, folder, changed)


@functools.lru_cache(maxsize=64)
def _project_list_as_of(name: str, folder: Path, changed: tuple[int, ...]) -> CodeList:
    """`changed` is part of the key so that a list edited while the service runs is read again."""
    index = folder / "index.csv"
    own = read_index(index) if index.is_file() else {}
    story = own.get(name) or _shipped().get(name) or Story(name, title=name, inside=name)
    return CodeList(story, read_codes(folder / f"{name}.csv"))
