"""People judge, take back and judge again, in any order: whatever is taken back, people stand as they stood before.

In the state machine every judgement goes through the project's database, clusters are made of fixed weights and what is
in force, and ids are carried over from state to state, as runs do it.
"""

from __future__ import annotations

import itertools
import os
import sqlite3

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from joinedup.audit.store import MIGRATIONS, transaction
from joinedup.linkage.average import NEVER, Ties, clusters
from joinedup.linkage.clusters import clusters_table
from joinedup.linkage.identities import Before, Causes, lasting
from joinedup.linkage.judgements import Judgement, Retiring, all_judgements, in_force, record, retire

FULL = os.environ.get("JOINEDUP_SCALE") == "full"
SEQUENCES = 10_000 if FULL else 25

RECORDS = 7
IDS = pa.array([f"s:{n}" for n in range(RECORDS)])
PAIRS = list(itertools.combinations(range(RECORDS), 2))
People = dict[frozenset[str], str]


class Judging(RuleBasedStateMachine):
    """weights: bits of every pair. people: id of each person by their records. past: people before each judgement."""

    @initialize(weights=st.lists(st.integers(-40, 40), min_size=len(PAIRS), max_size=len(PAIRS)))
    def begin(self, weights: list[int]) -> None:
        self.store = sqlite3.connect(":memory:", isolation_level=None)
        for statement in itertools.chain(*MIGRATIONS):
            self.store.execute(statement)
        self.weights = np.array(weights) / 4
        self.before, self.holding = Before.nothing(), set[tuple[str, str, str]]()
        self.past: list[tuple[int, People]] = []
        self.standing: list[int] = []
        self.people = self.run()

    def run(self) -> People:
        """What a run does: clusters of what is in force, ids carried over."""
        held = in_force(all_judgements(self.store)).to_pylist()
        firm = {(r["record_id_l"], r["record_id_r"], r["verdict"]) for r in held if r["verdict"] != "unsure"}
        places = {one: n for n, one in enumerate(IDS.to_pylist())}
        left, right = np.array(PAIRS, np.int32).T
        judged = sorted(firm)
        ties = Ties(
            np.append(left, [places[a] for a, _, _ in judged]).astype(np.int32),
            np.append(right, [places[b] for _, b, _ in judged]).astype(np.int32),
            np.append(self.weights, [0.0 if verdict == "same" else NEVER for *_, verdict in judged]),
            np.append(np.zeros(len(PAIRS), bool), [verdict == "same" for *_, verdict in judged]).astype(bool),
        )
        found = clusters(RECORDS, ties, lambda one, other: np.zeros(len(one)), 0.0)
        changed = frozenset(one for pair in firm ^ self.holding for one in pair[:2])
        kept = lasting(clusters_table(IDS, found.labels, ties), self.before, b"salt", Causes(changed))
        self.before, self.holding = Before(kept.clusters, kept.identities, kept.events), firm
        people: dict[str, set[str]] = {}
        for row in kept.clusters.to_pylist():
            people.setdefault(row["person_id"], set()).add(row["record_id"])
        return {frozenset(records): one for one, records in people.items()}

    @rule(pair=st.sampled_from(PAIRS), verdict=st.sampled_from(["same", "different", "unsure"]))
    def judge(self, pair: tuple[int, int], verdict: str) -> None:
        said = Judgement(f"s:{pair[1]}", f"s:{pair[0]}", verdict, "a", "why")
        with transaction(self.store):
            number = record(self.store, said)
        self.past.append((number, self.people))
        self.standing.append(number)
        self.people = self.run()

    @precondition(lambda self: self.past and self.standing and self.past[-1][0] == self.standing[-1])
    @rule()
    def take_back_the_last(self) -> None:
        """Every set of records, and every id, is what it was before the judgement."""
        number, people = self.past.pop()
        self.standing.pop()
        with transaction(self.store):
            retire(self.store, number, Retiring("b", "it was wrong"))
        self.people = self.run()
        assert self.people == people

    @precondition(lambda self: len(self.standing) > 1)
    @rule(data=st.data())
    def take_back_any(self, data: st.DataObject) -> None:
        """The sets of records are those of the judgements that are left; nothing remembers the one taken back."""
        number = data.draw(st.sampled_from(self.standing))
        self.standing.remove(number)
        self.past.clear()
        with transaction(self.store):
            retire(self.store, number, Retiring("b", "it was wrong"))
        self.people = self.run()

    @invariant()
    def what_is_different_is_apart(self) -> None:
        person = {one: name for records, name in self.people.items() for one in records}
        for one, other, verdict in self.holding:
            assert verdict != "different" or person[one] != person[other]

    @invariant()
    def what_is_same_is_together_unless_something_different_forbids_it(self) -> None:
        person = {one: name for records, name in self.people.items() for one in records}
        if not any(verdict == "different" for *_, verdict in self.holding):
            assert all(person[one] == person[other] for one, other, _ in self.holding)

    @invariant()
    def people_follow_from_what_is_in_force_alone(self) -> None:
        """The same state, reached in one step from nothing."""
        kept, self.before = self.before, Before.nothing()
        people = self.run()
        self.before = kept
        assert set(people) == set(self.people)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()


@pytest.mark.proof
def test_whatever_is_taken_back_people_stand_as_they_stood() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    told = settings(
        max_examples=SEQUENCES, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Judging, settings=told)
