"""Options for checks in continuous integration; they belong to the table of `dedup.command.options`."""

from __future__ import annotations

from dedup.command.option import Option

GROUPS: tuple[tuple[str, tuple[Option, ...]], ...] = (
    (
        "Checks in CI",
        (
            Option(
                "since",
                "text",
                "Take only files that have changed since the branch left this commit, branch or tag of git, or that "
                "git does not track. With --scope corpus the others are references. For --check, --diff, -n and "
                "--in-place.",
                metavar="REV",
            ),
            Option(
                "baseline",
                "path",
                "With --check: end with 1 only if something repeats that this file does not accept.",
                metavar="FILE",
            ),
            Option("update-baseline", "flag", "Write that file, so that it accepts all that repeats now."),
            Option(
                "annotate",
                "choice",
                "With --check or -n: write what would be removed to standard output, for a pull request (github) or "
                "as a Code Quality report (gitlab).",
                choices=("github", "gitlab"),
            ),
        ),
    ),
)
