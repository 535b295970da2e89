# -*- coding: latin-1 -*-
"""Prénom"""
revision = "a"
down_revision = None


def upgrade(): pass
