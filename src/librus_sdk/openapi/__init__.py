"""The APIs as OpenAPI documents, made from the catalogue and the models."""

from __future__ import annotations

from ._apis import DocumentBackend
from ._document import generate_openapi_document

__all__ = ["DocumentBackend", "generate_openapi_document"]
