"""What the options for checks in continuous integration need; see `dedup.model.compatibility.Need`."""

from __future__ import annotations

from dedup.model.compatibility import Need

NEEDS = (
    Need(
        "since",
        None,
        lambda values: any(values[name] for name in ("check", "diff", "dry_run", "in_place")),
        "is for --check, --diff, --dry-run and --in-place: an output would lack what has not changed",
        "add --check",
    ),
    Need(
        "baseline",
        None,
        lambda values: bool(values["check"] and not values["diff"]),
        "is for --check: it says what a check is not to fail for",
        "use --check, without --diff",
    ),
    Need(
        "update_baseline",
        False,  # noqa: FBT003 - the value of a flag
        lambda values: values["baseline"] is not None,
        "needs to know which file to write",
        "add --baseline FILE",
    ),
    Need(
        "annotate",
        None,
        lambda values: bool((values["check"] or values["dry_run"]) and not values["diff"]),
        "is for --check and --dry-run, which write nothing else to standard output",
        "use one of them, without --diff",
    ),
    *(
        Need(
            name,
            None,
            lambda values: bool(values["engine"] != "spark"),
            "is for --engine local",
            "leave it out, or use --engine local",
        )
        for name in ("since", "baseline", "annotate")
    ),
)
