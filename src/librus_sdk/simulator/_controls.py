"""What a test does to the simulated Librus: gates, faults, dying tokens, switched-off modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._change_log import ChangeControls
from ._faults import DRIP_SECONDS, Drop, Fault, Faults
from ._gates import Gate, Gates, Point
from ._oauth_state import OAuthControls
from ._post_controls import PostControls
from ._state import ScopeForm, State, UnauthorizedForm
from ._web_controls import WebControls

__all__ = ["Controls"]


class Controls(WebControls, OAuthControls, PostControls, ChangeControls):
    """The levers of the simulator. Every one may be pulled from any thread, also before the start."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._watch = state.watch
        self._gates = Gates(self._watch)
        self._faults = Faults(self._watch)

    # Gates and faults.

    def hold(
        self,
        name: str,
        *,
        at: Point = "request",
        skip: int = 0,
        times: int | None = None,
        child: str | int | None = None,
    ) -> Gate:
        """Put up a gate: requests to the endpoint stop there until released.

        Args:
            name: the endpoint, named as in :attr:`counts`; ``*`` is any.
            at: ``request`` stops before anything is decided, ``response`` when the answer is decided and
                nothing of it is sent.
            skip: let that many pass first.
            times: stop only that many; None stops all.
            child: stop only requests of this child.
        """
        endpoint, known = self._endpoint(name), None if child is None else self._known(child)
        return self._gates.add(Gate(self._watch, endpoint, at=at, skip=skip, times=times, child=known))

    def release(self, name: str) -> None:
        """Open every gate of that name for good. Raises KeyError when there is none."""
        self._gates.release(name)

    def fail(
        self,
        name: str,
        *,
        status: int | None = None,
        times: int | None = 1,
        skip: int = 0,
        child: str | int | None = None,
        body: Mapping[str, Any] | list[Any] | str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
        drop: Drop | None = None,
        stall: bool = False,
        drip: bool | float = False,
        html: bool = False,
        truncate: bool = False,
        maintenance: bool = False,
        retry_after: float | str | None = None,
        redirect: str | None = None,
        charset: str | None = None,
        size: int | None = None,
        packed: bool = False,
        double_cookies: bool = False,
    ) -> Fault:
        """Make answers of an endpoint go wrong.

        ``status``, ``body``, ``html``, ``maintenance``, ``redirect`` and ``drop="before"`` take the place of
        the answer: nothing of what was asked is done. With all the others it is done (a token is minted), and
        its answer is spoiled. They can be combined: ``size`` with ``packed`` is a small answer that grows.

        Args:
            name: the endpoint, named as in :attr:`counts`; ``*`` is any.
            status: answer with this status and the error body that goes with it.
            times: meet that many requests; None is for ever.
            skip: leave that many alone first.
            child: meet only requests of this child.
            body: answer with this document (JSON), or this text as it is; status 200 unless given.
            headers: additional headers of the answer.
            delay: seconds before the answer is sent.
            drop: reset the connection: ``before`` the request is looked at, after the ``headers``, or in the
                middle of the ``body``.
            stall: send the headers and half of the body, then nothing more.
            drip: send the body a byte at a time; True is one each 50 ms, a number is the pause in seconds.
            html: answer with a page instead of JSON, status 200 unless given.
            truncate: cut the document in half; the length in the headers is that of the half.
            maintenance: answer 503 with Librus's maintenance document.
            retry_after: the ``Retry-After`` header: seconds, or a text as it is.
            redirect: lead to this address, status 302 unless given; ``here`` leads to the address that was
                asked for, so in a circle.
            charset: send the body in this encoding, while the headers say what they always do.
            size: add white space behind the body up to this many bytes.
            packed: send the body packed with gzip, asked for or not.
            double_cookies: set each cookie twice, with a false value first; an answer that sets none sets
                one of its own twice.

        Raises:
            ValueError: ``drop`` or ``charset`` is none.
        """
        return self._faults.add(
            Fault(
                self._watch,
                self._endpoint(name),
                status=status,
                left=times,
                skip=skip,
                child=None if child is None else self._known(child),
                body=body,
                headers=dict(headers or {}),
                delay=delay,
                drop=drop,
                stall=stall,
                drip=(DRIP_SECONDS if drip is True else drip) or None,
                html=html,
                truncate=truncate,
                maintenance=maintenance,
                retry_after=None if retry_after is None else str(retry_after),
                redirect=redirect,
                charset=charset,
                size=size,
                packed=packed,
                double_cookies=double_cookies,
            )
        )

    def clear_faults(self, name: str | None = None) -> None:
        """Take back the faults of that name, or all of them."""
        self._faults.clear(name)

    # What happens to the family's accounts.

    def expire_child_tokens(self, child_id: str | int | None = None) -> None:
        """Let the tokens of one child, or of all, die now. The next ``fresh`` mints a good one."""
        with self._watch.lock:
            self._state.expire_tokens(None if child_id is None else self._known(child_id))

    def expire_portal_session(self) -> None:
        """Let every portal session die: ``/api/v3`` answers 401 until somebody signs in."""
        with self._watch.lock:
            self._state.sessions.clear()

    def change_password(self) -> None:
        """Give the family another password; :attr:`credentials` has it. Sessions and portal tokens end."""
        with self._watch.lock:
            self._state.new_password()
            self._state.sessions.clear()
            self._state.oauth.revoke_all()

    def reset_captcha(self) -> None:
        """Forget the wrong passwords: the portal asks for no captcha any more."""
        with self._watch.lock:
            self._state.failures = 0

    def unlink(self, child_id: str | int) -> None:
        """Disconnect a child: still listed, its tokens die, and ``fresh`` asks for an action (403)."""
        with self._watch.lock:
            known = self._known(child_id)
            self._state.unlinked.add(known)
            self._state.expire_tokens(known)
            self._state.last_modification += 1

    def link(self, child_id: str | int) -> None:
        """Undo :meth:`unlink` and :meth:`remove`."""
        with self._watch.lock:
            known = self._known(child_id)
            self._state.unlinked.discard(known)
            self._state.removed.discard(known)
            self._state.last_modification += 1

    def remove(self, child_id: str | int) -> None:
        """Take a child off the account: not listed, its tokens die, ``fresh`` knows it no more (404)."""
        with self._watch.lock:
            known = self._known(child_id)
            self._state.removed.add(known)
            self._state.expire_tokens(known)
            self._state.last_modification += 1

    # What the API lets a token do.

    @property
    def unauthorized_form(self) -> UnauthorizedForm:
        """How the body of a 401 looks: ``code`` (with it), ``message`` (without the code), ``empty``."""
        return self._state.unauthorized_form

    @unauthorized_form.setter
    def unauthorized_form(self, form: UnauthorizedForm) -> None:
        if form not in ("code", "message", "empty"):
            raise ValueError("unauthorized_form is 'code', 'message' or 'empty'")
        self._state.unauthorized_form = form

    def deny_scope(self, name: str, child: str | int | None = None, *, form: ScopeForm = "message") -> None:
        """Answer 401 ``Insufficient scopes``: in the message, the code or the status, as chosen.

        Raises:
            LibrusConfigurationError: the API has no endpoint of that name.
        """
        endpoint = self._api_endpoint(name)
        with self._watch.lock:
            self._state.denied_scopes[endpoint, None if child is None else self._known(child)] = form

    def switch_off(self, name: str, child: str | int | None = None) -> None:
        """Answer as Librus does for a module the school has switched off, also on the paths below it.

        How Librus says so is known of some modules only:

        - ``Notes``, ``LuckyNumbers`` and ``SchoolNotices``: 403 with a code of its own (``NotesIsNotActive``,
          ``LuckyNumberIsNotActive``, ``NoticeboardProblem``);
        - ``Timetables``: 403 ``Student timetable is not public``, as with :meth:`hide_timetable`;
        - ``Grades/Averages`` and ``PointGrades/Averages``: 200 with ``{"Status": "Disabled"}``.

        Of the others (``Messages``, ``Attendances``, ``HomeWorks`` ...) no such answer is known. They get 403
        ``AccessDeny``, which Librus sends for whatever an account may not read; so a client sees a refusal.

        Raises:
            LibrusConfigurationError: the API has no endpoint of that name.
        """
        endpoint = self._api_endpoint(name)
        with self._watch.lock:
            self._state.switched_off.add((endpoint, None if child is None else self._known(child)))

    def hide_timetable(self, child: str | int | None = None) -> None:
        """Answer 403 on timetables: not published yet."""
        self.switch_off("Timetables", child)

    def messages_unpaid(self, child: str | int | None = None) -> None:
        """Answer 403 on every path of messages: not paid for. The token's scopes stay as they are.

        The account rows of the portal and ``Me`` say then that the account is not a premium one.
        """
        with self._watch.lock:
            self._state.unpaid_messages.add(None if child is None else self._known(child))

    def set_averages(self, child_id: str | int, shown: bool) -> None:
        """Show the school's averages of the child, or answer ``{"Status": "Disabled"}`` with 200."""
        with self._watch.lock:
            known = self._known(child_id)
            (self._state.no_averages.discard if shown else self._state.no_averages.add)(known)

    def allow_all(self) -> None:
        """Undo :meth:`deny_scope`, :meth:`switch_off`, :meth:`hide_timetable` and :meth:`messages_unpaid`."""
        with self._watch.lock:
            self._state.denied_scopes.clear()
            self._state.switched_off.clear()
            self._state.unpaid_messages.clear()

    def _endpoint(self, name: str) -> str:
        from ._endpoints import known_endpoint  # it needs the extra, which may be missing until the start

        return known_endpoint(name)

    def _api_endpoint(self, name: str) -> str:
        from ._endpoints import api_endpoint

        return api_endpoint(name)

    def _known(self, child_id: str | int) -> str:
        text = str(child_id)
        if text not in self._state.minted:
            raise KeyError("the simulator has no child with this id")
        return text
