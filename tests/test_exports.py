"""The public names: a closed, sorted list, and what importing them costs."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import librus_sdk

PUBLIC = [
    "AUTH_REFRESH_FAILED",
    "ApiBackend",
    "AsyncBffApiClient",
    "AsyncLibrusSession",
    "AsyncPortalClient",
    "AsyncSynergiaApiClient",
    "AsyncWiadomosciClient",
    "BffApiClient",
    "ChildAccount",
    "ChildSelector",
    "ClientOptions",
    "Download",
    "Environment",
    "Event",
    "EventHook",
    "FeatureUnavailableError",
    "FileStore",
    "GatewayCredentials",
    "Hosts",
    "KeyringStore",
    "LibrusAccountActionRequiredError",
    "LibrusApiError",
    "LibrusAuthRefreshError",
    "LibrusAuthenticationError",
    "LibrusBlockedError",
    "LibrusCaptchaRequiredError",
    "LibrusChildError",
    "LibrusConfigurationError",
    "LibrusCredentialsError",
    "LibrusDeprecationWarning",
    "LibrusMaintenanceError",
    "LibrusNetworkError",
    "LibrusPermissionError",
    "LibrusPortalPageError",
    "LibrusRateLimitedError",
    "LibrusResponseValidationError",
    "LibrusSchemaWarning",
    "LibrusSdkError",
    "LibrusSession",
    "LibrusSessionClosedError",
    "LibrusStoreWarning",
    "LibrusTerminalAuthenticationError",
    "LibrusTimeoutError",
    "LibrusUnsupportedBackendError",
    "PortalClient",
    "PortalCredentials",
    "PortalMe",
    "Progress",
    "RedisStore",
    "Ref",
    "Rejected",
    "RetryPolicy",
    "Rows",
    "SavedFile",
    "Secret",
    "Section",
    "SessionOptions",
    "Snapshot",
    "Span",
    "SynergiaAccounts",
    "SynergiaApiClient",
    "WiadomosciClient",
    "__version__",
    "generate_openapi_document",
    "get_api_backend",
    "to_logger",
    "to_opentelemetry",
    "to_structlog",
]
PACKAGE = Path(librus_sdk.__file__).parent
MODULES = sorted(
    ".".join(("librus_sdk", *path.relative_to(PACKAGE).with_suffix("").parts))
    for folder in (".", "core", "flows", "shells", "clients")
    for path in (PACKAGE / folder).glob("*.py")
    if path.stem != "__init__"
)


def test_the_list_is_closed_and_sorted() -> None:
    assert librus_sdk.__all__ == PUBLIC
    assert sorted(PUBLIC) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_every_name_is_there_and_documented(name: str) -> None:
    thing = getattr(librus_sdk, name)
    assert name in dir(librus_sdk)
    if isinstance(thing, type):
        assert thing.__doc__


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Librus'"):
        getattr(librus_sdk, "Lib" + "rus")
    with pytest.raises(ImportError):
        exec("from librus_sdk import import_everything")


@pytest.mark.parametrize("module", MODULES)
def test_every_module_exports_what_it_says(module: str) -> None:
    made = import_module(module)
    if module.rpartition(".")[2].startswith("_"):
        return
    assert len(set(made.__all__)) == len(made.__all__)
    for name in made.__all__:
        assert hasattr(made, name), name


def loaded_by(statement: str) -> set[str]:
    """The modules a fresh interpreter has after the statement."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    # Measuring coverage would load more than what is looked at here.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=clean)
    return set(run.stdout.split())


HEAVY = {
    "httpx2",
    "httpcore2",
    "msgspec",
    "asyncio",
    "ssl",
    "socket",
    "email",
    "http",
    "anyio",
    "click",
    "rich",
}


def test_importing_the_package_costs_next_to_nothing() -> None:
    loaded = loaded_by("import librus_sdk")
    assert not HEAVY & loaded
    assert {name for name in loaded if name.startswith("librus_sdk")} == {"librus_sdk", "librus_sdk._version"}


def test_errors_and_settings_cost_little() -> None:
    loaded = loaded_by(
        "from librus_sdk import LibrusSdkError, PortalCredentials, Hosts, Secret, get_api_backend"
    )
    assert not (HEAVY - {"email"}) & loaded


def test_making_a_session_opens_no_http_library() -> None:
    loaded = loaded_by(
        "from librus_sdk import *\n"
        "family = PortalCredentials('a@b', 'c')\n"
        "LibrusSession(family), AsyncLibrusSession(family), SynergiaApiClient('token')"
    )
    assert not {"httpx2", "httpcore2", "anyio"} & loaded
