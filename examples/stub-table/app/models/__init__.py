"""The tables of the ledger."""

from .base import Base
from .clients import Client
from .invoices import Invoice, Payment
from .projects import Project, project_members

__all__ = ["Base", "Client", "Invoice", "Payment", "Project", "project_members"]
