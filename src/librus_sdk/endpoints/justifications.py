"""Justifications, meetings with parents, the server's clock."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from ..models._fields import Id
from ..models.justifications import GatewayJustification, Justification, ParentTeacherConference, SystemData
from ..models.rows import Rows
from ._declare import C, Family, Get, day, endpoint, id_segment
from ._shapes import one, root, rows

__all__ = ["Justifications"]


class Justifications(Family[C]):
    """Justifications of absences (usprawiedliwienia), meetings with parents, the server's clock."""

    family: ClassVar[str] = "justifications"

    @endpoint("listJustifications", tag="justifications")
    def list(self, *, date_from: dt.date | str | None = None) -> Get[Rows[Justification]]:
        """Read the justifications, all or from a day on. Personal data.

        Raises:
            LibrusConfigurationError: the day is unreadable; nothing is sent.
            LibrusPermissionError: some schools do not show them to parents.
        """
        query = {"dateFrom": None if date_from is None else day(date_from, "date_from")}
        # The gateway answers in the envelope of another service: {"status": "OK", "message": …, "data": […]},
        # seen live by public clients.
        on_gateway = rows("data", GatewayJustification)
        return Get("Justifications", rows("Justifications", Justification), query, on_gateway=on_gateway)

    @endpoint("getJustification", tag="justifications")
    def get(self, justification_id: Id | int) -> Get[Justification]:
        """Read one justification. Personal data."""
        path = f"Justifications/{id_segment(justification_id, 'justification_id')}"
        # Nobody has written down what the gateway answers here. Its list suggests the same envelope, with
        # the one or a list of it.
        on_gateway = one("data", GatewayJustification, may_be_listed=True)
        return Get(path, one("Justification", Justification), on_gateway=on_gateway)

    @endpoint("listParentTeacherConferences", tag="justifications")
    def conferences(self) -> Get[Rows[ParentTeacherConference]]:
        """Read the meetings of teachers with parents; the agenda usually has them, too."""
        return Get("ParentTeacherConferences", rows("ParentTeacherConferences", ParentTeacherConference))

    @endpoint("getSystemData", tag="system")
    def system_data(self) -> Get[SystemData]:
        """Read the date and time of Librus's server."""
        return Get("SystemData", root(SystemData))
