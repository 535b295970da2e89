"""What Alembic itself says about the migration trees of a project, as JSON: the truth that Lawbook is held against.

oracle.py PROJECT    prints one object; runs in an environment with requirements.txt, from any folder

{"alembic": "1.20.1", "project": "...", "problems": ["..."],      what could not be resolved, in words
 "trees": [{"name": "...", "declared_by": ["airflow/alembic.ini"],  none: found by convention
            "version_locations": ["airflow/migrations/versions"], "script_location": "airflow/migrations",
            "warnings": ["..."], "error": null,                     Alembic's own words; with an error, the map is null
            "failures": {"path": "why it did not load"},
            "revisions": [{"path", "revision", "down_revisions", "depends_on", "branch_labels", "effective_labels",
                           "is_head", "is_base", "is_branch_point"}],
            "heads": [...], "bases": [...], "branch_points": [...]}]}

All paths are relative to the project, with `/`; lists of a tree are sorted; `down_revisions` are in order as written.
"""

from __future__ import annotations

import configparser
import json
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import alembic
import alembic.op
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionMap
from alembic.util import to_tuple
from stubs import fabricated

SKIP = {".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", "site-packages"}


@dataclass
class Tree:
    """A migration tree before Alembic has read it."""

    script_location: Path
    version_locations: list[Path]
    recursive: bool = False
    declared_by: list[str] = field(default_factory=list)


def walk(root: Path) -> Iterator[Path]:
    """Yields every folder of the project, the outer ones first."""
    yield root
    for path in sorted(root.iterdir()):
        if path.is_dir() and not path.is_symlink() and path.name not in SKIP:
            yield from walk(path)


def resolve(project: Path, ini: Path, value: str) -> Path | None:
    """Resolves a location of an ini file to a folder that exists.

    `package:folder` is taken as if the project were on the import path. Anything relative is relative to where Alembic
    is started: the folder of the ini file, or one above it.
    """
    if ":" in value and not Path(value).is_absolute():
        path = project.joinpath(*value.split(":"))
        return path.resolve() if path.is_dir() else None
    for start in [ini.parent, *ini.parent.parents]:
        path = start / value
        if path.is_dir():
            return path.resolve()
        if start == project:
            break
    return None


def is_environment(path: Path) -> bool:
    """Returns whether a folder is what Alembic calls an environment: an env.py that speaks to Alembic."""
    env = path / "env.py"
    return env.is_file() and "alembic" in env.read_text(encoding="utf-8", errors="replace")


def has_migrations(folder: Path) -> bool:
    """Returns whether a file right in the folder assigns `down_revision`."""
    pattern = re.compile(r"^down_revision\b", re.MULTILINE)
    return any(pattern.search(path.read_text(encoding="utf-8", errors="replace")) for path in folder.glob("*.py"))


def declared(project: Path, problems: list[str]) -> Iterator[Tree]:
    """Yields the trees that alembic.ini files declare, one for each section that names a place."""
    for folder in walk(project):
        ini = folder / "alembic.ini"
        if not ini.is_file():
            continue
        name = ini.relative_to(project).as_posix()
        parser = configparser.ConfigParser({"here": folder.as_posix()})
        parser.read(ini, encoding="utf-8")
        defaults = parser.defaults()
        for section in parser.sections():
            own = [
                key
                for key in ("script_location", "version_locations")
                if key in parser[section] and parser.get(section, key, raw=True) != defaults.get(key)
            ]
            if section != "alembic" and not own:
                continue
            config = Config(str(ini), ini_section=section)
            location = config.get_alembic_option("script_location")
            if location is None:
                problems.append(f"{name}: [{section}] has no script_location")
                continue
            script_location = resolve(project, ini, location)
            if script_location is None:
                problems.append(f"{name}: [{section}] script_location {location} is not there")
                continue
            versions = []
            for value in config.get_version_locations_list() or []:
                path = resolve(project, ini, value)
                if path is None:
                    problems.append(f"{name}: [{section}] version location {value} is not there")
                else:
                    versions.append(path)
            recursive = config.get_alembic_boolean_option("recursive_version_locations")
            label = name if section == "alembic" else f"{name}[{section}]"
            yield Tree(script_location, versions or [script_location / "versions"], recursive, [label])


def conventional(project: Path, known: list[Tree]) -> Iterator[Tree]:
    """Yields the trees that no ini file declares: environments with a `versions` folder.

    Where the migrations lie one folder further down, each of those folders is a tree: env.py chooses between them.
    """
    taken = {tree.script_location for tree in known}
    for folder in walk(project):
        folder = folder.resolve()
        versions = folder / "versions"
        if folder in taken or not is_environment(folder) or not versions.is_dir():
            continue
        yield from split(Tree(folder, [versions]))


def split(tree: Tree) -> Iterator[Tree]:
    """Yields the tree, or one for each folder below `versions` if that holds no migrations itself."""
    versions = tree.version_locations[0]
    if len(tree.version_locations) > 1 or tree.recursive or not versions.is_dir() or has_migrations(versions):
        yield tree
        return
    below = [path for path in sorted(versions.iterdir()) if path.is_dir() and has_migrations(path)]
    for path in below:
        yield Tree(tree.script_location, [path], False, tree.declared_by)
    if not below:
        yield tree


def merge(trees: list[Tree]) -> list[Tree]:
    """Joins trees that several ini files declare alike."""
    merged: dict[tuple[Any, ...], Tree] = {}
    for tree in trees:
        key = (tree.script_location, tuple(tree.version_locations), tree.recursive)
        if key in merged:
            merged[key].declared_by += tree.declared_by
        else:
            merged[key] = tree
    return list(merged.values())


def read(project: Path, tree: Tree) -> dict[str, Any]:
    """Lets Alembic read the tree."""

    def relative(path: Any) -> str:
        return Path(path).resolve().relative_to(project).as_posix()

    directory = ScriptDirectory(
        str(tree.script_location),
        version_locations=[str(path) for path in tree.version_locations],
        recursive_version_locations=tree.recursive,
    )
    failures: dict[str, str] = {}
    scripts: list[Script] = []
    from_path = Script._from_path

    def tolerant(scriptdir: ScriptDirectory, path: Path) -> Script | None:
        try:
            return from_path(scriptdir, path)
        except BaseException as error:
            failures[relative(path)] = f"{type(error).__name__}: {error}"
            return None

    Script._from_path = tolerant  # type: ignore[method-assign]
    error = None
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with fabricated():
                scripts = list(directory._load_revisions())
            revision_map = RevisionMap(lambda: iter(scripts))
            try:
                _ = revision_map.heads  # read now, so that what is wrong is raised here
            except Exception as reason:
                error = f"{type(reason).__name__}: {reason}"
    finally:
        Script._from_path = from_path  # type: ignore[method-assign]

    revisions = []
    for script in scripts:
        revisions.append(
            {
                "path": relative(script.path),
                "revision": script.revision,
                "down_revisions": list(to_tuple(script.down_revision, default=())),
                "depends_on": list(to_tuple(script.dependencies, default=())),
                "branch_labels": sorted(script._orig_branch_labels or ()),
                "effective_labels": None if error else sorted(script.branch_labels),
                "is_head": None if error else script.is_head,
                "is_base": script.is_base,
                "is_branch_point": None if error else script.is_branch_point,
            }
        )
    revisions.sort(key=lambda revision: revision["path"])
    own = [warning for warning in caught if "alembic" in warning.filename or "is not present" in str(warning.message)]
    return {
        "name": relative(tree.script_location),
        "declared_by": tree.declared_by,
        "script_location": relative(tree.script_location),
        "version_locations": [relative(path) for path in tree.version_locations],
        "warnings": sorted({str(warning.message).replace(str(project), "") for warning in own}),
        "error": error,
        "failures": failures,
        "revisions": revisions,
        "heads": None if error else sorted(revision_map.heads),
        "bases": None if error else sorted(revision_map.bases),
        "branch_points": None
        if error
        else sorted({revision["revision"] for revision in revisions if revision["is_branch_point"]}),
    }


def main(folder: str) -> None:
    """Prints what Alembic says about the project in `folder`."""
    project = Path(folder).resolve()
    if not project.is_dir():
        sys.exit(f"{folder}: no such folder")
    sys.dont_write_bytecode = True
    problems: list[str] = []
    known = list(declared(project, problems))
    trees = merge([part for tree in known for part in split(tree)] + list(conventional(project, known)))
    report = {
        "alembic": alembic.__version__,
        "project": project.name,
        "problems": problems,
        "trees": [read(project, tree) for tree in trees],
    }
    json.dump(report, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main(*sys.argv[1:])
