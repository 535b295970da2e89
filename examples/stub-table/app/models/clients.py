"""Clients, still written in the style of SQLAlchemy 1."""

from sqlalchemy import Boolean, Column, Integer, String, Text, false

from .base import Base, Timestamps


class Client(Timestamps, Base):
    __tablename__ = "clients"

    id = Column(Integer, primary_key=True)
    name = Column(String(200), nullable=False)
    email = Column(String(255), nullable=False, unique=True)
    is_blocked = Column(Boolean, nullable=False, server_default=false())
    note = Column(Text)
