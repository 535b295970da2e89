"""Writes the files that squawk and Lawbook both judge.

Each template stands in several surroundings, each with tables of its own, so that no file says anything about another.
A folder is a project with a lawbook.yml of its own: one for each version, inside and outside of a transaction. How a
file runs is said to Lawbook in the words of goose, to squawk by `--assume-in-transaction`.
"""

import ast
import re
from pathlib import Path

import statements

VERSIONS = (10, 11, 12, 15, 19)
USUAL = 15
INSIDE = "-- +goose Up\n"
OUTSIDE = "-- +goose NO TRANSACTION\n-- +goose Up\n"
# What would end the file for goose, or is not its business.
CONTROL = re.compile(r"\b(BEGIN|COMMIT|ROLLBACK|START TRANSACTION|END)\b")


def surroundings(template, following, index):
    """Yields (name of the surroundings, template); some of them for every second or third template alone."""
    if not CONTROL.search(template):
        yield "begin", "BEGIN;\n" + template + "\nCOMMIT;"
        yield "begin-new", "BEGIN;\nCREATE TABLE {t} (id bigint PRIMARY KEY);\n" + template + "\nCOMMIT;"
        if index % 3 == 0:
            yield "rollback", "BEGIN;\n" + template + "\nROLLBACK;\n" + following
            yield "twice", template + "\n" + template.replace("{t}", "{t}_2")
    yield "new", "CREATE TABLE {t} (id bigint PRIMARY KEY);\n" + template
    yield "timeouts", "SET lock_timeout = '1s';\nSET statement_timeout = '5s';\n" + template
    if index % 3 == 1:
        yield "late", following + "\nSET LOCAL lock_timeout TO 1000;\n" + template
    if index % 2 == 0 and re.search(r"\{t\}(?!_)", template):
        yield "schema", re.sub(r"\{t\}(?!_)", "sales.{t}", template)
        yield "quoted", re.sub(r"\{t\}(?!_)", '"The {t}"', template)


def cases(version):
    """Yields (name, text) of one version."""
    names = sorted(statements.STATEMENTS)
    number = 0
    for index, name in enumerate(names):
        if version != USUAL and name not in statements.VERSIONED:
            continue
        following = statements.STATEMENTS[names[(index + 7) % len(names)]].replace("{t}", "{t}_x")
        following = "SELECT 1;" if CONTROL.search(following) else following
        template = statements.STATEMENTS[name]
        more = surroundings(template, following, index) if version == USUAL else ()
        for around, text in [("alone", template), *more]:
            number += 1
            yield f"{name}.{around}", text.format(t=f"t{number}", n=number) + "\n"


def write(root, version, rules, pack):
    """Writes the two projects of a version; returns {is inside: folder}."""
    folders = {}
    for inside in (True, False):
        folder = root / f"pg{version}-{'inside' if inside else 'outside'}"
        project(folder, version, rules, pack)
        for number, (name, text) in enumerate(cases(version), 1):
            path = folder / "migrations" / f"{number:05}_{name.replace('.', '_').replace('-', '_')}.sql"
            path.write_text((INSIDE if inside else OUTSIDE) + text)
        folders[inside] = folder
    return folders


def project(folder, version, rules, pack):
    """Writes a lawbook.yml in which every rule of the pack is on."""
    (folder / "migrations").mkdir(parents=True)
    lines = [f"packs: [{pack}]", f"postgres: {{ version: {version} }}", "rules:"]
    lines += [f"  postgres/{rule}: warning" for rule in rules]
    (folder / "lawbook.yml").write_text("\n".join(lines) + "\n")


def corpus_statements(corpus):
    """Returns the SQL that migrations of the corpus pass to `execute`, where it is spelt out: (path, line, SQL)."""
    found, seen = [], set()
    for path in sorted(corpus.glob("**/*.py")):
        try:
            text = path.read_text()
            if ".execute" not in text or "down_revision" not in text:
                continue
            tree = ast.parse(text)
        except (UnicodeDecodeError, SyntaxError):
            continue
        for call in ast.walk(tree):
            if not (
                isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "execute"
            ):
                continue
            argument = call.args[0] if call.args else None
            if isinstance(argument, ast.Call) and ast.unparse(argument.func).endswith("text") and argument.args:
                argument = argument.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                sql = "\n".join(line.rstrip() for line in argument.value.strip().splitlines())
                if sql and sql not in seen:
                    seen.add(sql)
                    found.append((str(path.relative_to(corpus)), call.lineno, sql))
    return found


def write_corpus(root, found, rules, pack):
    """Writes the statements of the corpus as projects, inside and outside; returns {is inside: folder}."""
    folders = {}
    for inside in (True, False):
        folder = root / f"corpus-{'inside' if inside else 'outside'}"
        project(folder, USUAL, rules, pack)
        (folder / "migrations").rmdir()
        for number, (_, _, sql) in enumerate(found, 1):
            # Each a tree of its own: they know nothing of each other.
            path = folder / f"m{number:04}" / "migrations" / "00001_statement.sql"
            path.parent.mkdir(parents=True)
            path.write_text((INSIDE if inside else OUTSIDE) + sql.rstrip(";") + ";\n")
        folders[inside] = folder
    return folders


ENV = """from alembic import context

context.configure(url="postgresql://", literal_binds=True, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
"""
REVISION = '''"""{name}"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "{revision}"
down_revision = {down}


def upgrade():
    {body}


def downgrade():
    raise NotImplementedError
'''


def write_alembic(root, rules, pack):
    """Writes the directives as a project of Alembic; returns its folder and [(revision, path)]."""
    folder = root / "alembic"
    project(folder, USUAL, rules, pack)
    (folder / "alembic.ini").write_text(
        "[alembic]\nscript_location = %(here)s/migrations\nsqlalchemy.url = postgresql://\n"
    )
    (folder / "migrations" / "env.py").write_text(ENV)
    (folder / "migrations" / "script.py.mako").write_text("")
    versions = folder / "migrations" / "versions"
    versions.mkdir()
    revisions = []
    down = "None"
    for number, (name, body) in enumerate(statements.DIRECTIVES.items(), 1):
        revision = f"r{number:03}"
        path = versions / f"{revision}_{name}.py"
        path.write_text(REVISION.format(name=name, revision=revision, down=down, body=body.format(t=f"t{number}")))
        revisions.append((revision, Path("migrations") / "versions" / path.name))
        down = f'"{revision}"'
    return folder, revisions
