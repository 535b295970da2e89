# ruff: noqa: E501  (SQL and regexes are read whole)
"""Why Lawbook and squawk differ, by name. A difference without a reason is a fault of Lawbook until somebody shows more.

Each reason looks at the case and says so only where it is so.
"""

import re

REASONS = []
RENDERED = []


def reason(function):
    REASONS.append(function)
    return function


def rendered(function):
    RENDERED.append(function)
    return function


def explain(who, record, case):
    """Returns the first reason that knows of this difference."""
    return next((why for why in (reason(who, record, case) for reason in REASONS) if why), None)


def explain_rendered(who, rule, sql, python):
    """Returns the first reason that knows why squawk says otherwise of the SQL that Alembic rendered."""
    return next((why for why in (reason(who, rule, sql, python) for reason in RENDERED) if why), None)


NAME = r'(?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))*'


def plain(name):
    return name.replace('"', "").lower()


def new_tables(text):
    """Returns the tables that a text makes, also by giving them another name."""
    made = set()
    for found in re.finditer(
        rf"(?is)\bCREATE\s+(?:TEMP\w*\s+|UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?({NAME})"
        rf"|\bALTER\s+TABLE\s+({NAME})\s+RENAME\s+TO\s+({NAME})",
        text,
    ):
        created, old, new = found.groups()
        if created:
            made.add(plain(created))
        elif plain(old) in made:
            made.add(plain(new))
    return made


def table_of(statement):
    """Returns the table that a statement is about."""
    found = re.search(
        rf"(?is)\bALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?({NAME})|\bON\s+(?:ONLY\s+)?({NAME})"
        rf"|\bDROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?({NAME})|\bTRUNCATE\s+(?:TABLE\s+)?({NAME})",
        re.sub(r"(?s)/\*.*?\*/|--[^\n]*", "", statement),
    )
    return plain(next(group for group in found.groups() if group)) if found else None


def is_new(record, case):
    statement, _ = case.statement(record.line)
    table = table_of(statement)
    return table is not None and table in new_tables(case.before(record.line))


@reason
def same_statement(who, record, case):
    """Squawk points to another line of the same statement: the type of a column, the words SET NOT NULL."""
    ours, theirs = (case.lawbook, case.squawk) if who == "lawbook" else (case.squawk, case.lawbook)
    start = case.statement(record.line)[1]

    def here(records):
        return sum(one.rule == record.rule and case.statement(one.line)[1] == start for one in records)

    if here(theirs - ours) == here(ours - theirs):
        return "the same finding, on another line of the statement"
    # One name for several parts: squawk points to the table once, Lawbook to each part.
    if record.rule == "unqualified-table" and here(theirs):
        return "the same finding, on another line of the statement"
    return None


@reason
def new_table(who, record, case):
    """A table that the migration made has no rows and no readers. Squawk sees that for some rules, within a transaction."""
    if (
        who == "squawk"
        and record.rule not in ("unqualified-table", "unrepeatable-statement", "transaction-nesting")
        and is_new(record, case)
    ):
        return "the migration made the table itself"
    return None


@reason
def no_rows_are_touched(who, record, case):
    """A new column without a default is null everywhere: PostgreSQL skips the check of its foreign key."""
    statement, _ = case.statement(record.line)
    if who != "squawk" or record.rule != "foreign-key-validates" or "DEFAULT" in statement.upper():
        return None
    if re.search(r"(?is)ADD\s+(?:COLUMN\s+)?(?!CONSTRAINT|FOREIGN).*REFERENCES", statement):
        return "a new column without a default is null: its foreign key has nothing to check"
    return None


@reason
def defaults(who, record, case):
    """Squawk calls volatile what is not a literal, a cast, or a function of its list without arguments."""
    if record.rule != "default-rewrites-table":
        return None
    statement, _ = case.statement(record.line)
    if who == "lawbook" and re.search(r"(?i)\b(?:big|small)?serial[248]?\b", statement):
        return "serial fills every row from its sequence"
    if who == "squawk" and case.version >= 11:
        default = re.search(r"(?is)\bDEFAULT\s+(.*?)(?:\bREFERENCES\b|\bNOT\s+NULL\b|,\s*ADD\b|;|$)", statement)
        stable = r"(?i)CURRENT_DATE|-?\s*[\d.]+|\([\d\s+*-]+\)|date_trunc\('\w+',\s*now\(\)\)|now\(\)\s*[+-]\s*interval\s*'[^']*'|timezone\('utc'.*|\(?'.*|ARRAY.*|CURRENT_\w+|true|false|null"
        if default and re.fullmatch(stable, default.group(1).strip(), re.DOTALL):
            return "the default is constant or stable: it is evaluated once"
    return None


@reason
def required(who, record, case):
    if record.rule != "required-column":
        return None
    statement, _ = case.statement(record.line)
    if who == "lawbook" and re.search(r"(?i)PRIMARY\s+KEY", statement):
        return "a primary key is NOT NULL"
    if who == "squawk" and re.search(r"(?i)\bserial\b", statement):
        return "serial has a default, its sequence"
    return None


@reason
def types(who, record, case):
    line = case.text.splitlines()[record.line - 1]
    if who == "squawk" and record.rule == "char-column" and re.search(r'"char"', line):
        return 'the type "char", of one byte, is not char'
    if who == "squawk" and record.rule == "column-type-change":
        widened = re.search(r"(?is)\(a varchar\(10\)\);.*TYPE varchar\(20\)", case.text)
        if widened:
            return "a longer varchar touches no row"
    return None


@reason
def concurrently(who, record, case):
    statement, _ = case.statement(record.line)
    if record.rule == "concurrent-in-transaction" and who == "lawbook":
        if not re.search(r"(?i)CREATE", statement):
            return "DROP INDEX, REINDEX and DETACH cannot either"
        if len(re.findall(r";\s*$", case.text, re.MULTILINE)) == 1:
            return "the tool's transaction is one for a single statement as well"
    if record.rule == "index-not-concurrent" and who == "squawk" and re.search(r"(?i)\bON\s+ONLY\b", statement):
        return "ON ONLY builds nothing"
    return None


@reason
def version(who, record, case):
    if who == "squawk" and record.rule == "detach-partition" and case.version < 14:
        return "before PostgreSQL 14 there is no DETACH CONCURRENTLY"
    if who == "squawk" and record.rule == "reindex-not-concurrent" and case.version < 12:
        return "before PostgreSQL 12 there is no REINDEX CONCURRENTLY"
    if who == "squawk" and record.rule == "detach-partition" and "FINALIZE" in case.statement(record.line)[0]:
        return "FINALIZE ends a DETACH that was concurrent"
    if who == "lawbook" and record.rule == "vacuum-full-or-cluster" and case.version < 19:
        return "squawk speaks of VACUUM FULL and CLUSTER only where there is REPACK, from PostgreSQL 19 on"
    return None


@reason
def rolled_back(who, record, case):
    """For squawk a ROLLBACK does not end the transaction, but for its rules on nesting."""
    after = re.search(r"(?m)^ROLLBACK;", case.before(record.line))
    if after and record.rule in (
        "unrepeatable-statement",
        "concurrent-in-transaction",
        "constraint-without-not-valid",
        "index-not-concurrent",
        "unique-constraint-builds-index",
        "foreign-key-validates",
    ):
        return "ROLLBACK has ended the transaction"
    return None


@reason
def ended_by_the_end(who, record, case):
    """END and ABORT are COMMIT and ROLLBACK; squawk's rules on transactions know the words of one rule alone."""
    if (
        record.rule in ("unrepeatable-statement",)
        and re.search(r"(?m)^(?:COMMIT|ROLLBACK);", case.before(record.line))
        and who == "lawbook"
    ):
        return "COMMIT has ended the transaction"
    return None


@reason
def nesting(who, record, case):
    if record.rule != "transaction-nesting":
        return None
    if who == "squawk" and re.match(r"(?i)ROLLBACK\s+TO\b", case.text.splitlines()[record.line - 1]):
        return "ROLLBACK TO ends no transaction"
    if who == "squawk" and re.search(r"(?im)^ROLLBACK\s+TO\b", case.before(record.line)):
        return "ROLLBACK TO ends no transaction"
    ends = re.findall(r"(?m)^(?:COMMIT|ROLLBACK|END)\b(?! TO)", case.before(record.line))
    if who == "squawk" and case.inside and ends:
        return "the first COMMIT has ended the tool's transaction: what follows is a transaction of its own"
    if who == "lawbook" and case.inside and ends:
        return "the first COMMIT has ended the tool's transaction: another one does nothing"
    return None


@reason
def domains(who, record, case):
    statement, _ = case.statement(record.line)
    if who == "squawk" and record.rule == "domain-constraint" and re.search(r"(?i)\bDEFAULT\b", statement):
        return "a default constrains nothing"
    return None


@reason
def blocks(who, record, case):
    statement, _ = case.statement(record.line)
    if who == "lawbook" and re.match(r"(?is)\s*DO\b", re.sub(r"(?s)\A(?:\s*--[^\n]*\n)*", "", statement)):
        return "squawk does not look into DO"
    return None


@reason
def made_again(who, record, case):
    if who != "squawk":
        return None
    statement, _ = case.statement(record.line)
    after = case.text[len(case.before(record.line)) :]
    if record.rule == "drop-constraint":
        found = re.search(rf"(?i)DROP\s+CONSTRAINT\s+(?:IF\s+EXISTS\s+)?({NAME})", statement)
        if found and re.search(rf"(?i)ADD\s+CONSTRAINT\s+{re.escape(found.group(1))}\b", after):
            return "the migration makes it anew"
    if record.rule == "drop-object":
        for name in re.findall(NAME, statement)[1:]:
            if re.search(rf"(?i)CREATE\s+[\w\s]*?\b{re.escape(name)}\b", case.text):
                return "the migration makes it anew"
    return None


@reason
def robust(who, record, case):
    statement, _ = case.statement(record.line)
    if record.rule != "unrepeatable-statement":
        return None
    if who == "lawbook":
        more = r"(?is)\s*(?:ALTER\s+VIEW|CREATE\s+TABLE\s+\S+\s+AS\b|CREATE\s+(?:EXTENSION|SCHEMA)|DROP\s+(?:EXTENSION|SCHEMA|(?:MATERIALIZED\s+)?VIEW))"
        return "squawk leaves out views, schemas, extensions and CREATE TABLE AS" if re.match(more, statement) else None
    if re.search(r"(?i)\bCONCURRENTLY\b", statement) and case.in_transaction(record.line):
        return "CONCURRENTLY fails in a transaction, so nothing of it stays"
    if re.search(r"(?i)\bTEMP", statement):
        return "a temporary table is gone with its session"
    return None


@reason
def views(who, record, case):
    if (
        who == "lawbook"
        and record.rule == "unqualified-table"
        and re.match(r"(?i)\s*ALTER\s+(?:MATERIALIZED\s+)?VIEW", case.statement(record.line)[0])
    ):
        return "a view is looked for along the search_path as well"
    return None


# What PostgreSQL locks so that others wait, by the words of a statement; the rest locks itself alone, or nothing.
WAITS = re.compile(
    r"(?is)\A\s*(?:ALTER\s+TABLE\b(?!.*\b(?:VALIDATE\s+CONSTRAINT|SET\s+STATISTICS|SET\s*\(|ATTACH|CONCURRENTLY)\b)"
    r"|DROP\s+(?:TABLE|INDEX(?!\s+CONCURRENTLY))|CREATE\s+(?:UNIQUE\s+)?INDEX(?!\s+CONCURRENTLY)|TRUNCATE\b|REINDEX\b(?!.*CONCURRENTLY)"
    r"|REFRESH\b|CLUSTER\b|VACUUM\b.*\bFULL\b(?!\s+false)|LOCK\b|DROP\s+(?:MATERIALIZED\s+)?VIEW\b|(?:CREATE|DROP)\s+TRIGGER)"
)


def waits(statement, made):
    """Returns whether others wait for what a statement locks: its table, or those that a new one points to."""
    if re.match(r"(?is)\s*CREATE\s+TABLE\b", statement):
        pointed = re.findall(rf"(?i)\bREFERENCES\s+({NAME})", statement)
        return any(plain(name) not in made for name in pointed)
    return WAITS.match(statement) is not None


@reason
def timeouts(who, record, case):
    if record.rule not in ("lock-timeout-missing", "statement-timeout-missing"):
        return None
    statement, _ = case.statement(record.line)
    bare = re.sub(r"(?s)/\*.*?\*/|--[^\n]*", "", statement)
    if who == "squawk":
        return None if waits(bare, new_tables(case.text)) else "nobody waits for what the statement locks"
    before = case.before(record.line)
    if any(other.rule == record.rule and other.line < record.line for other in case.squawk):
        return "squawk says it once a file, Lawbook once a transaction"
    setting = record.rule.rsplit("-missing", 1)[0].replace("-", "_")
    if re.search(rf"(?i)SET\s+LOCAL\s+{setting}", before) and not case.in_transaction(record.line):
        return "SET LOCAL does nothing outside of a transaction"
    if re.search(rf"(?i)SET\s+(?:LOCAL\s+)?{setting}", before):
        return "SET LOCAL ends with its transaction"
    return None


@rendered
def nobody_waits(who, rule, sql, python):
    """The same as of files: nothing in the migration locks a table that was there so that others wait."""
    if who != "squawk" or rule not in ("lock-timeout-missing", "statement-timeout-missing"):
        return None
    made = new_tables(sql)
    for statement in re.split(r";\s*\n", sql):
        bare = re.sub(r"(?s)/\*.*?\*/|--[^\n]*", "", statement)
        if waits(bare, made) and table_of(bare) not in made:
            return None
    return "nobody waits for what the statement locks"


@rendered
def rendered_new_table(who, rule, sql, python):
    altered = [plain(name) for name in re.findall(rf"(?i)ALTER TABLE ({NAME})", sql)]
    if who == "squawk" and rule == "required-column" and set(altered) <= new_tables(sql):
        return "the migration made the table itself"
    return None


@rendered
def rendered_wider(who, rule, sql, python):
    if (
        who == "squawk"
        and rule == "column-type-change"
        and "type_=sa.String(50), existing_type=sa.String(20)" in python
    ):
        return "a longer varchar touches no row"
    return None
