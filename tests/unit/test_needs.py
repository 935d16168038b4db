"""A test whose need is not met is skipped with the reason, and fails where that need is required."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"
NEEDY = """
import pytest

@pytest.mark.shared
def test_reads_the_public_data(shared):
    assert shared.is_dir()
"""


@pytest.fixture
def needy(tmp_path):
    (tmp_path / "tests").mkdir()
    shutil.copy(CONFTEST, tmp_path / "tests")
    (tmp_path / "tests" / "test_needy.py").write_text(NEEDY)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = shared: needs the public data\n")
    return tmp_path


def outcome(folder: Path, **settings: str) -> str:
    environment = {"PATH": os.environ["PATH"], "JOINEDUP_SHARED": str(folder / "absent"), **settings}
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout


def test_without_the_need_the_test_is_skipped_and_says_why(needy):
    said = outcome(needy)
    assert "1 skipped" in said
    assert "set JOINEDUP_SHARED" in said


def test_where_the_need_is_required_the_test_fails_and_says_why(needy):
    said = outcome(needy, JOINEDUP_REQUIRE="java,shared")
    assert "1 error" in said  # in pytest's word for a test that failed before its first line
    assert "required here by JOINEDUP_REQUIRE" in said


def test_with_the_need_met_the_test_runs(needy):
    assert "1 passed" in outcome(needy, JOINEDUP_SHARED=str(needy), JOINEDUP_REQUIRE="shared")
