"""The options of scope ``corpus``, on this machine and beyond it; see `dedup.command.options`."""

from __future__ import annotations

from dedup.command.option import Option

GROUPS: tuple[tuple[str, tuple[Option, ...]], ...] = (
    (
        "Whole corpus (--scope corpus)",
        (
            Option(
                "keep",
                "choice",
                "Which of several copies stays: the first, the one that says most (richest), the longest; or, of "
                "boilerplate, none.",
                "config",
                default="first",
                choices=("first", "richest", "longest", "none"),
                unsafe=("none",),
            ),
            Option(
                "boilerplate",
                "int",
                "With --keep none: what stands in N documents or more is boilerplate, and goes from all of them.",
                "config",
                metavar="N",
                least=2,
            ),
            Option(
                "within",
                "text",
                "Compare only records with the same value in this field (dots lead inwards), or the same host in the "
                "field url (HOST).",
                "config",
                metavar="HOST|FIELD",
            ),
            Option(
                "against",
                "list",
                "Also remove what stands in this file or directory, which is only read; may be given several times.",
                default=(),
                metavar="REF",
            ),
            Option(
                "index",
                "path",
                "Also remove what stood on earlier days, as this directory remembers it, and add this one to it. It is "
                "made if it is not there; a run that writes no text only reads it. Scope is corpus.",
                metavar="DIR",
            ),
            Option(
                "max-memory",
                "size",
                "What all processes together aim to stay below. Units: K, M, G, T.",
                "config",
                shown="half of what is free",
                metavar="SIZE",
                least=1,
            ),
            Option(
                "work-dir",
                "path",
                "Keep what does not fit into memory here; the same command goes on from there after it was ended.",
                shown="a temporary directory",
                metavar="DIR",
            ),
        ),
    ),
    (
        "Beyond one machine (--scope corpus)",
        (
            Option(
                "engine",
                "choice",
                "Where the work is done: on this machine (local), or on Apache Spark, with the same result.",
                "named",
                default="local",
                choices=("local", "spark"),
            ),
            Option(
                "master",
                "text",
                "Spark's master: local[*], spark://HOST:PORT, yarn, k8s://URL.",
                "named",
                shown="as Spark is configured",
                metavar="URL",
            ),
            Option(
                "remote",
                "text",
                "Use the Spark Connect server at this address (sc://HOST:PORT) instead of a master.",
                "named",
                metavar="URL",
            ),
            Option(
                "spark-conf",
                "list",
                "A setting of Spark's own; may be given several times.",
                "named",
                default=(),
                metavar="KEY=VALUE",
            ),
        ),
    ),
)
