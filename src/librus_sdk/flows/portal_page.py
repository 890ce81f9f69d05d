"""The portal's sign-in form, as a browser and as the phone application meet it.

The password is sent in one request, to the portal's own origin.  Around it, what is harmless may be asked
again.  A status after the form proves nothing: what this module can tell is that the portal refused; whether
it accepted, the caller has to find out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..core.answers import judge_portal, passes
from ..core.http import Request, Response, join_url
from ..core.retry import retry_after_s
from ..errors import (
    LibrusApiError,
    LibrusCaptchaRequiredError,
    LibrusCredentialsError,
    LibrusPortalPageError,
    LibrusSdkError,
)
from ..secret import Secret
from ..settings import Hosts, PortalCredentials, RetryPolicy
from .again import Again
from .login_page import CSRF_FIELD, captcha_demanded, hidden_fields, refusal_of
from .steps import Flow, Jar, Ports
from .walk import Walked, walk

__all__ = ["LOST", "PAGE_INVALID", "PORTAL_KEY", "REFUSED", "PortalForm", "page_of"]

PORTAL_KEY: Final = "portal"
_Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PortalForm:
    """The form of one portal."""

    hosts: Hosts
    ports: Ports
    retry: RetryPolicy

    @property
    def again(self) -> Again:
        """How the portal's harmless requests are asked again."""
        return Again(self.retry, self.ports, judge_portal)

    def open(self, path: str, name: str, jar: Jar) -> Flow[Response]:
        """Get a page of the portal. Raises when the portal answers with an error."""
        request = self.page(path, name)
        # Harmless: a page for anybody. Asked again, it comes with another CSRF value.
        page = page_of((yield from walk(request, jar, (self.hosts.portal,), self.again)))
        if not page.ok:
            raise self.trouble(request, page)
        return page

    def fields(self, page: Response) -> Mapping[str, Secret]:
        """Return the form's hidden fields.

        Raises:
            LibrusCaptchaRequiredError: there is a captcha instead.
            LibrusPortalPageError: it is another page.
        """
        fields = hidden_fields(page.body)
        if CSRF_FIELD not in fields:
            if captcha_demanded(page.body):
                raise LibrusCaptchaRequiredError(_CAPTCHA)
            raise LibrusPortalPageError(PAGE_INVALID)
        return fields

    def send(
        self,
        fields: Mapping[str, Secret],
        credentials: PortalCredentials,
        referer: str,
        jar: Jar,
        headers: _Headers = (),
    ) -> Flow[Walked]:
        """Send the form, once. What it leads to may be asked for again: pages to be shown, or a code.

        Raises:
            LibrusCredentialsError: the portal says the password is wrong.
            LibrusCaptchaRequiredError: it demands a captcha.
            LibrusSdkError: the portal has trouble, which says nothing of the password.
        """
        url = join_url(self.hosts.portal, "/konto-librus/login/action")
        request = Request(
            "POST",
            url,
            endpoint=url,
            name="portal.login",
            headers=(("referer", referer), *headers),
            form=(
                *fields.items(),
                # Last, so that no hidden field of the page takes their place.
                ("email", credentials.email),
                ("password", credentials.password),
            ),
        )
        walked = yield from walk(request, jar, (self.hosts.portal,), self.again)
        final = page_of(walked)
        refusal = refusal_of(final.body)
        # An outage that lists its "errors" says nothing of the password.
        judged = not passes(final.status)
        if (refusal == "credentials" and judged) or final.status == 401:
            raise LibrusCredentialsError(REFUSED)
        if refusal == "captcha":
            raise LibrusCaptchaRequiredError(_CAPTCHA)
        if not final.ok or refusal == "expired":
            raise self.trouble(request, final)
        return walked

    def trouble(self, request: Request, response: Response) -> LibrusSdkError:
        """A step that failed for another reason than the credentials."""
        error = judge_portal(request, response).error
        if error is None or isinstance(error, LibrusApiError):
            status = response.status
            error = (
                error
                if error is not None and status != 401
                else LibrusApiError(
                    f"The Librus portal did not complete the sign-in (status {status}). Try again later.",
                    details={"endpoint": request.endpoint, "status": status},
                )
            )
            error.retry_after_s = retry_after_s(response, self.ports.wall())
        return error

    def page(self, path: str, name: str, headers: _Headers = ()) -> Request:
        """The request for a page of the portal."""
        url = join_url(self.hosts.portal, path)
        return Request("GET", url, endpoint=url, name=name, headers=headers)


def page_of(walked: Walked) -> Response:
    """The page a walk ended on; an empty one when it led away: another host has no business in a sign-in."""
    return walked.response if walked.beyond is None else Response(200, b"", {}, walked.response.url)


REFUSED: Final = (
    "The Librus portal refused the e-mail and password. Check LIBRUS_PORTAL_EMAIL and LIBRUS_PORTAL_PASSWORD "
    "by signing in on the portal in a browser. They are not sent again until you sign in anew."
)
LOST: Final = "The Librus portal forgot the sign-in at once. This usually passes; try again later."
PAGE_INVALID: Final = (
    "The sign-in page of the Librus portal is not the expected one (maintenance or a redesign). Try again "
    "later."
)
_CAPTCHA: Final = (
    "The Librus portal demands a captcha, usually after several failed sign-ins. Sign in once on the portal "
    "in a browser, then try again."
)
