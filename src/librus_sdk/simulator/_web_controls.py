"""What a test does to school-issued logins and their web sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from ._state import State
from ._watch import Watch
from ._web_state import DeadForm, MaintenanceForm, ThrottledForm, WebSession

__all__ = ["WebControls"]


class WebControls:
    """What a test does to the web sign-in and the gateway."""

    _state: State
    _watch: Watch

    if TYPE_CHECKING:

        def _known(self, child_id: str | int) -> str: ...

    # The sign-in.

    def change_web_password(self, child_id: str | int) -> None:
        """Give the child's school-issued login another password and end its sessions."""
        with self._watch.lock:
            child = self._state.world.child(self._known(child_id))
            self._state.web.new_password(child)
            self._end(str(child.portal_id))

    def reset_web_captcha(self, child_id: str | int | None = None) -> None:
        """Forget the wrong passwords of one child's login, or of all: no captcha is asked for any more."""
        with self._watch.lock:
            if child_id is None:
                self._state.web.failures.clear()
            else:
                del self._state.web.failures[self._state.world.child(self._known(child_id)).login]

    def expire_account(self, child_id: str | int, *, expired: bool = True) -> None:
        """Let the school-issued account run out: the form refuses the right password. Or take that back."""
        self._mark(self._state.web.expired_accounts, child_id, expired)

    def force_step(self, child_id: str | int, *, forced: bool = True) -> None:
        """Put a page with new rules into the sign-in, which ends there without a session. Or take it out."""
        self._mark(self._state.web.forced, child_id, forced)

    def throttle_logins(self, times: int = 1, form: ThrottledForm = "html") -> None:
        """Answer the next forms with a page (``html``) or nothing (``empty``): status 200 and no JSON."""
        if form not in get_args(ThrottledForm):
            raise ValueError("form is 'html' or 'empty'")
        with self._watch.lock:
            self._state.web.throttled = times
            self._state.web.throttled_form = form

    @property
    def web_refusal_status(self) -> int:
        """The status of a refused sign-in: 200 or 403. Librus's own is disputed."""
        return self._state.web.refusal_status

    @web_refusal_status.setter
    def web_refusal_status(self, status: int) -> None:
        if status not in (200, 403):
            raise ValueError("web_refusal_status is 200 or 403")
        self._state.web.refusal_status = status

    # Sessions.

    def expire_web_session(self, child_id: str | int | None = None) -> None:
        """Let data be refused to the sessions of one child, or of all, until they are extended.

        ``/refreshToken`` extends them, unless :attr:`web_refresh_revives` is False.
        """
        with self._watch.lock:
            for session in self._sessions(child_id):
                session.expired = True

    def end_web_session(self, child_id: str | int | None = None) -> None:
        """End the web sessions of one child, or of all, for good: only a sign-in helps."""
        with self._watch.lock:
            self._end(None if child_id is None else self._known(child_id))

    def close_web_pages(self, child_id: str | int | None = None) -> None:
        """Let pages (``DZIENNIKSID``) lead to the sign-in while the gateway still answers."""
        with self._watch.lock:
            for session in self._sessions(child_id):
                session.pages_since = float("-inf")

    @property
    def web_refresh_revives(self) -> bool:
        """Whether ``/refreshToken`` helps a session that was expired; a living one it always extends.

        Clients report that a dead session cannot be revived, and that the cookie often dies early; where the
        border runs is not known.
        """
        return self._state.web.refresh_revives

    @web_refresh_revives.setter
    def web_refresh_revives(self, revives: bool) -> None:
        self._state.web.refresh_revives = revives

    @property
    def web_dead_form(self) -> DeadForm:
        """How the gateway answers a dead session: ``401``, ``redirect`` (to the sign-in), ``html`` (200)."""
        return self._state.web.dead_form

    @web_dead_form.setter
    def web_dead_form(self, form: DeadForm) -> None:
        if form not in get_args(DeadForm):
            raise ValueError("web_dead_form is '401', 'redirect' or 'html'")
        self._state.web.dead_form = form

    # All of Synergia.

    @property
    def network_blocked(self) -> bool:
        """Whether a gate in front of Synergia and of the sign-in refuses everything: a page with 403."""
        return self._state.web.blocked

    @network_blocked.setter
    def network_blocked(self, blocked: bool) -> None:
        self._state.web.blocked = blocked

    @property
    def web_maintenance(self) -> MaintenanceForm | None:
        """Whether there is a technical break: pages with 503, or a ``redirect`` to one page; data is 503."""
        return self._state.web.maintenance

    @web_maintenance.setter
    def web_maintenance(self, form: MaintenanceForm | None) -> None:
        if form is not None and form not in get_args(MaintenanceForm):
            raise ValueError("web_maintenance is 'page', 'redirect' or None")
        self._state.web.maintenance = form

    def kindergarten(self, child_id: str | int) -> None:
        """Let the child's account be a kindergarten's: ``Timetables`` is refused, another service answers."""
        self._mark(self._state.web.kindergarten, child_id, True)

    def pupils_login(self, child_id: str | int) -> None:
        """Let the child's login be the pupil's own, not a parent's: it lands on a page of pupils."""
        self._mark(self._state.web.pupils, child_id, True)

    def _mark(self, marked: set[str], child_id: str | int, on: bool) -> None:
        with self._watch.lock:
            known = self._known(child_id)
            (marked.add if on else marked.discard)(known)

    def _sessions(self, child_id: str | int | None) -> list[WebSession]:
        return self._state.web.of_child(None if child_id is None else self._known(child_id))

    def _end(self, child_id: str | None) -> None:
        for session in self._state.web.of_child(child_id):
            self._state.web.end(session)
