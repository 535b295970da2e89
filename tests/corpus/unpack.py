"""Unpacks the Python and configuration files under some path prefixes of a wheel.

unpack.py WHEEL DEST PREFIX...    fails when a prefix matches nothing: the list is then out of date
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

SUFFIXES = (".py", ".ini", ".mako", ".cfg", ".toml", ".sql")


def main(wheel: str, dest: str, *prefixes: str) -> None:
    """Unpacks `wheel` into `dest`."""
    target = Path(dest)
    unused = set(prefixes)
    migrations = 0
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            prefix = next((prefix for prefix in prefixes if name.startswith(prefix)), None)
            if prefix is None or not name.endswith(SUFFIXES):
                continue
            path = (target / name).resolve()
            if target.resolve() not in path.parents:
                sys.exit(f"{wheel}: {name} would be written outside {dest}")
            unused.discard(prefix)
            path.parent.mkdir(parents=True, exist_ok=True)
            text = archive.read(name)
            path.write_bytes(text)
            migrations += name.endswith(".py") and b"\ndown_revision" in text
    if unused or not migrations:
        sys.exit(f"{wheel}: {migrations} migrations, nothing under {sorted(unused)}")
    print(f"{target.name}: {migrations} migrations")


if __name__ == "__main__":
    main(*sys.argv[1:])
