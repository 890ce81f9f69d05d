"""Every kind of endpoint: how a session comes to it, and what it reads there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from librus_sdk.simulator import Simulator
from tests.faults import reads
from tests.faults.scenery import Scenery

__all__ = ["KINDS", "Host", "Kind"]

Host = Literal["portal", "api", "synergia", "wiadomosci", "bff", "sandbox"]
PAGE: Final = "text/html"
PDF: Final = "application/pdf"


def _nothing(_sim: Simulator) -> None:
    """The endpoint is asked as it is."""


def _itself(found: Any) -> object:
    return found


def _outcome(found: Any) -> object:
    """What of a delivery is the same each time; of what was sent each has its own id."""
    return found.outcome


def _that_it_came(_found: Any) -> object:
    """A device id is another one each time, and a sign-in brings nothing that is returned."""
    return None


@dataclass(frozen=True)
class Kind:
    """A kind of endpoint.

    Attributes:
        open: makes what asks it; called twice, that gives results that look alike.
        endpoint: its name at the simulator.
        host: where it is.
        die: has a credential die, so that the endpoint is asked for another one.
        media: the type of what it answers with.
        skip: how many requests to the endpoint come before the one that is meant.
        look: what of a result is the same each time.
    """

    name: str
    open: Callable[[Scenery], reads.Read]
    endpoint: str
    host: Host
    die: Callable[[Simulator], None] = _nothing
    media: str = "application/json"
    skip: int = 0
    look: Callable[[Any], object] = _itself

    def __str__(self) -> str:
        return self.name


def _of_portal(name: str, endpoint: str) -> Kind:
    """A step of signing in on the portal, as a browser does."""
    return Kind(name, reads.me, endpoint, "portal", Simulator.expire_portal_session, PAGE)


def _of_app(name: str, endpoint: str, **more: Any) -> Kind:
    """A step of signing in on the portal, as the phone application does."""
    return Kind(name, reads.me_by_tokens, endpoint, "portal", reads.end_portal_tokens, **more)


def _of_school(name: str, endpoint: str, host: Host, media: str = PAGE, **more: Any) -> Kind:
    """A step of signing in with a school's login."""
    return Kind(name, reads.gateway, endpoint, host, Simulator.end_web_session, media, **more)


def _of_mail(name: str, endpoint: str, host: Host, media: str = PAGE) -> Kind:
    """A step on the way to the messages."""
    return Kind(name, reads.inbox, endpoint, host, Simulator.expire_messages_session, media)


_ATTACHMENT: Final = "HomeWorkAssignments/Attachment/{id}"

KINDS: Final = {
    kind.name: kind
    for kind in (
        # The family's account.
        Kind("api", reads.grades, "Grades", "api"),
        Kind("file", reads.file, _ATTACHMENT, "api", media=PDF),
        Kind("save", reads.save, _ATTACHMENT, "api", media=PDF),
        Kind("elsewhere", reads.file_elsewhere, "download", "portal", media=PDF),
        Kind("register", reads.register, "ChangeRegister", "api", look=_that_it_came),
        Kind("me", reads.me, "me", "portal"),
        Kind("accounts", reads.accounts, "accounts", "portal"),
        Kind("fresh", reads.grades, "fresh", "portal", Simulator.expire_child_tokens),
        Kind("bff", reads.bff, "bff/Messages", "bff"),
        # Its sign-in.
        _of_portal("page", "login_page"),
        _of_portal("form", "login"),
        _of_portal("home", "home"),
        # The read that was refused asked for the same.
        Kind("who", reads.me, "me", "portal", Simulator.expire_portal_session, skip=1),
        # The same by tokens.
        Kind("oauth", reads.me_by_tokens, "oauth.token", "portal", Simulator.expire_portal_tokens),
        _of_app("authorize", "oauth.redirect", media=PAGE),
        _of_app("oauth.form", "login", media=PAGE),
        _of_app("authorized", "oauth.redirect", media=PAGE, skip=1),
        _of_app("consent", "oauth.authorize", media=PAGE),
        # The first token of a pair that has ended is tried before the code is asked for.
        _of_app("code", "oauth.token", skip=1),
        # A school's login.
        Kind("gateway", reads.gateway, "gateway/Grades", "synergia"),
        Kind("school_file", reads.school_file, "web.school_file", "synergia", media=PAGE),
        Kind("homework_file", reads.homework_file, "web.homework_file", "synergia", media=PAGE),
        Kind("kindergarten", reads.kindergarten, "kindergarten/timetable/kindergarteners/{id}", "synergia"),
        # Its sign-in, in order; and how it is extended.
        _of_school("start", "web.start", "synergia"),
        _of_school("web.form", "web.form", "api"),
        _of_school("web.login", "web.login", "api", "application/json"),
        _of_school("2fa", "web.2fa", "api"),
        _of_school("perform", "web.perform_login", "api"),
        _of_school("grant", "web.grant", "api"),
        _of_school("back", "web.start", "synergia", skip=1),
        _of_school("landing", "web.home", "synergia"),
        _of_school("alive", "gateway/Auth/TokenInfo", "synergia", "application/json"),
        Kind("extend", reads.gateway, "web.refresh", "synergia", Simulator.expire_web_session, PAGE),
        Kind("extended", reads.gateway, "gateway/Auth/TokenInfo", "synergia", Simulator.expire_web_session),
        Kind("pages", reads.school_file, "web.home", "synergia", Simulator.close_web_pages, PAGE),
        # The messages, and the ways to them.
        Kind("inbox", reads.inbox, "wiadomosci/inbox/messages", "wiadomosci"),
        Kind("message", reads.message, "wiadomosci/inbox/messages/{id}", "wiadomosci"),
        _of_mail("auto", "AutoLoginToken", "api", "application/json"),
        _of_mail("cross", "web.token", "synergia"),
        _of_mail("centre", "web.notifications", "synergia"),
        _of_mail("enter", "web.messages", "synergia"),
        _of_mail("logon", "wiadomosci.logon", "wiadomosci"),
        _of_mail("entered", "wiadomosci.page", "wiadomosci"),
        Kind(
            "school.enter",
            reads.inbox_at_school,
            "web.messages",
            "synergia",
            Simulator.expire_messages_session,
            PAGE,
        ),
        # What reaches people.
        Kind("send", reads.letter, "wiadomosci/messages", "wiadomosci", look=_outcome),
        Kind("reply", reads.reply, "wiadomosci/messages/reply", "wiadomosci", look=_outcome),
        Kind(
            "withdraw",
            reads.withdrawal,
            "wiadomosci/messages/{id}/withdrawal",
            "wiadomosci",
            look=_outcome,
        ),
        # Files.
        Kind("link", reads.mail_file, "wiadomosci/attachments/{id}/messages/{id}", "wiadomosci"),
        Kind("waiting", reads.mail_file_by_page, "sandbox.page", "sandbox", media=PAGE),
        # It is asked for once too early.
        Kind("behind", reads.mail_file_by_page, "sandbox.file", "sandbox", media=PDF, skip=1),
        Kind("try", reads.mail_file, "sandbox.try", "sandbox", media=PAGE),
        Kind("key", reads.mail_file, "sandbox.check_key", "sandbox"),
        Kind("download", reads.mail_file, "sandbox.download", "sandbox", media=PDF),
    )
}
