"""What every test stands on: what it needs is there, and the network is not."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]


def shared_folder() -> Path:
    """Where the public data lie: $JOINEDUP_SHARED, or `shared` beside the checkout."""
    return Path(os.environ.get("JOINEDUP_SHARED", ROOT.parent / "shared"))


NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "java": (lambda: shutil.which("java") is not None, "Java is not installed: apt install openjdk-17-jre-headless"),
    "chromium": (lambda: shutil.which("chromium") is not None, "Chromium is not installed: apt install chromium"),
    "soffice": (
        lambda: shutil.which("soffice") is not None,
        "LibreOffice is not here: apt install libreoffice-calc-nogui",
    ),
    "shared": (lambda: shared_folder().is_dir(), "the public data are not beside the checkout: set JOINEDUP_SHARED"),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, with the reason, a test whose need is not met; fail it where JOINEDUP_REQUIRE lists that need."""
    required = os.environ.get("JOINEDUP_REQUIRE", "").split(",")
    for need, (is_there, reason) in NEEDS.items():
        if item.get_closest_marker(need) is None or is_there():
            continue
        if need in required:
            pytest.fail(f"{reason} (required here by JOINEDUP_REQUIRE)", pytrace=False)
        pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium. A test that asks for it is marked `chromium`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def keeps_the_rules() -> Callable[[Any], None]:
    """Holds an open page to the rules of access (WCAG 2.2 AA and good practice, by axe) and to the screen's width."""
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

    def check(page: Any) -> None:
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(page, options={"runOnly": rules})
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    return check


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public data. A test that asks for it is marked `shared`."""
    return shared_folder()


class NetworkBlockedError(RuntimeError):
    """A test reached for a machine other than this one."""


def is_this_machine(address: Any) -> bool:
    """Whether a socket address is a loopback address or the path of a Unix socket."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0]).partition("%")[0]
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine. Loopback stays open, for Spark and for Chromium."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        yield


def guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    """`connect`, but only to this machine."""

    def connect_here(self: socket.socket, address: Any) -> Any:
        if not is_this_machine(address):
            raise NetworkBlockedError("Tests do not use the network.")
        return connect(self, address)

    return connect_here


@pytest.fixture(scope="session", autouse=True)
def source_for_children() -> Iterator[None]:
    """Let the Python processes that tests start import the checkout, installed or not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT / "src"), prepend=os.pathsep)
        yield
