"""Answers each line "A B" of standard input as linesFrom in ../oracle-file.mjs expects. Needs "packaging"."""

import sys

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version


def read(text):
    try:
        return Version(text)
    except InvalidVersion:
        return None


def covers(bound, version):
    """Whether "<= bound" holds for the version; such a bound cannot have a local label."""
    if bound.local is not None:
        return False
    return SpecifierSet(f"<={bound}").contains(version, prereleases=True)


def order(a, b):
    if a == b:
        return "="
    if a < b:
        return "<~" if covers(a, b) else "<"
    return "~>" if covers(b, a) else ">"


for line in sys.stdin:
    texts = line.rstrip("\n").split(" ")
    refused = [text for text in texts if read(text) is None]
    print(" ".join(["!", *refused]) if refused else order(*map(read, texts)))
