"""What all models share."""

import enum

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


def values(members: type[enum.Enum]) -> list[str]:
    """Returns what the database stores for an enum: the values, not the Python names."""
    return [str(member.value) for member in members]


def enum_type(members: type[enum.Enum], name: str) -> sa.Enum:
    return sa.Enum(members, name=name, values_callable=values)
