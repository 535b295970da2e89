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
