"""The peers' equivalents of Lawbook's built-in rules, from one list, as ast-grep and as semgrep rules.

`$$$` is any arguments, `$NAME` one expression; the optional regex is about `$S`. ast-grep gets `strictness: ast`: its
default misses most matches that are laid out otherwise.
"""

from __future__ import annotations

import json

RULES: list[tuple[str, str, str | None]] = [
    ("enum-without-create-type", "sa.Enum($$$, create_type=False, $$$)", None),
    ("enum-variable", "$N = sa.Enum($$$)", None),
    ("unguarded-enum-type", "postgresql.ENUM($$$)", None),
    ("unguarded-enum-type-sql", "op.execute($S)", "(?i)CREATE\\s+TYPE"),
    ("enum-outlives-downgrade", "$E.create(op.get_bind(), $$$)", None),
    ("unguarded-drop-table", "op.drop_table($$$)", None),
    ("unguarded-drop-column", "op.drop_column($$$)", None),
    ("unguarded-drop-index", "op.drop_index($$$)", None),
    ("unguarded-drop-constraint", "op.drop_constraint($$$)", None),
    ("unnamed-foreign-key", "op.create_foreign_key(None, $$$)", None),
    ("unnamed-unique-constraint", "op.create_unique_constraint(None, $$$)", None),
    ("unnamed-check-constraint", "op.create_check_constraint(None, $$$)", None),
    ("raw-sql-f-string", "op.execute($S)", "^[rR]?[fF]['\"]"),
    ("raw-sql-percent", "op.execute($Q % $V)", None),
    ("raw-sql-format", "op.execute($Q.format($$$))", None),
    ("empty-downgrade", "def downgrade():\n    pass", None),
    ("missing-upgrade", "def upgrade():\n    pass", None),
    ("revision-too-long", "revision = $S", "^.{35,}$"),
    ("several-bases", "down_revision = None", None),
    ("not-null-without-default", "sa.Column($$$, nullable=False, $$$)", None),
]


def ast_grep() -> str:
    """Returns the rules as ast-grep reads them, one document each."""
    documents = []
    for name, pattern, regex in RULES:
        parts = pattern.split("$$$")  # each `$$$` with a name of its own: equal ones would have to match alike
        named = parts[0] + "".join(f"$$${chr(65 + index)}{part}" for index, part in enumerate(parts[1:]))
        rule: dict[str, object] = {"id": name, "language": "python", "severity": "warning", "message": name}
        rule["rule"] = {"pattern": {"context": named, "strictness": "ast"}}
        if regex:
            rule["constraints"] = {"S": {"regex": regex}}
        documents.append(json.dumps(rule))
    return "\n---\n".join(documents) + "\n"


def semgrep() -> str:
    """Returns the rules as semgrep reads them."""
    rules = []
    for name, pattern, regex in RULES:
        rule: dict[str, object] = {"id": name, "languages": ["python"], "severity": "WARNING", "message": name}
        patterns: list[object] = [{"pattern": pattern.replace("$$$", "...")}]
        if regex:
            patterns.append({"metavariable-regex": {"metavariable": "$S", "regex": f".*{regex}"}})
        rule["patterns"] = patterns
        rules.append(rule)
    return json.dumps({"rules": rules}, indent=1) + "\n"
