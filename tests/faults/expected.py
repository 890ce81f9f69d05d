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
``-``      there is nothing to spoil: the answer has no body
=========  ==========================================================================================

Rows whose name begins with ``once`` are a fault that meets one request.  What is posted, and what hands in
something that works once, is not sent again by itself: there such a fault ends as if it lasted.
"""

from __future__ import annotations

from typing import Final

__all__ = ["CODES", "EXPECTED", "WHOLE"]

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

# Data of a family account, and what they are read with.
#
# A file elsewhere has an address that works once, so the second attempt after a cut finds it used up.
_FAMILY: Final = """
fault          api   file  save  elsewhere register me     accounts fresh  bff
refused        net   net   net   net       net      net    net      net    net
reset_before   net   net   net   net       net      net    net      net    net
reset_headers  net   net   net   net       net      net    net      net    net
reset_body     net   net   net   net       net      net    net      net    net
silence        time  time  time  time      time     time   time     time   time
stalled        time  time  time  time      time     time   time     time   time
dripping       time  time  time  time      time     time   time     time   time
truncated      odd   sent  sent  sent      odd      odd    odd      odd    odd
html           odd   odd   odd   odd       odd      odd    odd      odd    odd
bomb           odd   odd   odd   odd       odd      odd    odd      odd    odd
ten_mb         data  sent  sent  sent      data     data   data     data   data
ten_mb_small   odd   odd   odd   odd       odd      odd    odd      odd    odd
huge_500       odd   odd   odd   odd       odd      odd    odd      odd    odd
packed         data  data  data  data      data     data   data     data   data
charset        odd   sent  sent  sent      odd      odd    odd      odd    odd
mislabelled    data  sent  sent  sent      data     data   data     data   data
two_cookies    data  data  data  data      data     data   data     data   data
circle         api   api   api   api       api      api    api      api    api
away           api   api   api   api       api      api    api      api    api
401            again again again api       again    auth   again    again  again
403            api   api   api   api       api      person person   person api
404            api   api   api   api       api      person person   person api
408            api   api   api   api       api      api    api      api    api
418            api   api   api   api       api      api    api      api    api
429_seconds    calm  calm  calm  calm      calm     calm   calm     calm   calm
429_fraction   calm  calm  calm  calm      calm     calm   calm     calm   calm
429_date       calm  calm  calm  calm      calm     calm   calm     calm   calm
429_past       calm  calm  calm  calm      calm     calm   calm     calm   calm
429_zero       calm  calm  calm  calm      calm     calm   calm     calm   calm
429_garbage    calm  calm  calm  calm      calm     calm   calm     calm   calm
429_blank      calm  calm  calm  calm      calm     calm   calm     calm   calm
429_too_long   calm  calm  calm  calm      calm     calm   calm     calm   calm
429_none       calm  calm  calm  calm      calm     calm   calm     calm   calm
500            api   api   api   api       api      api    api      api    api
501            api   api   api   api       api      api    api      api    api
502            api   api   api   api       api      api    api      api    api
503            api   api   api   api       api      api    api      api    api
503_seconds    api   api   api   api       api      api    api      api    api
503_date       api   api   api   api       api      api    api      api    api
503_too_long   api   api   api   api       api      api    api      api    api
504            api   api   api   api       api      api    api      api    api
maintenance    down  down  down  down      down     down   down     down   down
once_reset     data  data  data  data      net      data   data     data   data
once_cut       data  data  data  api       net      data   data     data   data
once_503       data  data  data  data      api      data   data     data   data
once_429       data  data  data  data      calm     data   data     data   data
once_401       data  data  data  api       data     data   data     data   data
"""

# Signing in on the portal: with a browser's form, and as the phone application does.
_PORTAL: Final = """
fault          page form home who    oauth authorize oauth.form authorized consent code
refused        net  net  net  net    net   net       net        net        net     net
reset_before   net  net  net  net    net   net       net        net        net     net
reset_headers  net  net  net  net    net   net       net        net        -       net
reset_body     net  net  net  net    net   net       net        net        -       net
silence        time time time time   time  time      time       time       time    time
stalled        time time time time   time  time      time       time       -       time
dripping       time time time time   time  time      time       time       -       time
truncated      page data data odd    odd   page      data       data       -       odd
html           page auth data odd    odd   page      auth       page       page    odd
bomb           odd  odd  odd  odd    odd   odd       odd        odd        odd     odd
ten_mb         data data data data   data  data      data       data       data    data
ten_mb_small   odd  odd  odd  odd    odd   odd       odd        odd        odd     odd
huge_500       odd  odd  odd  odd    odd   odd       odd        odd        odd     odd
packed         data data data data   data  data      data       data       data    data
charset        page data data odd    data  page      data       data       -       data
mislabelled    data data data data   data  data      data       data       -       data
two_cookies    data data data data   data  data      data       data       data    data
circle         page page page api    api   page      page       page       page    api
away           page auth data api    api   page      auth       page       page    api
401            api  auth auth auth   auth  api       auth       auth       auth    auth
403            api  api  api  person api   api       api        api        api     api
404            api  api  api  person api   api       api        api        api     api
408            api  api  api  api    api   api       api        api        api     api
418            api  api  api  api    api   api       api        api        api     api
429_seconds    calm calm calm calm   calm  calm      calm       calm       calm    calm
429_fraction   calm calm calm calm   calm  calm      calm       calm       calm    calm
429_date       calm calm calm calm   calm  calm      calm       calm       calm    calm
429_past       calm calm calm calm   calm  calm      calm       calm       calm    calm
429_zero       calm calm calm calm   calm  calm      calm       calm       calm    calm
429_garbage    calm calm calm calm   calm  calm      calm       calm       calm    calm
429_blank      calm calm calm calm   calm  calm      calm       calm       calm    calm
429_too_long   calm calm calm calm   calm  calm      calm       calm       calm    calm
429_none       calm calm calm calm   calm  calm      calm       calm       calm    calm
500            api  api  api  api    api   api       api        api        api     api
501            api  api  api  api    api   api       api        api        api     api
502            api  api  api  api    api   api       api        api        api     api
503            api  api  api  api    api   api       api        api        api     api
503_seconds    api  api  api  api    api   api       api        api        api     api
503_date       api  api  api  api    api   api       api        api        api     api
503_too_long   api  api  api  api    api   api       api        api        api     api
504            api  api  api  api    api   api       api        api        api     api
maintenance    down down down down   down  down      down       down       down    down
once_reset     data net  data data   net   data      net        data       data    net
once_cut       data net  data data   net   data      net        data       -       net
once_503       data api  data data   api   data      api        data       data    api
once_429       data calm data data   calm  data      calm       data       data    calm
once_401       api  auth auth auth   data  api       auth       auth       auth    data
"""

# A school's login: data, and how its session is prolonged.
_SCHOOL: Final = """
fault          gateway school_file homework_file kindergarten extend extended pages
refused        net     net         net           net          net    net      net
reset_before   net     net         net           net          net    net      net
reset_headers  net     -           -             net          -      net      net
reset_body     net     -           -             net          -      net      net
silence        time    time        time          time         time   time     time
stalled        time    -           -             time         -      time     time
dripping       time    -           -             time         -      time     time
truncated      odd     -           -             odd          -      odd      data
html           down    down        down          down         down   down     data
bomb           odd     odd         odd           odd          odd    odd      odd
ten_mb         data    data        data          data         data   data     data
ten_mb_small   odd     odd         odd           odd          odd    odd      odd
huge_500       odd     odd         odd           odd          odd    odd      odd
packed         data    data        data          data         data   data     data
charset        odd     -           -             odd          -      odd      data
mislabelled    data    -           -             data         -      data     data
two_cookies    data    data        data          data         data   data     data
circle         again   api         api           again        data   again    data
away           again   api         api           again        data   again    data
401            again   again       again         again        data   again    data
403            api     api         api           api          shut   api      data
404            api     api         api           api          data   api      data
408            api     api         api           api          api    api      data
418            api     api         api           api          data   api      data
429_seconds    calm    calm        calm          calm         calm   calm     data
429_fraction   calm    calm        calm          calm         calm   calm     data
429_date       calm    calm        calm          calm         calm   calm     data
429_past       calm    calm        calm          calm         calm   calm     data
429_zero       calm    calm        calm          calm         calm   calm     data
429_garbage    calm    calm        calm          calm         calm   calm     data
429_blank      calm    calm        calm          calm         calm   calm     data
429_too_long   calm    calm        calm          calm         calm   calm     data
429_none       calm    calm        calm          calm         calm   calm     data
500            api     down        down          api          down   api      data
501            api     down        down          api          down   api      data
502            api     down        down          api          down   api      data
503            api     down        down          api          down   api      data
503_seconds    api     down        down          api          down   api      data
503_date       api     down        down          api          down   api      data
503_too_long   api     down        down          api          down   api      data
504            api     down        down          api          down   api      data
maintenance    down    down        down          down         down   down     data
once_reset     data    data        data          data         data   data     data
once_cut       data    -           -             data         -      data     data
once_503       data    down        down          data         down   data     data
once_429       data    data        data          data         data   data     data
once_401       data    data        data          data         data   data     data
"""

# A school's login: signing in, step by step.
#
# Back with a code, a session is in the headers: it does not matter what becomes of the body.
_SIGN_IN: Final = """
fault          start web.form web.login 2fa    perform grant  back   landing alive
refused        net   net      net       net    net     net    net    net     net
reset_before   net   net      net       net    net     net    net    data    net
reset_headers  -     net      net       -      -       -      -      data    net
reset_body     -     net      net       -      -       -      -      data    net
silence        time  time     time      time   time    time   time   time    time
stalled        -     time     time      -      -       -      -      time    time
dripping       -     time     time      -      -       -      -      time    time
truncated      -     data     calm      -      -       -      -      data    odd
html           down  down     down      down   down    down   down   data    down
bomb           odd   odd      odd       odd    odd     odd    data   data    odd
ten_mb         data  data     data      data   data    data   data   data    data
ten_mb_small   odd   odd      odd       odd    odd     odd    data   data    odd
huge_500       odd   odd      odd       odd    odd     odd    odd    data    odd
packed         data  data     data      data   data    data   data   data    data
charset        -     data     data      -      -       -      -      data    odd
mislabelled    -     data     data      -      -       -      -      data    data
two_cookies    data  data     data      data   data    data   data   data    data
circle         page  page     api       page   page    page   page   data    again
away           page  page     api       person person  person person data    again
401            page  page     auth      api    api     api    api    data    again
403            shut  shut     shut      shut   shut    shut   shut   data    api
404            page  page     api       api    api     api    api    data    api
408            api   api      api       api    api     api    api    data    api
418            page  page     api       api    api     api    api    data    api
429_seconds    calm  calm     calm      calm   calm    calm   calm   data    calm
429_fraction   calm  calm     calm      calm   calm    calm   calm   data    calm
429_date       calm  calm     calm      calm   calm    calm   calm   data    calm
429_past       calm  calm     calm      calm   calm    calm   calm   data    calm
429_zero       calm  calm     calm      calm   calm    calm   calm   data    calm
429_garbage    calm  calm     calm      calm   calm    calm   calm   data    calm
429_blank      calm  calm     calm      calm   calm    calm   calm   data    calm
429_too_long   calm  calm     calm      calm   calm    calm   calm   data    calm
429_none       calm  calm     calm      calm   calm    calm   calm   data    calm
500            down  down     down      down   down    down   down   data    api
501            down  down     down      down   down    down   down   data    api
502            down  down     down      down   down    down   down   data    api
503            down  down     down      down   down    down   down   data    api
503_seconds    down  down     down      down   down    down   down   data    api
503_date       down  down     down      down   down    down   down   data    api
503_too_long   down  down     down      down   down    down   down   data    api
504            down  down     down      down   down    down   down   data    api
maintenance    down  down     down      down   down    down   down   data    down
once_reset     data  data     net       net    net     net    net    data    data
once_cut       -     data     net       -      -       -      -      data    data
once_503       down  down     down      down   down    down   down   data    data
once_429       data  data     calm      calm   calm    calm   calm   data    data
once_401       page  page     auth      api    api     api    api    data    again
"""

# The messages, and the way to them.
_MESSAGES: Final = """
fault          inbox message auto  cross centre enter logon entered school.enter
refused        net   net     net   net   net    net   net   net     net
reset_before   net   net     net   net   net    net   net   net     net
reset_headers  net   net     net   -     net    -     -     net     -
reset_body     net   net     net   -     net    -     -     net     -
silence        time  time    time  time  time   time  time  time    time
stalled        time  time    time  -     time   -     -     time    -
dripping       time  time    time  -     time   -     -     time    -
truncated      odd   odd     odd   -     data   -     -     data    -
html           down  down    odd   down  data   down  down  data    down
bomb           odd   odd     odd   odd   odd    odd   odd   odd     odd
ten_mb         data  data    data  data  data   data  data  data    data
ten_mb_small   odd   odd     odd   odd   odd    odd   odd   odd     odd
huge_500       odd   odd     odd   odd   odd    odd   odd   odd     odd
packed         data  data    data  data  data   data  data  data    data
charset        odd   odd     data  -     data   -     -     data    -
mislabelled    data  data    data  -     data   -     -     data    -
two_cookies    data  data    data  data  data   data  data  data    data
circle         again again   api   page  page   page  page  page    page
away           again again   api   api   api    api   api   api     api
401            again again   again api   api    api   api   api     again
403            api   api     api   api   api    api   api   api     api
404            api   api     api   api   api    api   api   api     api
408            api   api     api   api   api    api   api   api     api
418            api   api     api   api   api    api   api   api     api
429_seconds    calm  calm    calm  calm  calm   calm  calm  calm    calm
429_fraction   calm  calm    calm  calm  calm   calm  calm  calm    calm
429_date       calm  calm    calm  calm  calm   calm  calm  calm    calm
429_past       calm  calm    calm  calm  calm   calm  calm  calm    calm
429_zero       calm  calm    calm  calm  calm   calm  calm  calm    calm
429_garbage    calm  calm    calm  calm  calm   calm  calm  calm    calm
429_blank      calm  calm    calm  calm  calm   calm  calm  calm    calm
429_too_long   calm  calm    calm  calm  calm   calm  calm  calm    calm
429_none       calm  calm    calm  calm  calm   calm  calm  calm    calm
500            api   api     api   down  down   down  api   api     down
501            api   api     api   down  down   down  api   api     down
502            api   api     api   down  down   down  api   api     down
503            api   api     api   down  down   down  api   api     down
503_seconds    api   api     api   down  down   down  api   api     down
503_date       api   api     api   down  down   down  api   api     down
503_too_long   api   api     api   down  down   down  api   api     down
504            api   api     api   down  down   down  api   api     down
maintenance    down  down    down  down  down   down  down  down    down
once_reset     data  data    net   net   net    net   net   net     net
once_cut       data  data    net   -     net    -     -     net     -
once_503       data  data    api   down  down   down  api   api     down
once_429       data  data    calm  calm  calm   calm  calm  calm    calm
once_401       data  data    again api   api    api   api   api     data
"""

# What reaches people, and files.
#
# Behind its waiting page a file is handed out once, as above.
_SENT: Final = """
fault          send  reply withdraw link  waiting behind try  key  download
refused        net   net   net      net   net     net    net  net  net
reset_before   maybe maybe maybe    net   net     net    net  net  net
reset_headers  maybe maybe maybe    net   net     net    net  net  net
reset_body     maybe maybe maybe    net   net     net    net  net  net
silence        maybe maybe maybe    time  time    time   time time time
stalled        maybe maybe maybe    time  time    time   time time time
dripping       maybe maybe maybe    time  time    time   time time time
truncated      maybe maybe maybe    odd   data    sent   data api  sent
html           maybe maybe maybe    down  data    api    data api  odd
bomb           maybe maybe maybe    odd   odd     odd    odd  odd  odd
ten_mb         maybe maybe maybe    data  data    sent   data data sent
ten_mb_small   maybe maybe maybe    odd   odd     odd    odd  odd  odd
huge_500       maybe maybe maybe    odd   odd     odd    odd  odd  odd
packed         data  data  data     data  data    data   data data data
charset        data  data  data     odd   data    sent   data data sent
mislabelled    data  data  data     data  data    sent   data data sent
two_cookies    data  data  data     data  data    data   data data data
circle         maybe maybe maybe    again odd     odd    odd  api  odd
away           maybe maybe maybe    again odd     odd    odd  api  odd
401            maybe maybe maybe    again api     api    api  api  api
403            no    no    no       api   api     api    api  api  api
404            no    no    no       api   api     api    api  api  api
408            maybe maybe maybe    api   api     api    api  api  api
418            maybe maybe maybe    api   api     api    api  api  api
429_seconds    maybe maybe maybe    calm  calm    calm   calm calm calm
429_fraction   maybe maybe maybe    calm  calm    calm   calm calm calm
429_date       maybe maybe maybe    calm  calm    calm   calm calm calm
429_past       maybe maybe maybe    calm  calm    calm   calm calm calm
429_zero       maybe maybe maybe    calm  calm    calm   calm calm calm
429_garbage    maybe maybe maybe    calm  calm    calm   calm calm calm
429_blank      maybe maybe maybe    calm  calm    calm   calm calm calm
429_too_long   maybe maybe maybe    calm  calm    calm   calm calm calm
429_none       maybe maybe maybe    calm  calm    calm   calm calm calm
500            maybe maybe maybe    api   api     api    api  api  api
501            maybe maybe maybe    api   api     api    api  api  api
502            maybe maybe maybe    api   api     api    api  api  api
503            maybe maybe maybe    api   api     api    api  api  api
503_seconds    maybe maybe maybe    api   api     api    api  api  api
503_date       maybe maybe maybe    api   api     api    api  api  api
503_too_long   maybe maybe maybe    api   api     api    api  api  api
504            maybe maybe maybe    api   api     api    api  api  api
maintenance    maybe maybe maybe    down  down    down   down down down
once_reset     maybe maybe maybe    data  data    data   data net  net
once_cut       maybe maybe maybe    data  data    api    data net  net
once_503       maybe maybe maybe    data  data    data   data api  api
once_429       maybe maybe maybe    data  data    data   data calm calm
once_401       maybe maybe maybe    data  api     api    api  api  api
"""


def _read(table: str) -> dict[tuple[str, str], str]:
    heading, *rows = (line.split() for line in table.strip().splitlines())
    kinds = heading[1:]
    found = {(kind, fault): word for fault, *words in rows for kind, word in zip(kinds, words, strict=True)}
    assert len(found) == len(kinds) * len(rows), "something stands there twice"
    return found


_TABLES: Final = (_FAMILY, _PORTAL, _SCHOOL, _SIGN_IN, _MESSAGES, _SENT)
WHOLE: Final = [cell for table in _TABLES for cell in _read(table).items()]
EXPECTED: Final = {cell: word for cell, word in WHOLE if word != "-"}
"""The word for each kind of endpoint and fault, where there is something to spoil."""
