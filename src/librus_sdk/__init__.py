"""A client for Librus, the school register of most Polish families.

Sign in once with the family account; every child's data is one typed call away, sync or async; an expired
token is never your problem.

Names are imported when they are first used: ``import librus_sdk`` alone costs next to nothing.
"""

from __future__ import annotations

from ._version import __version__

# What type checkers know as true. The module ``typing`` itself is not worth its milliseconds here:
# `librus --version` imports this package.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from .clients.api import AsyncSynergiaApiClient, SynergiaApiClient
    from .clients.bff import AsyncBffApiClient, BffApiClient
    from .clients.options import ClientOptions, SessionOptions
    from .clients.portal import AsyncPortalClient, PortalClient
    from .clients.snapshot import Progress, Section, Snapshot
    from .clients.wiadomosci import AsyncWiadomosciClient, WiadomosciClient
    from .environment import Environment, get_api_backend
    from .errors import (
        AUTH_REFRESH_FAILED,
        FeatureUnavailableError,
        LibrusAccountActionRequiredError,
        LibrusApiError,
        LibrusAuthenticationError,
        LibrusAuthRefreshError,
        LibrusBlockedError,
        LibrusCaptchaRequiredError,
        LibrusChildError,
        LibrusConfigurationError,
        LibrusCredentialsError,
        LibrusDeprecationWarning,
        LibrusMaintenanceError,
        LibrusNetworkError,
        LibrusPermissionError,
        LibrusPortalPageError,
        LibrusRateLimitedError,
        LibrusResponseValidationError,
        LibrusSchemaWarning,
        LibrusSdkError,
        LibrusSessionClosedError,
        LibrusStoreWarning,
        LibrusTerminalAuthenticationError,
        LibrusTimeoutError,
        LibrusUnsupportedBackendError,
    )
    from .event_adapters import to_opentelemetry, to_structlog
    from .events import Event, EventHook, Span, to_logger
    from .models import ChildAccount, Download, PortalMe, Ref, Rejected, Rows, SavedFile, SynergiaAccounts
    from .openapi import generate_openapi_document
    from .secret import Secret
    from .session import AsyncLibrusSession, ChildSelector, LibrusSession
    from .settings import (
        ApiBackend,
        GatewayCredentials,
        Hosts,
        PortalCredentials,
        RetryPolicy,
    )
    from .shells.file_store import FileStore
    from .shells.keyring_store import KeyringStore
    from .shells.redis_store import RedisStore

__all__ = [
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

_HOMES: dict[str, str] = {
    **dict.fromkeys(("AsyncBffApiClient", "BffApiClient"), "clients.bff"),
    **dict.fromkeys(("AsyncWiadomosciClient", "WiadomosciClient"), "clients.wiadomosci"),
    **dict.fromkeys(("AsyncSynergiaApiClient", "SynergiaApiClient"), "clients.api"),
    **dict.fromkeys(("ClientOptions", "SessionOptions"), "clients.options"),
    **dict.fromkeys(("AsyncPortalClient", "PortalClient"), "clients.portal"),
    **dict.fromkeys(("Progress", "Section", "Snapshot"), "clients.snapshot"),
    **dict.fromkeys(("Environment", "get_api_backend"), "environment"),
    **dict.fromkeys(("to_opentelemetry", "to_structlog"), "event_adapters"),
    **dict.fromkeys(("Event", "EventHook", "Span", "to_logger"), "events"),
    **dict.fromkeys(
        (
            "ChildAccount",
            "Download",
            "PortalMe",
            "Ref",
            "Rejected",
            "Rows",
            "SavedFile",
            "SynergiaAccounts",
        ),
        "models",
    ),
    "generate_openapi_document": "openapi",
    "Secret": "secret",
    "FileStore": "shells.file_store",
    "KeyringStore": "shells.keyring_store",
    "RedisStore": "shells.redis_store",
    **dict.fromkeys(("AsyncLibrusSession", "ChildSelector", "LibrusSession"), "session"),
    **dict.fromkeys(
        (
            "ApiBackend",
            "GatewayCredentials",
            "Hosts",
            "PortalCredentials",
            "RetryPolicy",
        ),
        "settings",
    ),
}


if not TYPE_CHECKING:  # hidden from type checkers, which would take any misspelt name for one of ours

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f".{_HOMES.get(name, 'errors')}", __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
