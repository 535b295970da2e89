"""The same of Alembic: what squawk finds in the SQL that Alembic renders, Lawbook finds in the Python."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import generate
import reasons

ROOT = Path(__file__).resolve().parent.parent.parent


# Run in a folder of Alembic: prints {path of a migration: SQL}.
SCRIPT = """
import io, json, os, sys
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
config = Config("alembic.ini")
rendered = {}
for revision in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
    if isinstance(revision.down_revision, tuple):
        continue
    config.output_buffer = config.stdout = io.StringIO()
    try:
        command.upgrade(config, f"{revision.down_revision or 'base'}:{revision.revision}", sql=True)
    except Exception as error:
        print(f"{revision.revision}: not rendered: {type(error).__name__}", file=sys.stderr)
        continue
    rendered[os.path.relpath(revision.path)] = config.output_buffer.getvalue()
print(json.dumps(rendered))
"""


def render(folder, environment):
    """Returns {path of a migration: SQL} of all that Alembic can render without a database, and what it cannot."""
    command = [sys.executable, "-c", SCRIPT]
    environment = {**os.environ, **environment}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"alembic in {folder}: {done.stderr[-2000:]}")
    return json.loads(done.stdout), done.stderr.splitlines()


def without_bookkeeping(sql):
    """Returns the SQL without the table of versions."""
    statements = sql.split(";\n")
    kept = [text for text in statements if "alembic_version" not in text]
    return ";\n".join(kept)


def judge_rendered(arguments, rules, silent):
    """Yields (what differs, reason or None)."""
    import run

    folder, _ = generate.write_alembic(arguments.work, rules, arguments.pack)
    projects = [(folder, {})]
    example = ROOT / "examples" / "property-platform"
    if example.is_dir():
        copy = arguments.work / "property-platform"
        shutil.copytree(example, copy, ignore=shutil.ignore_patterns("legacy", "lawbook.yml", "*.db", "__pycache__"))
        lines = [f"packs: [{arguments.pack}]", f"postgres: {{ version: {generate.USUAL} }}", "rules:"]
        lines += [f"  postgres/{rule}: warning" for rule in rules]
        # Its alembic.ini names SQLite.
        lines += ["migrations: [{ tool: alembic, path: backend/migrations, dialect: postgresql }]"]
        (copy / "lawbook.yml").write_text("\n".join(lines) + "\n")
        projects.append((copy, {"DATABASE_URL": "postgresql://", "PYTHONPATH": "."}))
    for project, environment in projects:
        rendered, problems = render(project, environment)
        ours, _, _ = run.lawbook(arguments.lawbook, project)
        sql = project / "rendered"
        sql.mkdir()
        names = {}
        for path, text in rendered.items():
            name = Path(path).stem + ".sql"
            names[f"rendered/{name}"] = path
            (sql / name).write_text(without_bookkeeping(text))
        theirs, broken = run.squawk(arguments.squawk, project, sorted(names), generate.USUAL, False)
        same = 0
        for name, path in sorted(names.items()):
            if name in broken:
                yield f"{path}: squawk cannot read what Alembic rendered", None
                continue
            squawk = {record.rule for record in theirs if record.path == name}
            lawbook = {record.rule for record in ours if record.path == path}
            same += len(squawk & lawbook)
            silent -= squawk & lawbook
            for who, more in (("squawk", squawk - lawbook), ("lawbook", lawbook - squawk)):
                for rule in sorted(more):
                    reason = reasons.explain_rendered(who, rule, rendered[path], (project / path).read_text())
                    yield f"{who} alone: {path}: {rule}", reason
        print(f"{project.name}: {len(names)} migrations rendered, {len(problems)} not, {same} findings of both")
