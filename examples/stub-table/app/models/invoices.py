"""Invoices and what was paid for them."""

import enum
from datetime import date
from decimal import Decimal

from sqlalchemy import Enum, ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Timestamps


class InvoiceState(enum.Enum):
    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"


class Invoice(Timestamps, Base):
    __tablename__ = "invoices"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    # The labels are the values here, not the names of the members.
    state: Mapped[InvoiceState] = mapped_column(
        Enum(InvoiceState, name="invoice_state", values_callable=lambda states: [state.value for state in states])
    )
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    due_on: Mapped[date]


class Payment(Timestamps, Base):
    __tablename__ = "payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    received_on: Mapped[date]
