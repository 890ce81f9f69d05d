"""A store in memory, with a lever for everything that can go wrong with a real one."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from librus_sdk.core.keeping import Document, read
from librus_sdk.secret import Secret
from librus_sdk.shells.store import StoreKey

__all__ = ["MemoryStore"]


@dataclass
class _Place:
    content: Secret | None = None
    aside: list[tuple[str, Secret]] = field(default_factory=list)
    claimed: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    saves: int = 0
    loads: int = 0


class MemoryStore:
    """Shared by the sessions of a test as a folder is by processes.

    Attributes:
        fails: what raises: ``load``, ``claim``, ``save``, ``set_aside``, ``release``.
        trouble: what it raises then.
        hangs: what waits for its event before it goes on.
        asked: how often it was asked for anything.
    """

    def __init__(self) -> None:
        self.places: dict[str, _Place] = {}
        self.fails: set[str] = set()
        self.trouble: Exception = OSError(28, "No space left on device", "/home/somebody/secret-place")
        self.hangs: dict[str, threading.Event] = {}
        self.asked = 0
        self._looked = threading.Condition()

    def until_loaded(self, times: int) -> None:
        """Wait until the document has been looked at so many times."""
        with self._looked:
            assert self._looked.wait_for(lambda: self.place.loads >= times, 20), "nobody looks"

    def tell(self) -> None:
        with self._looked:
            self._looked.notify_all()

    def shelf(self, key: StoreKey) -> _Shelf:
        place = self.places.setdefault(f"{key.kind} {key.owner or key.hosts}", _Place())
        return _Shelf(self, place)

    @property
    def place(self) -> _Place:
        """The one that is in use."""
        (used,) = {id(place): place for place in self.places.values() if place.loads}.values()
        return used

    @property
    def document(self) -> Document:
        content = self.place.content
        assert content is not None
        found = read(content, "")
        assert isinstance(found, Document), found
        return found


class _Shelf:
    def __init__(self, store: MemoryStore, place: _Place) -> None:
        self._store, self._place = store, place

    def load(self) -> Secret | None:
        self._fail("load")
        self._place.loads += 1
        self._store.tell()
        return self._place.content

    def claim(self) -> _Claim | None:
        self._fail("claim")
        with self._place.lock:
            if self._place.claimed:
                return None
            self._place.claimed = True
        return _Claim(self, self._place)

    def _fail(self, what: str) -> None:
        self._store.asked += 1
        if (goes_on := self._store.hangs.get(what)) is not None:
            assert goes_on.wait(60)
        if what in self._store.fails:
            raise self._store.trouble


class _Claim:
    def __init__(self, shelf: _Shelf, place: _Place) -> None:
        self._shelf, self._place, self._held = shelf, place, True

    def save(self, content: Secret) -> None:
        self._shelf._fail("save")
        assert self._held
        self._place.content = content
        self._place.saves += 1

    def set_aside(self, reason: str) -> str:
        self._shelf._fail("set_aside")
        assert self._held
        assert self._place.content is not None
        self._place.aside.append((reason, self._place.content))
        self._place.content = None
        return f"aside {len(self._place.aside)}"

    def remove(self) -> None:
        assert self._held
        self._place.content = None

    def release(self) -> None:
        with self._place.lock:
            if self._held:
                self._held = self._place.claimed = False
        self._shelf._fail("release")
