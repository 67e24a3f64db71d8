"""What a container, a user and a machine allow: read from made-up trees of files, and from this system itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dedup.engines.local import memory
from dedup.engines.local.limits import cores, room
from dedup.engines.local.memory import affordable_workers, forecast, free_memory, most_used

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.cli_process import Command

GROUP, ULIMIT = "the control group (container)", "ulimit"
MB = 1 << 20
V2 = "35 25 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
V1 = (
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "33 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
)
UNLIMITED = "9223372036854771712\n"


@pytest.fixture(autouse=True)
def _without_limits_of_this_user(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)


def tree(top: Path, files: dict[str, str], *, cgroup: str, mounts: str, free: int = 22_000) -> Path:
    """Make a root directory with these files of control groups, and so many megabytes free on the machine."""
    proc = {
        "proc/self/cgroup": cgroup,
        "proc/self/mountinfo": "21 26 0:20 / /proc rw - proc proc rw\n" + mounts,
        "proc/meminfo": f"MemTotal: 24000000 kB\nMemAvailable: {free << 10} kB\n",
    }
    for name, text in {**proc, **{f"sys/fs/cgroup/{name}": text for name, text in files.items()}}.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return top


def test_a_container_of_version_2(tmp_path: Path) -> None:
    """Its limit less what it uses already, of which pages of files are given up when they are wanted."""
    files = {
        "memory.max": f"{300 * MB}\n",
        "memory.high": "max\n",
        "memory.current": f"{120 * MB}\n",
        "memory.stat": f"anon 1\ninactive_file {70 * MB}\nactive_file 5\n",
        "cpu.max": "150000 100000\n",
    }
    root = tree(tmp_path, files, cgroup="0::/\n", mounts=V2)
    assert room(root) == (250 * MB, GROUP)
    assert free_memory(root) == (250 * MB, GROUP)
    assert cores(root) == 2


def test_the_least_along_the_path_counts(tmp_path: Path) -> None:
    """A pod allows less than the container in it, and the slice above has a soft limit."""
    files = {
        "a.slice/memory.high": f"{400 * MB}\n",
        "a.slice/memory.max": "max\n",
        "a.slice/memory.current": f"{390 * MB}\n",
        "a.slice/cpu.max": "300000 100000\n",
        "a.slice/pod/memory.max": f"{500 * MB}\n",
        "a.slice/pod/memory.current": f"{100 * MB}\n",
        "a.slice/pod/cpu.max": "max 100000\n",
        "a.slice/pod/own/memory.max": f"{1000 * MB}\n",
        "a.slice/pod/own/memory.current": "0\n",
    }
    root = tree(tmp_path, files, cgroup="0::/a.slice/pod/own\n", mounts=V2)
    assert room(root) == (10 * MB, GROUP)
    assert cores(root) == 3


def test_a_container_of_version_1(tmp_path: Path) -> None:
    """Its own path is mounted as the top, as Docker does it."""
    mounts = V1.replace("0:32 / ", "0:32 /docker/abc ").replace("0:29 / ", "0:29 /docker/abc ")
    files = {
        "memory/memory.limit_in_bytes": f"{300 * MB}\n",
        "memory/memory.usage_in_bytes": f"{50 * MB}\n",
        "memory/memory.stat": f"cache 5\ntotal_inactive_file {20 * MB}\n",
        "cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
        "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    }
    cgroup = "4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n0::/docker/abc\n"
    root = tree(tmp_path, files, cgroup=cgroup, mounts=mounts)
    assert room(root) == (270 * MB, GROUP)
    assert cores(root) == 1


def test_nested_groups_of_version_1(tmp_path: Path) -> None:
    files = {
        "memory/memory.limit_in_bytes": UNLIMITED,
        "memory/up/memory.limit_in_bytes": f"{200 * MB}\n",
        "memory/up/memory.usage_in_bytes": "0\n",
        "memory/up/own/memory.limit_in_bytes": UNLIMITED,
        "cpu,cpuacct/up/cpu.cfs_quota_us": "-1\n",
        "cpu,cpuacct/up/cpu.cfs_period_us": "100000\n",
    }
    root = tree(tmp_path, files, cgroup="4:memory:/up/own\n2:cpu,cpuacct:/up\n", mounts=V1)
    assert room(root) == (200 * MB, GROUP)
    assert cores(root) == 64


@pytest.mark.parametrize("path", ["/../..", "/kubepods/pod1/abc", "/not/there"])
def test_a_path_of_another_name_space(path: str, tmp_path: Path) -> None:
    """What is mounted is above this process in any case."""
    mounts = V2.replace("0:30 / ", "0:30 /other ")
    root = tree(tmp_path, {"memory.max": f"{9 * MB}\n"}, cgroup=f"0::{path}\n", mounts=mounts)
    assert room(root) == (9 * MB, GROUP)


def test_a_hierarchy_may_be_mounted_anywhere(tmp_path: Path) -> None:
    mounts = r"35 25 0:30 / /mnt/c\040groups rw - cgroup2 none rw"
    root = tree(tmp_path, {}, cgroup="0::/x\n", mounts=mounts)
    (root / "mnt/c groups/x").mkdir(parents=True)
    (root / "mnt/c groups/x/memory.max").write_text(f"{9 * MB}\n")
    assert room(root) == (9 * MB, GROUP)


@pytest.mark.parametrize(
    ("cgroup", "mounts", "text"),
    [
        ("", "", "1"),
        ("0::/\n", V2, "max"),
        ("0::/\n", V2, ""),
        ("0::/\n", V2, "-5"),
        ("0::/\n", V2, "\ufffd\u0663"),
        ("garbage\n\n3:\n", "1 2\n - \n- a\n" + V1, "7"),
        ("4:memory:/\n", V2, "7"),
    ],
)
def test_what_is_not_there_or_not_understood_is_no_limit(cgroup: str, mounts: str, text: str, tmp_path: Path) -> None:
    root = tree(tmp_path, {"memory.max": text, "cpu.max": text}, cgroup=cgroup, mounts=mounts, free=1000)
    assert room(root) is None
    assert free_memory(root) == (1000 * MB, "the machine")
    assert cores(root) == 64


def test_a_container_that_is_full_leaves_nothing(tmp_path: Path) -> None:
    files = {"memory.max": "100\n", "memory.current": "200\n"}
    assert free_memory(tree(tmp_path, files, cgroup="0::/\n", mounts=V2)).free == 0


def test_the_user_s_limit_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the address space and of data, less what this process has; in pages, as proc(5) says."""
    resource = pytest.importorskip("resource")
    limits = {resource.RLIMIT_AS: (900 * MB, -1), resource.RLIMIT_DATA: (resource.RLIM_INFINITY, -1)}
    monkeypatch.setattr(resource, "getrlimit", limits.__getitem__)
    root = tree(tmp_path, {"memory.max": f"{2000 * MB}\n"}, cgroup="0::/\n", mounts=V2)
    page = resource.getpagesize()
    (root / "proc/self/statm").write_text(f"{100 * MB // page} 5 4 3 0 {20 * MB // page} 0\n")
    assert room(root) == (800 * MB, "ulimit -v")
    limits[resource.RLIMIT_DATA] = (50 * MB, -1)
    assert room(root) == (30 * MB, "ulimit -d")


def test_no_more_workers_than_memory_has_room_for() -> None:
    """In a small container the work is done in one process; the forecast counts processes as they will be."""
    assert affordable_workers(150 * MB, 64) == 1
    assert affordable_workers(0, 64) == 1
    assert affordable_workers(450 * MB, 64) == 3
    assert affordable_workers(22_000 * MB, 2) == 2
    one, two = forecast(10 * MB, 1).memory, forecast(10 * MB, 2).memory
    assert one < 150 * MB
    assert two - one == 2 * memory._PROCESS


def test_what_was_used_counts_this_process_and_its_workers(tmp_path: Path) -> None:
    """Of workers what /proc says; one that has ended counts nothing."""
    (tmp_path / "proc/7").mkdir(parents=True)
    (tmp_path / "proc/7/smaps_rollup").write_text("Rss:  999 kB\nPss:  2048 kB\nPss_Anon:  5 kB\n")
    own = most_used([], tmp_path)
    assert own is not None
    assert own > 10 * MB
    both = most_used([7, 8], tmp_path)
    assert both is not None
    assert both >= own + 2 * MB


SCRIPT = """
import json
from dedup.engines.local.limits import room
from dedup.engines.local.memory import free_memory
print(json.dumps([*free_memory()]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v as Linux has it")
def test_a_real_limit_of_this_system_is_seen() -> None:
    """A process under ``ulimit -v`` knows that it has less than that."""
    command = 'ulimit -v 700000; exec "$0" -c "$1"'
    done = subprocess.run(["bash", "-c", command, sys.executable, SCRIPT], capture_output=True, check=True)
    free, by = json.loads(done.stdout)
    assert 0 < free < 700_000 << 10
    assert by == "ulimit -v" or free < 600 * MB


@pytest.fixture
def memory_group() -> Iterator[Path]:
    """A control group of this system below the one of this process; skipped where none can be made."""
    entries = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text("utf-8").splitlines()]
    own = {controllers: place for _, controllers, place in entries}
    root = Path("/sys/fs/cgroup")
    top = root / "memory" / own["memory"].lstrip("/") if "memory" in own else root / own.get("", "/").lstrip("/")
    group = top / f"dedup-test-{os.getpid()}"
    limit = group / ("memory.limit_in_bytes" if "memory" in own else "memory.max")
    try:
        group.mkdir()
    except OSError as error:
        pytest.skip(f"no control group can be made here: {error}")
    if not limit.exists():
        group.rmdir()
        pytest.skip("memory is not limited by control groups here")
    try:
        limit.write_text(str(600 * MB))
    except OSError as error:
        group.rmdir()
        pytest.skip(f"a control group's memory cannot be limited here: {error}")
    yield group
    group.rmdir()


@pytest.mark.skipif(sys.platform != "linux", reason="control groups are Linux's")
def test_a_real_control_group_is_seen(memory_group: Path) -> None:
    """A process in a group of 600 MB knows that it has less than that, and why."""
    command = 'echo $$ > "$0/cgroup.procs" && exec "$1" -c "$2"'
    done = subprocess.run(
        ["bash", "-c", command, memory_group, sys.executable, SCRIPT], capture_output=True, check=True
    )
    free, by = json.loads(done.stdout)
    assert 0 < free < 600 * MB
    assert by == GROUP


RECORD = b'{"text": "A line of eight words or more, which stands only once."}\n'


@pytest.mark.skipif(sys.platform != "linux", reason="resident memory as Linux tells it")
def test_more_than_the_budget_is_told_without_being_asked(dedup: Command) -> None:
    """Before, that it may; afterwards, that it did; not with -q, and not where it was enough."""
    flags = ("--isolated", "--scope", "corpus", "--workers", "1")
    done = dedup(*flags, "--max-memory", "20M", stdin=RECORD)
    assert (done.code, done.stdout) == (0, RECORD)
    assert done.stderr.startswith(
        "dedup: this run may need about 100 MB of memory, more than the 20 MB of --max-memory; "
    )
    assert "; it cannot do with less.\n" in done.stderr
    assert " MB of memory were used, more than the 20 MB of --max-memory.\n" in done.stderr
    assert dedup(*flags, "-q", "--max-memory", "20M", stdin=RECORD).stderr == ""
    assert dedup(*flags, "--max-memory", "2G", stdin=RECORD).stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v as Linux has it")
def test_a_small_allowance_is_kept_to(dedup: Command) -> None:
    """Under ``ulimit -v`` a run goes by it: one process, and half of what is left is what it aims at."""
    (dedup.directory / "in.jsonl").write_bytes(RECORD)
    command = 'ulimit -v 400000; exec "$0" -m dedup --isolated --scope corpus -v in.jsonl'
    done = subprocess.run(
        ["bash", "-c", command, sys.executable], cwd=dedup.directory, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, RECORD), done.stderr
    assert b"dedup: forecast: about 100 MB of memory" in done.stderr
