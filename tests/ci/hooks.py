"""Runs our hooks with pre-commit, in a fresh clone: a bad commit is blocked, a good one goes through."""

import pathlib
import shutil
import sys
import tempfile

from common import ROOT, commit, environment, repository, run

GOOD = '''"""add code"""
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.add_column("deals", sa.Column("code", sa.String(20)))


def downgrade():
    op.drop_column("deals", "code", if_exists=True)
'''
BAD = GOOD.replace("sa.String(20)", 'sa.Enum("a", name="k", create_type=False)')
HOOKS = """repos:
  - repo: {hooks}
    rev: {rev}
    hooks:
      - id: lawbook
        language: system
      - id: lawbook-test
        language: system
      - id: lawbook-exceptions-audit
        language: system
"""


def hooks_repository(folder, env):
    """Returns a repository with our hooks alone, and its commit: `language: system` builds nothing of it."""
    folder.mkdir()
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", folder)
    run(["git", "init", "--quiet"], folder, env)
    commit(folder, env, "hooks")
    return run(["git", "rev-parse", "HEAD"], folder, env).strip()


def try_in_a_clone(folder, env, configuration):
    """Goes through commits in a fresh clone of a project with this configuration."""
    upstream = folder / "upstream"
    upstream.mkdir(parents=True)
    if configuration is None:
        shutil.copytree(ROOT / "tests/projects/plain", upstream, dirs_exist_ok=True)
        run(["lawbook", "init"], upstream, env)
        written = (upstream / ".pre-commit-config.yaml").read_text()
        assert "lawbook check --staged" in written, written
    else:
        (upstream / ".pre-commit-config.yaml").write_text(configuration)
    repository(ROOT / "tests/projects/plain", upstream, env)
    clone = folder / "clone"
    run(["git", "clone", "--quiet", str(upstream), str(clone)], folder, env)
    run(["pre-commit", "install"], clone, env)
    versions = clone / "migrations/versions"
    new = versions / "0003_code.py"
    new.write_text(BAD)
    told = commit(clone, env, "bad", expected=1)
    assert "alembic/enum-without-create-type" in told and "0003_code.py" in told, told
    # What is staged counts, not what the work tree has by now.
    new.write_text(GOOD)
    told = run(["git", "commit", "--quiet", "--message", "bad"], clone, env, 1)
    assert "alembic/enum-without-create-type" in told, told
    commit(clone, env, "good")
    # The graph is seen whole: a parent that goes is missed in a file that nobody touched.
    (versions / "0002_deal_status.py").unlink()
    told = commit(clone, env, "a parent goes", expected=1)
    assert "0003_code.py" in told, told
    run(["git", "reset", "--quiet", "--hard"], clone, env)
    (clone / "notes.md").write_text("nothing about migrations\n")
    commit(clone, env, "notes")
    assert run(["git", "rev-list", "--count", "HEAD"], clone, env).strip() == "3"
    return clone


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        env = environment(folder) | {"PRE_COMMIT_HOME": str(folder / "cache")}
        run(["pre-commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")], ROOT, env)
        rev = hooks_repository(folder / "hooks", env)
        clone = try_in_a_clone(folder / "ours", env, HOOKS.format(hooks=folder / "hooks", rev=rev))
        run(["pre-commit", "run", "--all-files", "--hook-stage", "manual", "lawbook-exceptions-audit"], clone, env)
        print("hooks of our repository: bad commits are blocked, good ones go through")
        try_in_a_clone(folder / "init", env, None)
        print("the hook that init writes: the same")


if __name__ == "__main__":
    sys.exit(main())
