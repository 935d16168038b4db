"""After a case is reopened: the victim's wish, referral to a force or the NCA, what is done, and alerts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from joinedup import tables
from joinedup.codes import force as force_of
from joinedup.errors import JoinedupError
from joinedup.review.events import Event, refuse_empty
from joinedup.review.ledger import Ledger, refuse_unknown
from joinedup.runs.reviewing_desk import desk

NCA = "NCA"
WISHES = ("agrees", "declines", "not-asked")
STEPS = ("accepted", "declined", "contact", "done", "outcome")


def wish(folder: Path, crime_id: str, says: str, *, why: str, by: str | None = None) -> int:
    """Record what the victim wishes: `agrees` to contact, `declines`, or `not-asked`. Nothing is done to reach them
    before they agree. Raises JoinedupError for another word.
    """
    refuse_unknown(says, WISHES)
    refuse_empty("reason", why)
    with desk(folder, by) as at:
        return at.add("wish", {"wish": says, "why": why}, crime_id).number


def refer(folder: Path, crime_id: str, to: str, actions: Sequence[tuple[str, str, date | None]] = (), *,
          by: str | None = None) -> int:  # fmt: skip
    """Refer a reopened case to a force or the `NCA`; give the referral's number. actions: what, owner, due day.

    Raises JoinedupError for a case that is not settled as reopened, CodeListError for a force that does not exist.
    """
    with desk(folder, by) as at:
        if at.made.case(crime_id).settled != "reopen":
            raise JoinedupError(
                "Only a case that is settled as reopened can be referred.", rule="review-referral",
                remedy="Wait until the second reader has decided.",
            )  # fmt: skip
        code = NCA if to.upper() == NCA else force_of(to, at.project.invented).code
        told = [{"action": what, "owner": owner, "due": str(due) if due else None} for what, owner, due in actions]
        return at.add("referral", {"to": code, "actions": told}, crime_id).number


def follow(folder: Path, referral: int, step: str, *, says: str = "", by: str | None = None) -> int:
    """Note what became of a referral: `accepted` or `declined` with the reason, first `contact` with the victim, an
    action `done` (says: which), or the `outcome`.

    Raises JoinedupError for a referral that there is not, a step without what it needs, and contact with a victim whose
    agreement is not recorded.
    """
    refuse_unknown(step, STEPS)
    with desk(folder, by) as at:
        one = _referral(at.made, referral)
        if step != "contact":
            refuse_empty("reason or result", says)
        elif at.made.case(one.crime_id or "").wish != "agrees":
            raise JoinedupError(
                "The victim's agreement to contact is not recorded.", rule="review-wish",
                remedy="Record their wish first: joinedup review wish.",
            )  # fmt: skip
        kind = {"accepted": "answer", "declined": "answer", "done": "action_done"}.get(step, step)
        return at.add(kind, {"referral": referral, "step": step, "says": says}, one.crime_id).number


def see_alert(folder: Path, alert: int, *, by: str | None = None) -> float:
    """Note that an alert was taken up; give the minutes since it was raised. JoinedupError where there is none."""
    with desk(folder, by) as at:
        raised = {number: when for case in at.made.cases.values() for number, when in case.alerts}
        if alert not in raised:
            raise JoinedupError("There is no alert of this number.", remedy="See `joinedup review status`.")
        seen = at.add("alert_seen", {"alert": alert})
        assert seen.at is not None  # noqa: S101 - recorded events have a moment
        return (seen.at - raised[alert]).total_seconds() / 60


def _referral(made: Ledger, number: int) -> Event:
    if number not in made.referrals:
        raise JoinedupError("There is no referral of this number.", remedy="See `joinedup review status`.")
    return made.referrals[number]


def referral_tables(made: Ledger) -> tuple[pa.Table, pa.Table]:
    """`referrals` and `actions` as tables, from the events."""
    referrals, actions = [], []
    for number, one in sorted(made.referrals.items()):
        steps = made.follow_ups[number]
        referrals.append(_row(one, steps))
        done = {step.body["says"]: _day(step) for step in steps if step.kind == "action_done"}
        actions += [
            {"referral": str(number), **told, "due": _date(told["due"]), "done_on": done.get(told["action"])}
            for told in one.body["actions"]
        ]
    return _conformed("referrals", referrals), _conformed("actions", actions)


def _conformed(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    table = tables.named(name)
    return table.conform(pa.Table.from_pylist(rows, schema=table.schema))


def _row(one: Event, steps: Sequence[Event]) -> dict[str, Any]:
    last = {step.kind: step for step in steps}
    answer, contact, outcome = (last.get(kind) for kind in ("answer", "contact", "outcome"))
    return {
        "crime_id": one.crime_id, "to": one.body["to"], "on": _day(one),
        "accepted": answer.body["step"] == "accepted" if answer else None,
        "answered_on": _day(answer) if answer else None, "why": answer.body["says"] if answer else None,
        "contacted_on": _day(contact) if contact else None,
        "outcome": outcome.body["says"] if outcome else None, "outcome_on": _day(outcome) if outcome else None,
    }  # fmt: skip


def _day(event: Event) -> date | None:
    return event.at.date() if event.at else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def days_since(event: Event, now: datetime | None = None) -> int:
    """Whole days since an event."""
    moment = now or datetime.now(UTC)
    return (moment - event.at).days if event.at else 0
