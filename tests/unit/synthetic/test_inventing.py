"""What `invent` writes: the same for the same seed, of the size asked for, and never over real records."""

import hashlib
import tomllib
from dataclasses import replace

import pytest

from joinedup.errors import ProjectError
from joinedup.synthetic import SIZES, describe, invent
from joinedup.synthetic.styles import CARE, CRIME, CUSTODY, INQUIRY, INTELLIGENCE
from joinedup.synthetic.systems import systems_of


def digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_files_byte_for_byte(town, tmp_path):
    invent(tmp_path / "again", size="town", seed=1)
    assert digests(tmp_path / "again") == digests(town.folder)


def test_another_seed_gives_other_people(town, tmp_path):
    invent(tmp_path / "other", size="town", seed=2)
    ours, theirs = digests(town.folder), digests(tmp_path / "other")
    assert ours.keys() == theirs.keys()
    assert ours["truth/people.parquet"] != theirs["truth/people.parquet"]


def test_a_town_is_two_forces_nine_systems_and_about_ten_thousand_records(town):
    assert len(town.made.systems) == 9
    assert {name[:3] for name in town.made.systems} == {"x01", "x02"}
    assert 9_000 < town.made.counts["person_records"] < 11_000


@pytest.mark.parametrize(("size", "forces", "systems"), [("town", 2, 9), ("region", 3, 9), ("nation", 6, 18)])
def test_every_size_has_systems_of_all_five_kinds(size, forces, systems):
    found = systems_of(SIZES[size])
    assert len(found) == len({system.name for system in found}) == systems
    assert {system.kind for system in found} == {CRIME, CUSTODY, INTELLIGENCE, INQUIRY, CARE}
    assert {system.force for system in found} == set(range(forces))


def test_no_two_systems_of_a_force_spell_alike(town):
    styles = [replace(system.style, kind="", words={}) for system in town.systems if system.force == 0]
    assert all(one != other for place, one in enumerate(styles) for other in styles[place + 1 :])


def test_describe_counts_what_was_written(town):
    counts = describe(town.folder)
    assert counts == town.made.counts
    assert counts["person_records"] == sum(counts["records_by_system"].values())
    assert counts["groups"] == town.truth("groups").num_rows
    assert counts["people"] == town.truth("people").num_rows


def test_the_project_says_that_it_is_invented(town):
    content = tomllib.loads((town.folder / "joinedup.toml").read_text(encoding="utf-8"))
    assert content["project"]["invented"] is True


def test_the_truth_lies_apart_from_the_sources(town):
    assert {path.name for path in town.folder.iterdir()} == {"joinedup.toml", "sources", "truth"}
    truths = {path.name for path in (town.folder / "truth").iterdir()}
    assert not truths & {path.name for path in (town.folder / "sources").rglob("*")}


def test_an_invented_project_is_made_anew_and_its_runs_are_kept(tmp_path):
    (tmp_path / "joinedup.toml").write_text("[project]\ninvented = true\n")
    for kept_or_not in ("runs/one", "sources/x09-crime"):
        (tmp_path / kept_or_not).mkdir(parents=True)
    invent(tmp_path, size="town", seed=3)
    assert (tmp_path / "runs" / "one").exists()
    assert not (tmp_path / "sources" / "x09-crime").exists()


@pytest.mark.parametrize("configuration", ["[project]\ninvented = false\n", "[project]\n", "not TOML ["])
def test_a_project_of_real_records_is_never_written_over(tmp_path, configuration):
    (tmp_path / "joinedup.toml").write_text(configuration)
    (tmp_path / "sources").mkdir()
    with pytest.raises(ProjectError, match="not invented"):
        invent(tmp_path)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["joinedup.toml", "sources"]


def test_sources_without_a_project_are_never_written_over(tmp_path):
    (tmp_path / "sources").mkdir()
    with pytest.raises(ProjectError, match="holds sources already"):
        invent(tmp_path)


def test_a_size_that_does_not_exist_names_the_nearest(tmp_path):
    with pytest.raises(ProjectError, match=r"Did you mean `region`\?"):
        invent(tmp_path, size="regoin")


def test_describe_refuses_a_folder_without_an_invention(tmp_path):
    with pytest.raises(ProjectError, match="no invented project"):
        describe(tmp_path)
