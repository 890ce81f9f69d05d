"""Columns that many tables have, so that they look alike in all of them."""

from __future__ import annotations

from typing import Final

from ._document import Column

__all__ = ["DATE", "HOURS", "ID", "TEACHER", "TIME"]

DATE: Final = Column("Date", right=True, stiff=True)
TIME: Final = Column("Time", stiff=True)
TEACHER: Final = Column("Teacher", spare=True)
HOURS: Final = Column("Hours", stiff=True)
ID: Final = Column("Id", right=True, stiff=True)
"""What the command for one record asks for."""
