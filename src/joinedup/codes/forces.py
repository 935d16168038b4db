"""Police forces: the 43 of England and Wales, British Transport Police, and invented ones for invented projects."""

from __future__ import annotations

from dataclasses import dataclass

from joinedup.codes.entries import Code
from joinedup.codes.lists import code_list
from joinedup.errors import CodeListError, nearest


@dataclass(frozen=True)
class Force:
    """A police force.

    code: what tables hold. area: its ONS area, None where it has none. numeric: its PNC and CJS numbers, as text.
    """

    code: str
    name: str
    area: str | None
    numeric: tuple[str, ...]
    invented: bool


def force(text: str, invented: bool = False) -> Force:
    """The force that `text` names, by ONS area code, name or alias.

    invented: whether the project is marked invented, which is the only place where `X01` and the like are forces.

    Raises CodeListError for a text that names no force (a system that several forces share and a fraud body are none),
    and for an invented force in a project that is not marked invented.
    """
    code = code_list("force").translate(text).code
    if code is not None:
        return _force(code_list("force")[code], invented=False)
    code = code_list("force-invented").translate(text).code
    if code is None:
        raise CodeListError(
            f"That is not a police force of England and Wales.{nearest(text, _names())}",
            remedy="Write its ONS area code, such as `E23000005`, or its name; `BTP` for British Transport Police.",
        )
    if not invented:
        raise CodeListError(
            f"`{code}` is an invented force, and this project is not marked invented.",
            rule="invented-force",
            remedy="Name a real force, or set `invented = true` under `[project]` in `joinedup.toml`.",
        )
    return _force(code_list("force-invented")[code], invented=True)


def _names() -> list[str]:
    return [code.label for code in code_list("force").codes.values()]


def _force(code: Code, invented: bool) -> Force:
    numeric = tuple(number for number in code.facts.get("numeric", "").split(";") if number)
    return Force(code.code, code.label, code.facts.get("ons_area") or None, numeric, invented)
