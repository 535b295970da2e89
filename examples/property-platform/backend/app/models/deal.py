"""Deals: who buys what from whom, and how far it is."""

import enum
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, enum_type


class DealStage(enum.Enum):
    LEAD = "lead"
    OFFER = "offer"
    RESERVED = "reserved"
    NOTARY = "notary"
    CLOSED = "closed"
    LOST = "lost"


class PartyRole(enum.Enum):
    BUYER = "buyer"
    SELLER = "seller"
    AGENT = "agent"


class Deal(Base):
    __tablename__ = "deals"
    __table_args__ = (
        sa.UniqueConstraint("reference", name="uq_deals_reference"),
        sa.Index("ix_deals_property_id", "property_id"),
        sa.Index("ix_deals_agent_id", "agent_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    property_id: Mapped[int] = mapped_column(sa.ForeignKey("properties.id", name="fk_deals_property"))
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_deals_agent"))
    stage: Mapped[DealStage] = mapped_column(enum_type(DealStage, "deal_stage"), server_default="lead")
    price: Mapped[Decimal] = mapped_column(sa.Numeric(12, 2))
    reference: Mapped[str | None] = mapped_column(sa.String(20))
    opened_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())


class DealParty(Base):
    __tablename__ = "deal_parties"
    __table_args__ = (sa.Index("ix_deal_parties_deal_id", "deal_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(sa.ForeignKey("deals.id", name="fk_deal_parties_deal"))
    role: Mapped[PartyRole] = mapped_column(enum_type(PartyRole, "party_role"))
    full_name: Mapped[str] = mapped_column(sa.String(120))
