"""What `pyproject.toml` cannot say: README without relative links, and native kernels only where they can be built."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools_rust import Binding, RustExtension

HERE = Path(__file__).parent
MANIFEST = "native/Cargo.toml"
RELATIVE_LINK = re.compile(r"\[([^\]]+)\]\((?!https?://)([^)#]+)(?:#[^)]*)?\)")


def described() -> str:
    """Return README without its relative links, which lead nowhere on the package index."""
    text = (HERE / "README.md").read_text(encoding="utf-8")
    return RELATIVE_LINK.sub(r"\1 (`\2`)", text) + "\nThe pages named here are in the source distribution.\n"


def hindrance() -> str:
    """Return why the native kernels cannot be built; empty if nothing is known that stands against it."""
    cargo = shutil.which("cargo")
    if cargo is None:
        return "there is no cargo on the PATH"
    # Where the crates are there already, this asks nobody; where they cannot be had, it gives up soon.
    patience = {"CARGO_NET_RETRY": "0", "CARGO_HTTP_TIMEOUT": "20"}
    command = [cargo, "fetch", "--quiet", "--locked", "--manifest-path", str(HERE / MANIFEST)]
    try:
        done = subprocess.run(
            command, env=patience | os.environ, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        return f"cargo does not run ({error})"
    return f"its crates cannot be fetched:\n{done.stderr.strip()}" if done.returncode else ""


def extensions() -> list[RustExtension]:
    """Return the native kernels, or nothing: without them the package is whole, and slower.

    ``DEDUP_NATIVE=0`` leaves them out, ``DEDUP_NATIVE=1`` takes nothing less.
    """
    asked = os.environ.get("DEDUP_NATIVE", "auto")
    if asked == "0":
        return []
    reason = hindrance()
    if reason and asked == "1":
        sys.exit(f"DEDUP_NATIVE is 1, but the native kernels cannot be built: {reason}")
    if reason:
        print(f"dedup is installed without its native kernels, and is slower: {reason}", file=sys.stderr)
        return []
    return [
        RustExtension(
            "dedup.native._kernels",
            MANIFEST,
            binding=Binding.PyO3,
            args=["--locked"],
            debug=False,
            optional=asked != "1",
            py_limited_api=True,
        )
    ]


class Wheel(bdist_wheel):
    """A wheel that is for all platforms if the kernels, which may be missing, are not in it."""

    def get_tag(self) -> tuple[str, str, str]:
        """Return what the wheel is for."""
        built = Path(self.get_finalized_command("build").build_lib, "dedup", "native")
        return super().get_tag() if any(built.glob("_kernels.*[od]")) else ("py3", "none", "any")


with tempfile.TemporaryDirectory() as build:
    found = extensions()
    setup(
        long_description=described(),
        long_description_content_type="text/markdown",
        rust_extensions=found,
        cmdclass={"bdist_wheel": Wheel},
        options={
            # Not in the tree, where what an earlier build left would go into the wheel.
            "build": {"build_base": build},
            "bdist_wheel": {"py_limited_api": "cp310"} if found else {},
        },
    )
