"""Stages on one machine: in this process while the input is small, else in worker processes, results in order.

Workers are plain processes with a pipe each, so that every way to end is under control: a worker whose parent is
gone reads end-of-file and ends; a parent whose worker is gone sees its sentinel and says so; nothing waits for ever.
"""

from __future__ import annotations

import pickle
import signal
import sys
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dedup.engines.local.collector import collect_seldom
from dedup.engines.signals import STOP_SIGNALS
from dedup.model.errors import DedupError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

Task = TypeVar("Task")
Result = TypeVar("Result")
INLINE_TASKS = 2
"""Tasks up to which no process is started: two chunks are done before workers would have imported their tools."""
MAX_IN_FLIGHT = 64 << 20
"""Weight (bytes) of tasks read ahead; one task that is heavier goes alone."""
_LESS_MEMORY = "use --workers 1, with --scope corpus a smaller --max-memory, or a lower --max-document"


def map_ordered(
    function: Callable[[Task], Result],
    tasks: Iterable[Task | None],
    workers: int,
    *,
    weight: Callable[[Task], int] = lambda _: 1,
) -> Generator[tuple[Task, Result], None, None]:
    """Yield each task with ``function(task)``, in the order of the tasks, whatever the number of workers.

    Memory is bounded: at most a few tasks per worker, and no more than `MAX_IN_FLIGHT` of weight, are read ahead.
    Close the iterator (``contextlib.closing``) when it is not read to its end: that ends the workers.

    Args:
        function: what is done; with more than one worker it is pickled where processes are spawned.
        tasks: what it is done to. None among them says that the next one will keep us waiting: everything handed in
            so far is then finished and yielded first, so that a slow producer sees its results at once.
        workers: processes; with 1 everything is done in this one, as also inside of another pool's worker.
        weight: size of a task in bytes.

    Raises:
        DedupError: a worker process died.
        Exception: what `function` raised; results of earlier tasks may not have been yielded yet.
    """
    pool = WorkerPool(workers, function)
    try:
        yield from pool.map(function, tasks, weight=weight)
    finally:
        pool.close()


class WorkerPool:
    """A worker pool shared by all stages, forked early, while the parent is small.

    They start when there is work for them. With one worker everything is done in this process, as also inside of
    another pool's worker.

    Args:
        workers: processes.
        shared: what forked workers are to find as it is, rather than pickled: the functions of all stages, or what
            those refer to.
    """

    def __init__(self, workers: int, *shared: object) -> None:
        self._workers = 1 if is_worker() else workers
        self._shared = shared
        self._pool: Processes | None = None

    def map(
        self,
        function: Callable[[Task], Result],
        tasks: Iterable[Task | None],
        *,
        weight: Callable[[Task], int] = lambda _: 1,
        is_trivial: Callable[[Task], bool] = lambda _: False,
        sent: Callable[[Task], Any] = lambda task: task,
    ) -> Generator[tuple[Task, Result], None, None]:
        """Yield each task with ``function(task)``; see `map_ordered`. One stage at a time.

        Args:
            function: what is done; workers that are there by now are sent it.
            tasks: what it is done to, and None, as of `map_ordered`.
            weight: size of a task in bytes.
            is_trivial: tells the tasks that are done in this process, because sending one costs more.
            sent: returns what a worker is sent in place of a task, for which `function` returns the same.
        """
        waiting: deque[Task] = deque()
        source = iter(tasks)
        several = self._workers > 1
        for task in source:
            if task is not None:
                waiting.append(task)
                if several and (len(waiting) > INLINE_TASKS or self._pool is not None):
                    break
                if several:
                    continue
            while waiting:
                yield waiting[0], function(waiting.popleft())
        else:
            while waiting:
                yield waiting[0], function(waiting.popleft())
            return
        if self._pool is None:
            self._pool = Processes(self._workers, (function, *self._shared))
        whole = False
        try:
            yield from self._pool.run(function, waiting, source, _Sending(weight, is_trivial, sent))
            whole = True
        finally:
            if not whole:  # what is under way would be taken for the next stage's
                self.close()

    @property
    def processes(self) -> list[int]:
        """Process ids of the workers that there are by now."""
        return [] if self._pool is None else self._pool.processes

    @property
    def started(self) -> int:
        """Workers that there are by now, so that sharing something out among them costs little; 0 before that."""
        return 0 if self._pool is None else self._workers

    def close(self) -> None:
        """End the workers."""
        if self._pool is not None:
            self._pool.stop()
            self._pool = None


def is_worker() -> bool:
    """Return True if this process is a worker, which may not start others."""
    loaded = sys.modules.get("multiprocessing.process")
    return loaded is not None and bool(loaded.current_process().daemon)


class _End:
    """Type of the mark that a source has ended; None has a meaning of its own."""


_END = _End()


@dataclass(frozen=True)
class _Sending(Generic[Task]):
    """How tasks are handed to workers; see `WorkerPool.map`."""

    weight: Callable[[Task], int]
    is_trivial: Callable[[Task], bool]
    sent: Callable[[Task], Any]


class Processes:
    """Worker processes and what is under way in them; for what a `WorkerPool` does, and `dedup.engines.local.beside`.

    A task is sent only to a worker that is idle: neither side can then block on a full pipe while the other does. A
    worker is started when there is a task for it, so that a large number of them costs nothing while there is not.
    """

    def __init__(self, workers: int, preloaded: tuple[object, ...]) -> None:
        self._processes: list[BaseProcess] = []
        self._pipes: list[Connection[Any, Any]] = []
        self._idle: list[int] = []
        self._busy: dict[int, int] = {}
        """Worker → number of its task."""
        self._preloaded = preloaded
        """What workers know from the start; the first is the function of the first stage."""
        self._size = workers

    def run(
        self,
        function: Callable[[Task], Result],
        waiting: deque[Task],
        source: Iterator[Task | None],
        sending: _Sending[Task],
    ) -> Iterator[tuple[Task, Result]]:
        """Do `waiting`, then the rest of `source`; see `WorkerPool.map`."""
        other_function = None if function is self._preloaded[0] else function
        flight: dict[int, Task] = {}
        done: dict[int, Result] = {}
        next_task = next_result = load = 0  # next task to send; next result to yield; weight in flight
        window = 4 * self._size + 4
        more, held = True, False
        while more or waiting or flight:
            held = held and bool(flight)
            while self._has_room() and not held and len(flight) < window and (not flight or load < MAX_IN_FLIGHT):
                task = waiting.popleft() if waiting else next(source, _END)
                if isinstance(task, _End):
                    more = False
                    break
                if task is None:
                    held = bool(flight)  # the source would keep us waiting: first give out what is under way
                    continue
                if sending.is_trivial(task):
                    done[next_task] = function(task)
                else:
                    self.send(next_task, other_function, sending.sent(task))
                flight[next_task] = task
                load += sending.weight(task)
                next_task += 1
            while next_result in done:
                task = flight.pop(next_result)
                load -= sending.weight(task)
                yield task, done.pop(next_result)
                next_result += 1
            if self._busy and (next_result not in done):
                done.update(self.receive())

    @property
    def processes(self) -> list[int]:
        """Process ids of the workers that there are by now."""
        return [process.pid for process in self._processes if process.pid is not None]

    @property
    def has_answered(self) -> bool:
        """There is a result that `receive` does not have to wait for."""
        return any(self._pipes[worker].poll() for worker in self._busy)

    def _has_room(self) -> bool:
        return bool(self._idle) or len(self._processes) < self._size

    def _start(self) -> int:
        """Start one more worker, and return its number."""
        import multiprocessing  # costs 15 ms, and most runs are small

        # Forking is safe and quick on Linux; macOS's own libraries do not survive it.
        context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        with _signals_held(), _quiet_fork():
            ours, theirs = context.Pipe()
            self._pipes.append(ours)
            # A forked child inherits our ends of all pipes so far; were they left open in it, a worker would never
            # see that its parent is gone.
            inherited = self._pipes.copy() if context.get_start_method() == "fork" else []
            process = context.Process(target=_serve_tasks, args=(self._preloaded, theirs, inherited), daemon=True)
            self._processes.append(process)
            process.start()
            theirs.close()
        return len(self._processes) - 1

    def send(self, number: int, other_function: object, task: object) -> None:
        """Hand a task to a worker that is idle, or to a new one; `other_function`: in place of the first stage's."""
        worker = self._idle.pop() if self._idle else self._start()
        try:
            self._pipes[worker].send_bytes(pickle.dumps((other_function, task), pickle.HIGHEST_PROTOCOL))
        except OSError:
            raise self._death(worker) from None
        self._busy[worker] = number

    def receive(self) -> dict[int, Any]:
        """Wait until at least one worker has finished, and return the results by number of task."""
        from multiprocessing.connection import wait  # loaded by now

        results: dict[int, Any] = {}
        ready = set(wait([self._pipes[worker] for worker in self._busy]))
        for worker in [worker for worker in self._busy if self._pipes[worker] in ready]:
            try:
                failed, value = pickle.loads(self._pipes[worker].recv_bytes())  # noqa: S301 - from our own child
            except (EOFError, OSError):
                raise self._death(worker) from None
            if failed:
                raise value
            results[self._busy.pop(worker)] = value
            self._idle.append(worker)
        return results

    def _death(self, worker: int) -> DedupError:
        process = self._processes[worker]
        process.join(timeout=5)
        code = process.exitcode
        if code == -getattr(signal, "SIGKILL", 0):  # this program kills none of its workers while it needs them
            return DedupError(
                "a worker process was killed (signal 9), most likely because memory ran out",
                hint=f"{_LESS_MEMORY}; see the system's log (dmesg) and the limits of the container",
            )
        how = f"killed by signal {-code}" if code is not None and code < 0 else f"exit status {code}"
        return DedupError(f"a worker process ended unexpectedly ({how})", hint=f"if memory ran out, {_LESS_MEMORY}")

    def stop(self) -> None:
        """End all workers now; what they were doing is not wanted any more."""
        for pipe in self._pipes:
            pipe.close()
        started = [process for process in self._processes if process.pid is not None]
        for process in started:
            process.terminate()
        for process in started:
            process.join(timeout=5)
            if process.is_alive():
                process.kill()
                process.join()
            process.close()


def _serve_tasks(preloaded: tuple[Any, ...], pipe: Connection[Any, Any], inherited: list[Connection[Any, Any]]) -> None:
    """Answer tasks until the parent closes the pipe or is gone; the body of a worker process."""
    collect_seldom()
    # The terminal sends its interrupt to all processes of the group, but it is the parent's to answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in STOP_SIGNALS:
        if number != signal.SIGINT:
            signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    for other in inherited:
        other.close()
    while True:
        try:
            other_function, task = pickle.loads(pipe.recv_bytes())  # noqa: S301 - from our own parent
        except (EOFError, OSError):
            return
        answer: tuple[bool, object]
        try:
            answer = (False, (other_function or preloaded[0])(task))
        except Exception as error:  # noqa: BLE001 - raised again in the parent
            answer = (True, _portable(error))
        try:
            pipe.send_bytes(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
        except OSError:
            return


def _portable(error: Exception) -> Exception:
    """Return the error, or one that says the same where it cannot be pickled."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - anything may go wrong in a foreign __reduce__
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


@contextmanager
def _signals_held() -> Iterator[None]:
    """Hold signals back while workers are started: one that comes early would print a traceback in a child."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _quiet_fork() -> Iterator[None]:
    """Silence the warning about forking beside threads: those of numpy's BLAS are idle and safe to fork beside."""
    import warnings  # only needed here

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*fork", category=DeprecationWarning)
        yield
