"""What a test does to the simulated messages, the file store and their sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from ._post_state import MessagesDeadForm, SentMessage, UnreadForm

if TYPE_CHECKING:
    from ._state import State

__all__ = ["PostControls"]


class PostControls:
    """The levers of the messages' host and of the file store."""

    _state: State

    if TYPE_CHECKING:

        def _known(self, child_id: str | int) -> str: ...

    @property
    def sent_messages(self) -> list[SentMessage]:
        """What was sent through the simulator, in order; a copy."""
        with self._state.watch.lock:
            return list(self._state.post.sent)

    @property
    def messages_session_lifetime(self) -> float:
        """How long a session of messages lives, seconds by the simulator's clock; 45 minutes."""
        return self._state.post.lifetime

    @messages_session_lifetime.setter
    def messages_session_lifetime(self, seconds: float) -> None:
        with self._state.watch.lock:
            self._state.post.lifetime = seconds

    @property
    def messages_dead_form(self) -> MessagesDeadForm:
        """How a dead session of messages is told: ``401``, ``redirect``, ``html`` (200) or ``403``."""
        return self._state.post.dead_form

    @messages_dead_form.setter
    def messages_dead_form(self, form: MessagesDeadForm) -> None:
        if form not in get_args(MessagesDeadForm):
            raise ValueError("messages_dead_form is '401', 'redirect', 'html' or '403'")
        with self._state.watch.lock:
            self._state.post.dead_form = form

    @property
    def unread_form(self) -> UnreadForm:
        """How the messages' host counts what is unread: a ``number``, ``digits``, or an ``object``."""
        return self._state.post.unread_form

    @unread_form.setter
    def unread_form(self, form: UnreadForm) -> None:
        if form not in get_args(UnreadForm):
            raise ValueError("unread_form is 'number', 'digits' or 'object'")
        with self._state.watch.lock:
            self._state.post.unread_form = form

    def expire_messages_session(self, child: str | int | None = None) -> None:
        """Let the sessions of messages of one child, or of all, die now."""
        with self._state.watch.lock:
            self._state.post.end(None if child is None else self._known(child))

    def no_messages_module(self, child: str | int | None = None) -> None:
        """Let the school of one child, or of all, have no messages: the way ends at ``Brak dostępu``."""
        with self._state.watch.lock:
            self._state.post.no_module.add(None if child is None else self._known(child))

    def process_then_fail(self, status: int = 401, times: int = 1) -> None:
        """Do what the next so many writes ask for, and answer with this status all the same.

        Their session lives on, also with 401.
        """
        with self._state.watch.lock:
            self._state.post.spoiled_writes += [status] * times

    @property
    def sandbox_polls(self) -> int:
        """How often the file store says of each file from now on that it is not there yet; 1."""
        return self._state.sandbox.polls

    @sandbox_polls.setter
    def sandbox_polls(self, polls: int) -> None:
        with self._state.watch.lock:
            self._state.sandbox.polls = polls

    def fail_downloads(self, times: int = 1) -> None:
        """Let the next so many addresses that are given out lead to no file; another address may."""
        with self._state.watch.lock:
            self._state.sandbox.failures += times
