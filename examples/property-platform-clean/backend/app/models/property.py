"""Properties and what they were valued at."""

import enum
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, enum_type


class PropertyKind(enum.Enum):
    FLAT = "flat"
    HOUSE = "house"
    LAND = "land"
    OFFICE = "office"


class Property(Base):
    __tablename__ = "properties"
    __table_args__ = (
        sa.UniqueConstraint("land_register_no", name="uq_properties_land_register_no"),
        sa.Index("ix_properties_city", "city"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PropertyKind] = mapped_column(enum_type(PropertyKind, "property_kind"))
    street: Mapped[str] = mapped_column(sa.String(160))
    city: Mapped[str] = mapped_column(sa.String(80))
    land_register_no: Mapped[str | None] = mapped_column(sa.String(40))
    asking_price: Mapped[Decimal | None] = mapped_column(sa.Numeric(12, 2))


class Valuation(Base):
    __tablename__ = "valuations"
    __table_args__ = (sa.Index("ix_valuations_property_id", "property_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    property_id: Mapped[int] = mapped_column(sa.ForeignKey("properties.id", name="fk_valuations_property"))
    kind: Mapped[PropertyKind] = mapped_column(enum_type(PropertyKind, "property_kind"))
    amount: Mapped[Decimal] = mapped_column(sa.Numeric(12, 2))
    valued_on: Mapped[date]
