"""Every option of the command, once: the help, the parser, the configuration file and the docs are made from this.

This module and `dedup.command.help` import next to nothing, so that ``dedup --help`` costs little more than Python
itself.
"""

from __future__ import annotations

from dedup.command import check_options, corpus_options, telling_options
from dedup.command.option import Option
from dedup.formats.names import ASKED, INSISTED, USUAL
from dedup.report.renderers.registry import SUFFIXES

SHELLS = ("bash", "zsh", "fish")

GROUPS: tuple[tuple[str, tuple[Option, ...]], ...] = (
    (
        "What is removed",
        (
            Option(
                "split",
                "choice",
                "What a paragraph is: one line, or lines set off by blank ones; auto decides for each document.",
                "config",
                default="auto",
                choices=("auto", "line", "blank"),
            ),
            Option(
                "threshold",
                "float",
                "How similar a paragraph must be to an earlier one, word by word, to be examined for removal: 0 to 1. "
                "Words in each other's place that say the same count as equal, and a paragraph that stands inside "
                "another one is always examined.",
                "config",
                default=0.8,
                metavar="NUMBER",
                least=0.0,
                most=1.0,
            ),
            Option(
                "guard",
                "choice",
                "What a near-duplicate may not add to be removed: anything of substance (strict), or numbers. "
                "off: similarity alone decides, and new words are lost.",
                "config",
                default="strict",
                choices=("strict", "numbers", "off"),
                unsafe=("numbers", "off"),
            ),
            Option(
                "min-words",
                "int",
                "A paragraph of fewer words is removed only inside a repeated block.",
                "config",
                default=8,
                metavar="N",
                least=1,
            ),
            Option(
                "exact",
                "switch",
                "Remove only paragraphs that are equal but for case, spacing and punctuation.",
                "config",
                default=False,
            ),
            Option(
                "scope",
                "choice",
                "What a paragraph is compared with: the article it stands in (document), or all of them (corpus).",
                "config",
                default="document",
                choices=("document", "corpus"),
            ),
        ),
    ),
    *corpus_options.GROUPS,
    (
        "Input",
        (
            Option(
                "files-from",
                "path",
                "Read the names of further inputs from this file, one a line, or from standard input (-). Below an "
                "output directory each keeps its path.",
                metavar="FILE",
            ),
            Option("null", "flag", "Names in that file end with NUL bytes, as find -print0 writes them.", short="0"),
            Option(
                "format",
                "choice",
                "How inputs are read; auto goes by the name, then by the first bytes. text also insists on what is "
                "text of some syntax (YAML, XML). csv is TSV, too; warc is WET, too; parquet takes the extra of that "
                "name.",
                "config",
                default="auto",
                choices=("auto", *ASKED),
                unsafe=(INSISTED,),
            ),
            Option(
                "field",
                "text",
                "Where the text is in a JSON record; dots lead inwards (page.body). In a table, its column.",
                "config",
                default="text",
                metavar="PATH",
            ),
            Option(
                "delimiter",
                "text",
                "Sign between the values of a row (CSV); empty: a comma, semicolon, tab or bar, by the first row.",
                "config",
                default="",
                metavar="SIGN",
            ),
            Option(
                "html",
                "choice",
                "Read HTML, which is refused otherwise: take repeated elements out of a page and keep all else of it "
                "as it is (keep), or clean its text and write that (text).",
                "config",
                choices=("keep", "text"),
                shown="HTML is refused",
                unsafe=("text",),
            ),
            Option(
                "encoding",
                "text",
                "Encoding of plain text. Bytes that do not decode are kept as they are.",
                "config",
                default="utf-8",
                metavar="NAME",
            ),
            Option(
                "include",
                "list",
                "Names to read from a directory; may be given several times. A name with .gz, .zst, .bz2 or .xz added "
                "matches too; hidden files and directories do not.",
                "config",
                default=USUAL,
                metavar="GLOB",
            ),
            Option(
                "exclude",
                "list",
                "Names not to read from a directory, of files or of directories; may be given several times. One with "
                "a slash is for the path below the directory.",
                "config",
                default=(),
                metavar="GLOB",
            ),
            Option(
                "max-document",
                "size",
                "A document of more bytes passes through unread, and is counted. Units: K, M, G, T.",
                "config",
                default=1 << 28,
                shown="256M",
                metavar="SIZE",
                least=1,
            ),
            Option(
                "on-error",
                "choice",
                "A record that cannot be read: pass it through unchanged, report it and end with 2; or fail before "
                "anything is written.",
                "config",
                default="pass",
                choices=("pass", "fail"),
            ),
            Option(
                "binary-as-text",
                "flag",
                "Read as text whatever is not JSON lines, also what is known to be something else. What comes out of a "
                "binary file is damaged.",
            ),
            Option(
                "stdin-name",
                "text",
                "What messages and the log call standard input.",
                default="<stdin>",
                metavar="NAME",
            ),
        ),
    ),
    (
        "Output",
        (
            Option(
                "output",
                "path",
                "Write to this file (or object: s3://...) or, for a directory, to the same tree under it. Complete or "
                "not at all.",
                short="o",
                metavar="PATH",
            ),
            Option(
                "shard-size",
                "size",
                "Write the one output in files of at most this size before packing; PATH is then a pattern for their "
                "names, as part-{:05}.jsonl. Units: K, M, G, T.",
                metavar="SIZE",
                least=1,
            ),
            Option("in-place", "flag", "Replace each input by its cleaned text; unchanged files are not touched."),
            Option(
                "stats",
                "path",
                "Write the figures of the run, and of each input, to this file as JSON; - is standard output, where no "
                "text goes there.",
                metavar="FILE",
            ),
            Option(
                "report",
                "list",
                "Write what was found, for people or for other programs, to this file; its name says how: "
                f"{', '.join(SUFFIXES)}. May be given several times.",
                default=(),
                metavar="FILE",
            ),
            Option("removed", "path", "Log what was removed, and why, to this file (JSON lines).", metavar="LOG"),
            Option(
                "mark",
                "flag",
                'Remove nothing: add a field "dedup" to each JSON record that says what would go, and why.',
            ),
            Option(
                "empty",
                "choice",
                "A JSON record whose text is left with nothing: keep it, drop its line, or make the text null.",
                "config",
                default="keep",
                choices=("keep", "drop", "null"),
                unsafe=("drop",),
            ),
            Option(
                "max-removed",
                "float",
                "Write nothing and end with 2 if more than this share of the paragraphs would go: 0 to 1. Inputs are "
                "then read twice.",
                "config",
                metavar="SHARE",
                least=0.0,
                most=1.0,
            ),
            Option(
                "restore",
                "file",
                "Put back what LOG says was removed: INPUT is the cleaned text, the original comes out.",
                metavar="LOG",
            ),
        ),
    ),
    (
        "Instead of cleaning",
        (
            Option("check", "flag", "Write no text; exit with 1 if anything would be removed."),
            Option("diff", "flag", "Write a unified diff to standard output; exit with 1 if it is not empty."),
            Option("dry-run", "flag", "Do everything but write; the summary tells what would be removed.", short="n"),
            Option("exit-zero", "flag", "With --check or --diff, exit with 0 also when something was found."),
            *telling_options.INSTEAD,
        ),
    ),
    *check_options.GROUPS,
    (
        "Messages",
        (
            Option("quiet", "flag", "No summary and no progress; errors are still told.", "env", short="q"),
            Option(
                "verbose",
                "flag",
                "Explain each removal, and each near-duplicate kept because it says something new.",
                "env",
                short="v",
            ),
            Option("progress", "switch", "Show progress.", "env", shown="after a second, on a terminal"),
            Option(
                "color",
                "choice",
                "Colour; auto: on a terminal, unless NO_COLOR is set.",
                "env",
                default="auto",
                choices=("auto", "always", "never"),
            ),
            *telling_options.MESSAGES,
            Option("debug", "flag", "Show a traceback with an error.", "env"),
            Option(
                "debug-dir",
                "path",
                "Save what an internal error was about here, text included, for a report.",
                metavar="DIR",
            ),
        ),
    ),
    (
        "Settings and the rest",
        (
            Option(
                "workers",
                "int",
                "Processes to use.",
                "config",
                shown="one per core that may be used, as far as memory allows",
                metavar="N",
                least=1,
                most=4096,
            ),
            Option(
                "config",
                "file",
                "Read [tool.dedup] from this file.",
                "env",
                shown="nearest pyproject.toml",
                metavar="FILE",
            ),
            Option("isolated", "flag", "Read no configuration file.", "env"),
            Option("show-config", "flag", "Print the settings in force, and where each comes from, and exit."),
            Option("completion", "choice", "Print the completion script for this shell and exit.", choices=SHELLS),
            Option("version", "flag", "Print the version and exit."),
            Option("help", "flag", "Print this help and exit.", short="h"),
        ),
    ),
)

OPTIONS: dict[str, Option] = {option.name: option for _, group in GROUPS for option in group}
