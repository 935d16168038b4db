"""Planted groups: several suspects and children, across forces, seen whole by no one crime."""

from collections import Counter, defaultdict


def crimes_by_group(town):
    found = defaultdict(list)
    for row in town.truth("crimes").to_pylist():
        if row["group_id"]:
            found[row["group_id"]].append(row["crime_id"])
    return found


def test_every_planted_group_crosses_systems_and_forces(town):
    crimes = crimes_by_group(town)
    for group in town.truth("groups").to_pylist():
        systems = {crime.split(":")[0] for crime in crimes[group["group_id"]]}
        assert len({system for system in systems if system.endswith("crime")}) >= 2
        assert len(group["forces"]) >= 2


def test_a_group_has_two_to_eight_suspects_and_one_to_six_children(town):
    groups = town.truth("groups").to_pylist()
    assert {len(group["suspects"]) for group in groups} <= set(range(2, 9))
    assert {len(group["children"]) for group in groups} <= set(range(1, 7))
    assert len({len(group["suspects"]) for group in groups}) > 4


def test_a_group_acts_over_weeks_to_years(town):
    spans = [(group["last_on"] - group["first_on"]).days for group in town.truth("groups").to_pylist()]
    assert max(spans) > 365
    assert all(0 < span <= 1000 for span in spans)


def test_the_children_of_groups_were_children(town):
    born = dict(zip(*town.truth("people").select(["true_person", "dob"]).to_pydict().values(), strict=True))
    for group in town.truth("groups").to_pylist():
        for child in group["children"]:
            assert (group["last_on"] - born[child]).days / 365.25 < 18


def test_a_crime_of_a_group_names_one_suspect_and_one_child(town):
    of_case = defaultdict(Counter)
    for row in town.truth("parts").to_pylist():
        if row["group_id"] and row["true_person"]:
            of_case[row["true_case"]][row["role"]] += 1
    assert all(parts["suspect"] == 1 and parts["victim"] == 1 for parts in of_case.values())


def test_members_of_a_group_are_tied_to_one_another_by_shared_children(town):
    """Suspects and children joined by their crimes are one piece in every group."""
    ties = defaultdict(lambda: defaultdict(set))
    by_case = defaultdict(dict)
    for row in town.truth("parts").to_pylist():
        if row["group_id"] and row["true_person"] and row["role"] in ("suspect", "victim"):
            by_case[(row["group_id"], row["true_case"])][row["role"]] = row["true_person"]
    for (group, _), parts in by_case.items():
        ties[group][parts["suspect"]].add(parts["victim"])
        ties[group][parts["victim"]].add(parts["suspect"])
    for group in ties.values():
        reached, ahead = set(), [next(iter(group))]
        while ahead:
            one = ahead.pop()
            if one not in reached:
                reached.add(one)
                ahead += group[one]
        assert reached == set(group)


def test_members_share_phones_vehicles_and_places_in_the_records(town):
    shared = {value for group in town.truth("groups").to_pylist() for value in group["vehicles"] + group["phones"]}
    intelligence = [system for system in town.systems if system.name.endswith("intel")]
    seen = Counter(
        value for system in intelligence for value in town.extract(system, "contacts")["linkValue"].to_pylist()
    )
    assert sum(seen[value] > 1 for value in shared) > 10
