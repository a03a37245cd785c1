#!/usr/bin/env python3
"""Set up and run the project from nothing but Python: python3 run.py demo, test or check."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts this may have an older one
    sys.exit(f"Expertim needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
if sys.platform == "win32":
    sys.exit("Expertim runs on Linux and macOS; on Windows please use WSL.")

from runner import cli

if __name__ == "__main__":
    sys.exit(cli.main(sys.argv[1:]))
