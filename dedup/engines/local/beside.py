"""A process beside this one, for what it does not want to do, or to load, itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.engines.local.workers import Processes, is_worker
from dedup.model.errors import DedupError

if TYPE_CHECKING:
    from collections.abc import Callable


class Answer:
    """What a call returns, once it has."""

    def __init__(self, beside: Beside) -> None:
        self._beside = beside
        self._found: tuple[DedupError | None, Any] | None = None

    @property
    def is_there(self) -> bool:
        """There is no need to wait for it."""
        self._beside.look()
        return self._found is not None

    def take(self, found: tuple[DedupError | None, Any]) -> None:
        """Take what there is in the end: an error, or a value."""
        self._found = found

    def value(self) -> Any:
        """Wait, and return what was returned.

        Raises:
            DedupError: what was raised, or the process has died.
        """
        while self._found is None:
            self._beside.wait()
        error, value = self._found
        if error is not None:
            raise error
        return value


class Beside:
    """A process that is started for its first call, and does one call after the other.

    Args:
        apart: else all is done in this process, as also inside of a worker, which may start none.
    """

    def __init__(self, *, apart: bool) -> None:
        self._apart = apart and not is_worker()
        self._calls = _Calls()
        self._processes: Processes | None = None
        self._waiting: Answer | None = None

    def start(self) -> None:
        """Start the process, if there is to be one, before it is needed."""
        if self._apart:
            self.call(_nothing)

    def call(self, function: Callable[..., Any], *args: object) -> Answer:
        """Begin a call, when the one before it has come to its end: neither side then waits for the other to read.

        Args:
            function: is given a mapping, always the same one, in which it can keep things; then `args`.
            args: what can be pickled.

        Raises:
            DedupError: the process has died.
        """
        self.wait()
        answer = Answer(self)
        if not self._apart:
            answer.take(self._calls((function, args)))
            return answer
        if self._processes is None:
            self._processes = Processes(1, (self._calls,))
        self._processes.send(0, None, (function, args))
        self._waiting = answer
        return answer

    def look(self) -> None:
        """Take the answer if it is there."""
        if self._processes is not None and self._processes.has_answered:
            self.wait()

    def wait(self) -> None:
        """Wait for the answer to come, if one is to come.

        Raises:
            DedupError: the process has died.
        """
        if self._waiting is not None and self._processes is not None:
            waiting, self._waiting = self._waiting, None
            waiting.take(self._processes.receive()[0])

    @property
    def processes(self) -> list[int]:
        """Its process id, if it has been started."""
        return [] if self._processes is None else self._processes.processes

    def close(self) -> None:
        """End it."""
        if self._processes is not None:
            self._processes.stop()
            self._processes = self._waiting = None


def _nothing(_: dict[Any, Any]) -> None:
    pass


class _Calls:
    """Does calls, in whatever process, and keeps what they want to have kept."""

    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}

    def __call__(self, call: tuple[Callable[..., Any], tuple[Any, ...]]) -> tuple[DedupError | None, Any]:
        """Return what was raised, or what was returned."""
        function, args = call
        try:
            return None, function(self._kept, *args)
        except DedupError as error:
            return error, None
