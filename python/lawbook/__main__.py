"""`python -m lawbook`: runs the program that stands beside this package."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path


def find() -> str:
    """Return the path of the program: where this interpreter, the user or `pip --target` puts scripts."""
    name = "lawbook" + (sysconfig.get_config_var("EXE") or "")
    user = sysconfig.get_preferred_scheme("user") if sys.version_info >= (3, 10) else f"{os.name}_user"
    folders = [
        sysconfig.get_path("scripts"),
        sysconfig.get_path("scripts", scheme=user),
        Path(__file__).resolve().parent.parent / "bin",
    ]
    for folder in folders:
        program = Path(folder) / name
        if program.is_file():
            return str(program)
    raise FileNotFoundError(f"{name} is in none of {', '.join(map(str, folders))}: install lawbook again")


def main() -> None:
    """Become the program, or run it where a process cannot be replaced."""
    program = find()
    if sys.platform == "win32":
        sys.exit(subprocess.run([program, *sys.argv[1:]]).returncode)
    os.execv(program, [program, *sys.argv[1:]])


if __name__ == "__main__":
    main()
