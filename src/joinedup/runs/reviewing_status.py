"""How a review stands: what may be claimed, what it would cost, how far readers agree, what waits; and its replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from joinedup.audit import open_store
from joinedup.review import pool as pools
from joinedup.review.agreement import alpha
from joinedup.review.events import Event, all_events, altered
from joinedup.review.ledger import Ledger, drawn, ledger, table_of_readings
from joinedup.review.pool import Pool
from joinedup.review.stopping import Opinion, Plan, Price, State, discounted, hypergeometric, price_list
from joinedup.runs.project import Project, load_project
from joinedup.runs.reviewing import pool as pool_of
from joinedup.runs.reviewing_desk import body_of
from joinedup.runs.reviewing_referrals import days_since, referral_tables
from joinedup.statistics.agreement import Agreement, agreement

OFFENDERS = "victim-recorded-as-offender"


@dataclass(frozen=True)
class Alert:
    """An alert that a child may be at risk now. minutes: since it was raised; seen: whether somebody took it up."""

    number: int
    crime_id: str
    minutes: float
    seen: bool


@dataclass(frozen=True)
class Referred:
    """A referral as the inquiry sees it: to whom, whether answered, days since, and nothing of the investigation."""

    number: int
    to: str
    accepted: bool | None
    days: int
    contacted: bool
    outcome: bool


@dataclass(frozen=True)
class ReviewStatus:
    """Everything that may be said of a review. statement: in words, with its conditions.

    prices: what each target would cost from here. recall_discounted: recall that allows for what readers miss.
    altered: events that are not as the audit log has them. offenders: children recorded as offenders, for
    recommendation 3. simulated: whether the decisions are simulated.
    """

    statement: str
    simulated: bool
    plan: dict[str, Any] | None
    plans: int
    cases: int
    read: int
    found: int
    settled: dict[str, int]
    waiting: dict[str, int]
    state: State | None
    recall_discounted: float | None
    prices: tuple[Price, ...]
    opinions: tuple[Opinion, ...]
    agreement: Agreement
    alpha: float | None
    alerts: tuple[Alert, ...]
    referrals: tuple[Referred, ...]
    offenders: int
    altered: tuple[int, ...]


def review_status(folder: Path) -> ReviewStatus:
    """How the review stands now. Raises ProjectError without a project."""
    project = load_project(folder)
    with closing(open_store(project.folder)) as store:
        made, wrong = ledger(all_events(store)), altered(store)
    cases = _pool(project, made)
    state = pools.state_of(made, cases) if cases else None
    found = pools.found_so_far(made, cases) if cases else 0
    return ReviewStatus(
        statement=_statement(made, state), simulated=made.simulated,
        plan=dict(made.plan.body) if made.plan else None, plans=made.plans,
        cases=len(cases.ids) if cases else 0, read=len(made.order), found=found,
        settled=dict(Counter(one.settled for one in made.cases.values() if one.settled)), waiting=_waiting(made),
        state=state, recall_discounted=_discounted(made, state, found),
        prices=_prices(made, cases), opinions=_opinions(made, cases, state),
        agreement=agreement(table_of_readings(made.cases)),
        alpha=alpha([list(one.readings.values()) for one in made.cases.values()]),
        alerts=_alerts(made), referrals=_referred(made), offenders=_offenders(project, made), altered=wrong,
    )  # fmt: skip


def _pool(project: Project, made: Ledger) -> Pool | None:
    if made.plan is None or not (project.runs / str(made.plan.body["run"])).is_dir():
        return None
    return pool_of(project.runs / str(made.plan.body["run"]))


def _statement(made: Ledger, state: State | None) -> str:
    if made.plan is None:
        return "No plan is fixed yet, so nothing can be claimed."
    head = "Simulated decisions. " if made.simulated else ""
    if made.plan.body["voids"]:
        return (
            head + "The plan was changed after cases were read: no statement about missed cases holds. Start a new run."
        )
    if state is None:
        return head + "Nothing can be claimed yet of the cases that were not read: no random sample was drawn."
    sure = f"{100 * (1 - made.plan.body['alpha']):g}%"
    return head + (
        f"At most {state.missed:,} cases that readers would find are missed ({sure}, however often one looks); recall "
        f"is at least {100 * state.recall:.1f}%. " + ("The target is reached." if state.stop else "Go on reading.")
    )


def _waiting(made: Ledger) -> dict[str, int]:
    """Cases that wait: for a second reader, for a third, or to be read again because a reader withdrew."""
    return {
        "second": sum(made.wants_second(one) for one in made.cases),
        "third": sum(made.wants_third(one) for one in made.cases),
        "unread_again": sum(not made.cases[one].read for one in made.order),
        "records": sum("needs-records" in one.readings.values() and not one.settled for one in made.cases.values()),
    }


def _discounted(made: Ledger, state: State | None, found: int) -> float | None:
    """Of cases that a first reader put aside and a draw gave to a second: what the second found."""
    if state is None:
        return None
    aside = [(one, case) for one, case in made.cases.items() if next(iter(case.readings.values()), "") == _ASIDE]
    twice = [case for one, case in aside if drawn(made.seed, one) and len(case.readings) > 1]
    missed = sum(case.settled == "reopen" or (case.settled is None and case.relevant) for case in twice)
    return discounted(found, found + state.missed, len(aside) - len(twice), (missed, len(twice)))


_ASIDE = "no-further-review"


def _prices(made: Ledger, cases: Pool | None) -> tuple[Price, ...]:
    if made.plan is None or cases is None:
        return ()
    plan = pools.plan_of(made)
    if plan is None:
        plan = Plan(pools.found_so_far(made, cases), len(pools.frozen(made, cases)), alpha=made.plan.body["alpha"])
    return price_list(plan)


def _opinions(made: Ledger, cases: Pool | None, state: State | None) -> tuple[Opinion, ...]:
    """Second opinions, which decide nothing: by one planned look at the sample, and by the ranker itself."""
    plan = pools.plan_of(made)
    told = [hypergeometric(plan, state.sampled, state.hits)] if plan and state else []
    own = pools.own_estimate(made, cases) if cases else None
    return (*told, own) if own else tuple(told)


def _alerts(made: Ledger) -> tuple[Alert, ...]:
    now = datetime.now(UTC)
    return tuple(
        Alert(number, crime, (now - when).total_seconds() / 60, number in made.seen_alerts)
        for crime, case in sorted(made.cases.items())
        for number, when in case.alerts
    )


def _referred(made: Ledger) -> tuple[Referred, ...]:
    rows = referral_tables(made)[0].to_pylist()
    return tuple(
        Referred(
            number, row["to"], row["accepted"], days_since(made.referrals[number]), row["contacted_on"] is not None,
            row["outcome"] is not None,
        )
        for number, row in zip(sorted(made.referrals), rows, strict=True)
    )  # fmt: skip


def _offenders(project: Project, made: Ledger) -> int:
    return len(offender_list(project.runs / str(made.plan.body["run"]))) if made.plan else 0


def offender_list(run: Path) -> list[str]:
    """Ids of cases whose child victim is recorded as an offender too: the list of its own for recommendation 3."""
    path = run / "tables" / "review_cases.parquet"
    if not path.exists():
        return []
    rows = pq.read_table(path, columns=["crime_id", "hits"]).to_pylist()
    return [row["crime_id"] for row in rows if any(hit["rule"] == OFFENDERS for hit in row["hits"] or ())]


@dataclass(frozen=True)
class Replayed:
    """A replay of every batch and sample from the events before each. differing: numbers of events that came out
    otherwise; none where the log tells the truth.
    """

    batches: int
    samples: int
    differing: tuple[int, ...]


def replay(folder: Path) -> Replayed:
    """Make every ranking and every sample again, from the events before it. ProjectError when the run is gone."""
    project = load_project(folder)
    with closing(open_store(project.folder)) as store:
        events = all_events(store)
    pools_by_run: dict[str, Pool] = {}
    made, differing = Ledger(), []
    for number, event in enumerate(events):
        if event.kind in ("batch", "sample"):
            made = ledger(events[:number])
            assert made.plan is not None  # noqa: S101 - no batch comes before a plan
            run = str(made.plan.body["run"])
            if run not in pools_by_run:
                pools_by_run[run] = pool_of(project.runs / run)
            if not _as_logged(event, made, pools_by_run[run]):
                differing.append(event.number)
    return Replayed(_count(events, "batch"), _count(events, "sample"), tuple(differing))


def _count(events: Iterable[Event], kind: str) -> int:
    return sum(event.kind == kind for event in events)


def _as_logged(event: Event, made: Ledger, cases: Pool) -> bool:
    if event.kind == "batch":
        return body_of(pools.draft(made, cases), cases) == dict(event.body)
    whole = replace(made, sample=event)
    ordered = pools.sample_order(whole, cases)
    told = (len(ordered), pools.found_so_far(made, cases), pools.commitment(cases, ordered))
    return told == (event.body["unread"], event.body["found"], event.body["commitment"])


def review_weights(folder: Path, most: int = 200) -> tuple[pools.Reason, ...]:
    """What weighs most in the ranking, for a person's sign-off; empty before the ranker has learned."""
    project = load_project(folder)
    with closing(open_store(project.folder)) as store:
        made = ledger(all_events(store))
    cases = _pool(project, made)
    return pools.top_weights(made, cases, most) if cases else ()
