"""Projects, and who works on them."""

import enum
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Column, Enum, ForeignKey, Index, Numeric, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, Code, Timestamps
from .clients import Client


class ProjectStatus(enum.Enum):
    DRAFT = "draft"
    RUNNING = "running"
    CLOSED = "closed"


class Project(Timestamps, Base):
    __tablename__ = "projects"
    __table_args__ = (Index(None, "status", "ends_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[Code]
    public_id: Mapped[UUID]
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str | None] = mapped_column(Text)
    status: Mapped[ProjectStatus] = mapped_column(Enum(ProjectStatus, name="project_status"))
    budget: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    spent: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    currency: Mapped[str] = mapped_column(String(3))
    vat_rate: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    site_street: Mapped[str | None] = mapped_column(String(200))
    site_city: Mapped[str | None] = mapped_column(String(100))
    site_postcode: Mapped[str | None] = mapped_column("site_zip", String(10))
    is_public: Mapped[bool]
    is_archived: Mapped[bool]
    closed_reason: Mapped[str | None] = mapped_column(Text)

    client: Mapped[Client] = relationship()


project_members = Table(
    "project_members",
    Base.metadata,
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    Column("email", String(255), primary_key=True, index=True),
)
