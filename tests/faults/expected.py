"""How each fault ends at each kind of endpoint, as the documentation has it.

Written down, not computed: nothing here asks the client.  The words:

=========  ==========================================================================================
``data``   the very data: the fault does no harm, or the SDK cures it
``sent``   what came is taken as it is: nobody can tell that a file is not the whole file
``net``    NETWORK_ERROR
``time``   NETWORK_TIMEOUT
``odd``    RESPONSE_VALIDATION_FAILED
``api``    API_REQUEST_FAILED
``calm``   RATE_LIMITED
``down``   SERVICE_MAINTENANCE
``shut``   NETWORK_BLOCKED
``again``  AUTH_REFRESH_FAILED
``auth``   AUTHENTICATION_FAILED
``person`` ACCOUNT_ACTION_REQUIRED
``page``   PORTAL_LOGIN_PAGE_INVALID
``maybe``  no error: the outcome of sending is ``unknown``
``no``     no error: the outcome of sending is ``rejected``
``-``      there is nothing to spoil: the answer has no body, or the fault is not one of this endpoint
=========  ==========================================================================================
"""

from __future__ import annotations

from typing import Final

__all__ = ["CODES", "EXPECTED"]

CODES: Final = {
    "net": "NETWORK_ERROR",
    "time": "NETWORK_TIMEOUT",
    "odd": "RESPONSE_VALIDATION_FAILED",
    "api": "API_REQUEST_FAILED",
    "calm": "RATE_LIMITED",
    "down": "SERVICE_MAINTENANCE",
    "shut": "NETWORK_BLOCKED",
    "again": "AUTH_REFRESH_FAILED",
    "auth": "AUTHENTICATION_FAILED",
    "person": "ACCOUNT_ACTION_REQUIRED",
    "page": "PORTAL_LOGIN_PAGE_INVALID",
}

# Data, tokens and the account list.
_READS: Final = """
fault          api    file   save   me     accounts fresh  oauth  gateway inbox  bff
refused        net    net    net    net    net    net    net    net    net    net
reset_before   net    net    net    net    net    net    net    net    net    net
reset_headers  net    net    net    net    net    net    net    net    net    net
reset_body     net    net    net    net    net    net    net    net    net    net
silence        time   time   time   time   time   time   time   time   time   time
stalled        time   time   time   time   time   time   time   time   time   time
dripping       time   time   time   time   time   time   time   time   time   time
truncated      odd    sent   sent   odd    odd    odd    odd    odd    odd    odd
html           odd    odd    odd    odd    odd    odd    odd    down   down   odd
bomb           odd    odd    odd    odd    odd    odd    odd    odd    odd    odd
ten_mb         data   sent   sent   data   data   data   data   data   data   data
ten_mb_small   odd    odd    odd    odd    odd    odd    odd    odd    odd    odd
huge_500       odd    odd    odd    odd    odd    odd    odd    odd    odd    odd
packed         data   data   data   data   data   data   data   data   data   data
charset        odd    sent   sent   odd    odd    odd    data   odd    odd    odd
mislabelled    data   sent   sent   data   data   data   data   data   data   data
two_cookies    data   data   data   data   data   data   data   data   data   data
circle         api    api    api    api    api    api    api    again  again  api
away           api    api    api    api    api    api    api    again  again  api
401            again  again  again  auth   again  again  auth   again  again  again
403            api    api    api    person person person api    api    api    api
404            api    api    api    person person person api    api    api    api
408            api    api    api    api    api    api    api    api    api    api
418            api    api    api    api    api    api    api    api    api    api
429_seconds    calm   calm   calm   calm   calm   calm   calm   calm   calm   calm
429_fraction   calm   calm   calm   calm   calm   calm   calm   calm   calm   calm
429_date       calm   calm   calm   calm   calm   calm   calm   calm   calm   calm
429_garbage    calm   calm   calm   calm   calm   calm   calm   calm   calm   calm
429_too_long   calm   calm   calm   calm   calm   calm   calm   calm   calm   calm
429_none       calm   calm   calm   calm   calm   calm   calm   calm   calm   calm
500            api    api    api    api    api    api    api    api    api    api
501            api    api    api    api    api    api    api    api    api    api
502            api    api    api    api    api    api    api    api    api    api
503            api    api    api    api    api    api    api    api    api    api
504            api    api    api    api    api    api    api    api    api    api
maintenance    down   down   down   down   down   down   down   down   down   down
once_reset     data   data   data   data   data   data   -      data   data   data
once_cut       data   data   data   data   data   data   -      data   data   data
once_503       data   data   data   data   data   data   -      data   data   data
once_429       data   data   data   data   data   data   -      data   data   data
once_401       data   data   data   data   data   data   data   data   data   data
"""

# Signing in, the way to the messages, sending, and the file store. What is posted, or a step of a sign-in, is
# never sent again by itself.
_STEPS: Final = """
fault          page   form   web.form web.login extend auto cross  enter  logon  send   key    download
refused        net    net    net    net    net    net    net    net    net    net    net    net
reset_before   net    net    net    net    net    net    net    net    net    maybe  net    net
reset_headers  net    -      net    net    -      net    -      -      -      maybe  net    net
reset_body     net    -      net    net    -      net    -      -      -      maybe  net    net
silence        time   time   time   time   time   time   time   time   time   maybe  time   time
stalled        time   -      time   time   -      time   -      -      -      maybe  time   time
dripping       time   -      time   time   -      time   -      -      -      maybe  time   time
truncated      page   -      data   calm   -      odd    -      -      -      maybe  api    sent
html           page   auth   down   down   down   odd    down   down   down   maybe  api    odd
bomb           odd    odd    odd    odd    odd    odd    odd    odd    odd    maybe  odd    odd
ten_mb         data   data   data   data   data   data   data   data   data   maybe  data   sent
ten_mb_small   odd    odd    odd    odd    odd    odd    odd    odd    odd    maybe  odd    odd
huge_500       odd    odd    odd    odd    odd    odd    odd    odd    odd    maybe  odd    odd
packed         data   data   data   data   data   data   data   data   data   data   data   data
charset        page   -      data   data   -      data   -      -      -      data   data   sent
mislabelled    data   -      data   data   -      data   -      -      -      data   data   sent
two_cookies    data   data   data   data   data   data   data   data   data   data   data   data
circle         page   page   page   api    data   api    page   page   page   maybe  api    odd
away           page   auth   page   api    data   api    api    api    api    maybe  api    odd
401            api    auth   page   auth   data   again  api    api    api    maybe  api    api
403            api    api    shut   shut   shut   api    api    api    api    no     api    api
404            api    api    page   api    data   api    api    api    api    no     api    api
408            api    api    api    api    api    api    api    api    api    maybe  api    api
418            api    api    page   api    data   api    api    api    api    maybe  api    api
429_seconds    calm   calm   calm   calm   calm   calm   calm   calm   calm   maybe  calm   calm
429_fraction   calm   calm   calm   calm   calm   calm   calm   calm   calm   maybe  calm   calm
429_date       calm   calm   calm   calm   calm   calm   calm   calm   calm   maybe  calm   calm
429_garbage    calm   calm   calm   calm   calm   calm   calm   calm   calm   maybe  calm   calm
429_too_long   calm   calm   calm   calm   calm   calm   calm   calm   calm   maybe  calm   calm
429_none       calm   calm   calm   calm   calm   calm   calm   calm   calm   maybe  calm   calm
500            api    api    down   down   down   api    down   down   api    maybe  api    api
501            api    api    down   down   down   api    down   down   api    maybe  api    api
502            api    api    down   down   down   api    down   down   api    maybe  api    api
503            api    api    down   down   down   api    down   down   api    maybe  api    api
504            api    api    down   down   down   api    down   down   api    maybe  api    api
maintenance    down   down   down   down   down   down   down   down   down   maybe  down   down
once_reset     -      -      -      -      -      -      -      -      -      maybe  -      -
once_cut       -      -      -      -      -      -      -      -      -      maybe  -      -
once_503       -      -      -      -      -      -      -      -      -      maybe  -      -
once_429       -      -      -      -      -      -      -      -      -      maybe  -      -
once_401       -      -      -      -      -      -      -      -      -      maybe  -      -
"""


def _read(table: str) -> dict[tuple[str, str], str]:
    heading, *rows = (line.split() for line in table.strip().splitlines())
    return {
        (kind, fault): word
        for fault, *words in rows
        for kind, word in zip(heading[1:], words, strict=True)
        if word != "-"
    }


EXPECTED: Final = _read(_READS) | _read(_STEPS)
"""The word for each kind of endpoint and fault."""
