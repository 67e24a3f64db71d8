"""What every test may use."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.support.cli_process import Command
from tests.support.fake_kernel import marked_decide

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# HYPOTHESIS_PROFILE names another one: more examples where somebody waits for them. On a build machine the examples are
# always the same: a change is not refused for what was drawn by chance, and what chance finds is found by developers.
settings.register_profile("dev", max_examples=25, deadline=None)
settings.register_profile("ci", max_examples=25, deadline=None, derandomize=True)
settings.register_profile("nightly", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of this project's tests."""
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what the golden cases give now into their files; read the difference before you keep it",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs an object store."""
    for item in items:
        if "store" in getattr(item, "fixturenames", ()):
            item.add_marker("store")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to rewrite expectations where nobody reads them, and let the processes of the tests be signalled.

    Processes that are started inherit that a signal is ignored (``nohup pytest``, ``pytest &``), and then the tests of
    signals would wait for ever. They do not inherit a handler; one that does nothing leaves this process as it was.
    """
    for name in ("SIGINT", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda _number, _frame: None)
    if config.getoption("--update-golden") and os.environ.get("CI"):
        raise pytest.UsageError("--update-golden is refused where CI is set: expectations are changed by hand")


@pytest.fixture(scope="module")
def marked_kernel() -> Iterator[None]:
    """Let a marked line alone decide what goes: formats, runs and logs are tested without the kernels' judgement."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dedup.resolve.document.decide.decide", marked_decide)
        patch.setattr("dedup.engines.local.document_run.read_screened", lambda *_: None)
        yield


@pytest.fixture
def dedup(tmp_path: Path) -> Iterator[Command]:
    """Return the command as a process, run in the test's own directory."""
    (tmp_path / ".git").mkdir()  # where the search for a configuration ends
    command = Command(tmp_path)
    yield command
    command.end()
