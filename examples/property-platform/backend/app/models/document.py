"""Papers that belong to a deal."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class Document(Base):
    __tablename__ = "documents"
    __table_args__ = (sa.Index("ix_documents_deal_id", "deal_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(sa.ForeignKey("deals.id", name="fk_documents_deal"))
    title: Mapped[str] = mapped_column(sa.String(200))
    storage_key: Mapped[str] = mapped_column(sa.String(200))
    signed_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
