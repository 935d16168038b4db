"""`joinedup lookup`: who is this, in every system."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.explain import reason_lines
from joinedup.cli.out import Json, Why, as_json

if TYPE_CHECKING:
    from joinedup.runs import Candidate

MOST_RECORDS = 8


def lookup(  # noqa: PLR0913, PLR0917 - a person is described by as many options as may be known
    folder: Annotated[Path, typer.Argument(help="The project folder.")] = Path("."),
    surname: Annotated[str | None, typer.Option()] = None,
    forenames: Annotated[str | None, typer.Option()] = None,
    alias: Annotated[str | None, typer.Option(help="Another name of the person, whole.")] = None,
    dob: Annotated[str | None, typer.Option(help="Date of birth, as 1990-12-31 or 31/12/1990, or its year.")] = None,
    sex: Annotated[str | None, typer.Option(help="M or F.")] = None,
    postcode: Annotated[str | None, typer.Option()] = None,
    address: Annotated[str | None, typer.Option()] = None,
    phone: Annotated[str | None, typer.Option()] = None,
    email: Annotated[str | None, typer.Option()] = None,
    pnc: Annotated[str | None, typer.Option(help="PNC number.")] = None,
    cro: Annotated[str | None, typer.Option(help="CRO number.")] = None,
    nhs: Annotated[str | None, typer.Option(help="NHS number.")] = None,
    why: Why = "joinedup lookup",
    json: Json = False,
) -> None:
    """Say who a description fits, in every system, with reasons in words. The look is logged."""
    from joinedup.runs import describe
    from joinedup.runs import lookup as look_up

    names = {"surname": surname, "forenames": forenames, "alias": alias, "dob": dob, "sex": sex}
    reached = {"postcode": postcode, "address": address, "phone": phone, "email": email}
    described = describe({**names, **reached, "id_pnc": pnc, "id_cro": cro, "id_nhs": nhs})
    found = look_up(folder, described, why=why)
    print(as_json({"candidates": [asdict(one) for one in found]}) if json else _words(found))


def _words(found: tuple[Candidate, ...]) -> str:
    if not found:
        return "Nobody in the newest run fits this description at even odds or better."
    return "\n".join(line for place, one in enumerate(found, start=1) for line in _candidate(place, one))


def _candidate(place: int, one: Candidate) -> list[str]:
    records = ", ".join(one.records[:MOST_RECORDS]) + (" …" if len(one.records) > MOST_RECORDS else "")
    head = f"{place}. {one.person_id}: {one.match_weight:.1f} bits; {len(one.records)} records: {records}"
    prior = round(one.match_weight, 1) - sum(round(reason.bits, 1) for reason in one.reasons)
    return [head, f"  {prior:+6.1f}  prior: before anything is compared", *reason_lines(one.reasons)]
