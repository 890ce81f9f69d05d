"""Sessions kept in encrypted files, whose keys lie in the user's key ring.

A key ring is where a desktop keeps passwords: Keychain on macOS, Credential Locker on Windows, Secret Service
on Linux.  It holds one random key for each document, made when that is first written, and nothing of the
session itself: some key rings take no more than a line.
"""

from __future__ import annotations

import binascii
import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, TypeVar

from ..errors import LibrusConfigurationError
from ..secret import Secret
from .file_shelf import UNREADABLE, Plain, Wrapping
from .file_store import FileStore
from .troubles import troubled

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

__all__ = ["KeyringStore"]

T = TypeVar("T")

_BEGINNING: Final = b"librus-sdk sealed 1\n"
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class KeyringStore(FileStore):
    """Keeps sessions in encrypted files, with the keys in the user's key ring (extra ``keyring``).

    ::

        LibrusSession(PortalCredentials(email, password), store=KeyringStore())

    Somebody who gets hold of the files alone, from a backup or a stolen disk, can do nothing with them. A
    program that runs as the same user may ask the key ring as this one does.

    In everything else it is a :class:`FileStore`; documents of either do not get in each other's way. One
    whose key is gone from the key ring counts as damaged: it is set aside, and a new one is begun. While a
    key ring is locked, nothing is read or written.

    Args:
        folder: as for :class:`FileStore`.
        name: as for :class:`FileStore`.
        service: what the keys are filed under in the key ring.
        or_file: where there is no key ring, as on a server, keep plain files instead.

    Raises:
        LibrusConfigurationError: an argument is wrong, the extra is not installed, or there is no key ring.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] | None = None,
        *,
        name: str | None = None,
        service: str = "librus-sdk",
        or_file: bool = False,
    ) -> None:
        try:
            super().__init__(folder, name=name)
            self._service: Final = _filed_under(service)
            if not isinstance(or_file, bool):
                raise LibrusConfigurationError("or_file must be True or False.")
            self._ring: Final = _key_ring(or_none=or_file)
        except LibrusConfigurationError as error:
            problem = error.replicate()
        else:
            return
        del folder, name  # a traceback shows the variables of a frame, and these may be somebody's name
        raise problem

    @property
    def encrypted(self) -> bool:
        """Whether documents are encrypted; not so only with ``or_file`` where there is no key ring."""
        return self._ring is not None

    def _wrapping(self, stem: str) -> Wrapping:
        return Plain() if self._ring is None else _Sealed(self._ring, self._service, stem)


class _Sealed:
    """Encrypted with a key from the key ring; only under its own name does a document open."""

    def __init__(self, ring: KeyringBackend, service: str, stem: str) -> None:
        self._ring: Final = ring
        self._service: Final = service
        self._stem: Final = stem
        self._context: Final = _BEGINNING + stem.encode()

    @property
    def suffix(self) -> str:
        """What the file's name ends with."""
        return ".sealed"

    def wrapped(self, content: Secret) -> bytes:
        """Return what is written. Raises LibrusConfigurationError."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = self._key() or self._new_key()
        nonce = os.urandom(_NONCE_BYTES)
        plain = Plain().wrapped(content)
        return _BEGINNING + nonce + AESGCM(_bytes(key)).encrypt(nonce, plain, self._context)

    def unwrapped(self, content: bytes) -> Secret:
        """Return the document. Raises LibrusConfigurationError."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if not content.startswith(_BEGINNING):
            return UNREADABLE
        key = self._key()
        if key is None:
            return UNREADABLE
        nonce, sealed = content[len(_BEGINNING) :][:_NONCE_BYTES], content[len(_BEGINNING) + _NONCE_BYTES :]
        try:
            return Plain().unwrapped(AESGCM(_bytes(key)).decrypt(nonce, sealed, self._context))
        except (InvalidTag, ValueError):  # a ValueError where too little is there
            return UNREADABLE

    def forget(self) -> None:
        """Take the key out of the key ring. Raises LibrusConfigurationError."""
        if self._key() is not None:
            _asked(lambda: self._ring.delete_password(self._service, self._stem))

    def _key(self) -> Secret | None:
        """Return the key, as text; None when the key ring has none."""
        kept = _asked(lambda: _boxed(self._ring.get_password(self._service, self._stem)))
        return kept if kept is not None and len(_bytes(kept)) == _KEY_BYTES else None

    def _new_key(self) -> Secret:
        key = Secret(b64encode(os.urandom(_KEY_BYTES)).decode())
        _asked(lambda: self._ring.set_password(self._service, self._stem, key.reveal()))
        # Asked for again: somebody else may have made one meanwhile, and some key rings keep nothing.
        kept = self._key()
        if kept is None:
            raise troubled("The key ring did not keep the key it was given.", "locked_key_ring")
        return kept


def _filed_under(service: object) -> str:
    if isinstance(service, str) and service.strip():
        return service
    raise LibrusConfigurationError("service must be a text: what the keys are filed under.")


def _key_ring(*, or_none: bool) -> KeyringBackend | None:
    """Return the user's key ring. Raises LibrusConfigurationError when the extra is not installed."""
    if not all(find_spec(needed) for needed in ("cryptography", "keyring")):
        raise LibrusConfigurationError(
            'KeyringStore needs the extra "keyring": pip install "librus-sdk[keyring]".'
        )
    import keyring
    from keyring.backends import fail, null

    ring = _asked(keyring.get_keyring)
    if not isinstance(ring, fail.Keyring | null.Keyring):
        return ring
    if or_none:
        return None
    raise LibrusConfigurationError(
        "There is no key ring here that can be used. Log in at a desktop that has one, or set one up "
        "(keyring --list-backends shows what is found); KeyringStore(or_file=True) keeps plain files where "
        "there is none."
    )


def _asked(work: Callable[[], T]) -> T:
    """Ask the key ring. What it raises is its own, and may tell anything."""
    try:
        return work()
    except Exception:  # noqa: BLE001, S110
        pass
    raise troubled(
        "The key ring cannot be used: it is locked, or it refuses this program. Unlock it and try again.",
        "locked_key_ring",
    )


def _boxed(text: str | None) -> Secret | None:
    return None if text is None else Secret(text)


def _bytes(key: Secret) -> bytes:
    try:
        return b64decode(key.reveal(), validate=True)
    except (binascii.Error, ValueError):
        return b""
