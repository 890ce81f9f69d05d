"""The child API as an OpenAPI document, made from the catalogue and the models."""

from __future__ import annotations

from ._document import generate_openapi_document

__all__ = ["generate_openapi_document"]
