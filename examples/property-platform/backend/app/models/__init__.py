"""Every table of the platform, for Alembic and for the application."""

from .base import Base
from .deal import Deal, DealParty, DealStage, PartyRole
from .document import Document
from .office import Office, User
from .property import Property, PropertyKind, Valuation

__all__ = [
    "Base", "Deal", "DealParty", "DealStage", "Document", "Office", "PartyRole", "Property", "PropertyKind", "User",
    "Valuation",
]
