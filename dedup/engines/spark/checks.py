"""Which parts of a job Spark cannot do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.model.errors import UsageError

if TYPE_CHECKING:
    from dedup.model.job import Cluster, Job


def check_job(job: Job, cluster: Cluster) -> None:
    """Refuse what has no sense on Spark.

    Raises:
        UsageError: the job asks for such.
    """
    refused: tuple[tuple[bool, str, str], ...] = (
        (job.settings.scope != "corpus", "--engine spark is for --scope corpus", "add --scope corpus"),
        (job.in_place, "--in-place cannot be done on Spark, which writes whole data sets", "use --output"),
        (job.mode == "diff", "--diff cannot be done on Spark", "see what would go with --check --removed LOG"),
        (
            job.mode == "clean" and cluster.output is None,
            "--engine spark does not write to standard output",
            "use --output DIR",
        ),
        (
            job.mark and cluster.removed is not None,
            "--mark removes nothing, so there is nothing to log",
            "leave --removed out",
        ),
        (
            job.output is not None and job.mode != "clean",
            f"mode {job.mode} writes no text, so there is no use for --output",
            "leave it out",
        ),
    )
    for wrong, what, hint in refused:
        if wrong:
            raise UsageError(what, hint=hint)
