"""The options that tell of decisions one by one, in place of cleaning, and how what is long is shown."""

from __future__ import annotations

from dedup.command.option import Option

INSTEAD = (
    Option(
        "explain",
        "text",
        "Tell the life of the paragraph on this line of an input, or of all of it: how it was read, what it was "
        "compared with, what each rule said, what decided, and what would change it.",
        metavar="FILE[:LINE]",
    ),
    Option(
        "review",
        "int",
        "Ask about this many decisions, most of them near the edge, one by one on a terminal; then say how many are "
        "wrong, with an interval. Where standard input is no terminal, write them as JSON lines to be labelled.",
        metavar="N",
        least=1,
        most=100_000,
    ),
    Option(
        "answers",
        "path",
        "Keep the answers of a review in this file (JSON lines); what it has an answer to is not asked again.",
        metavar="FILE",
    ),
    Option("seed", "int", "Which decisions a review draws.", default=1, metavar="N", least=0),
)
MESSAGES = (Option("no-pager", "flag", "Show what is long all at once on a terminal, without a pager."),)
