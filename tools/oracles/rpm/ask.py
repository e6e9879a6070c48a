"""Answers each line "A B" of standard input as linesFrom in ../oracle-file.mjs expects.

Whether a text may be a version is asked only where A and B are the same: each such question is a run of rpmspec.

Needs rpm's Python bindings and rpmspec (Debian: python3-rpm, rpm).
"""

import subprocess
import sys
import tempfile

import rpm


def package(flags, version):
    return rpm.ds(("name", flags, version), "P")


def covers(bound, version):
    """Whether "name <= bound" is fulfilled by a package of that version."""
    at_most = package(rpm.RPMSENSE_LESS | rpm.RPMSENSE_EQUAL, bound)
    return package(rpm.RPMSENSE_EQUAL, version).Compare(at_most)


def order(a, b):
    left, right = rpm.ver(a), rpm.ver(b)
    if left == right:
        return "="
    if left < right:
        return "<~" if covers(a, b) else "<"
    return "~>" if covers(b, a) else ">"


def is_version(text, spec="Name: n\nSummary: s\nLicense: l\nVersion: 1\nRelease: 1\nRequires: other = %s\n%%description\n"):
    with tempfile.NamedTemporaryFile("w", suffix=".spec") as file:
        file.write(spec % text.replace("%", "%%"))
        file.flush()
        return subprocess.run(["rpmspec", "-q", file.name], capture_output=True).returncode == 0


for line in sys.stdin:
    a, b = line.rstrip("\n").split(" ")
    print(f"! {a}" if a == b and not is_version(a) else order(a, b))
