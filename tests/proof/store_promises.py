"""What must hold for processes that share what is kept, whatever happens."""

from __future__ import annotations

from typing import Any

from librus_sdk.clients.kept import BearerAsText, TokensAsText
from librus_sdk.core.keeping import Document, read
from librus_sdk.flows.token_pair import TokenPair
from librus_sdk.secret import Secret
from librus_sdk.shells.keeping import _Saving

from .model import ViolationError
from .store_processes import SERIES, Actor, Disk, Process, Setup, codec_of


class Promises:
    """What there is, and what is checked of it."""

    setup: Setup
    disk: Disk
    time: int
    names: list[str]
    serial: dict[str, int]
    processes: list[Process]
    actors: list[Actor]
    orphans: list[tuple[Process, Any]]
    saved: list[tuple[int, str, Any, int]]
    """What was kept when, under which name, by which process."""
    failed: list[tuple[int, str, int]]
    """Which renewal failed when, in which process."""
    excused: bool
    """Whether something that is given once may be lost, or sent twice."""
    trouble: bool
    revoked: int
    spent: bool

    def secret(self, name: str, serial: int) -> Any:
        """What the server has given out as the so-and-so-manyth."""
        if self.setup.pair:
            return TokenPair(Secret(f"a{serial}"), Secret(f"r{serial}"))
        return Secret(f"{name} {serial}")

    def codec(self, name: str) -> BearerAsText | TokensAsText:
        return codec_of(name, pair=self.setup.pair)

    def document(self, content: Secret | None = None) -> Document | None:
        content = content or self.disk.content
        if content is None:
            return None
        found = read(content, "owner")
        if isinstance(found, str):
            raise ViolationError("S9", f"what is kept is {found}")
        return found

    def is_kept(self, name: str) -> bool:
        document = self.document()
        kept = None if document is None else document.entries.get(name)
        now = self.secret(name, self.serial[name])
        return kept is not None and kept.payload == self.codec(name).payloads(now)[name]

    def check_asking(self, actor: Actor) -> None:
        """Nobody asks the server while another does, or for what another has just been given."""
        others = [
            other
            for other in self.actors
            if other.renewal is not None and other.process is not actor.process and other.contacts
        ]
        if any(not other.excused for other in others) and not actor.excused:
            raise ViolationError("S9", "two ask at once")
        if actor.excused:
            return
        document, held = self.document(), actor.process.held[actor.name]
        kept = document and document.entries.get(actor.name)
        if kept is not None and actor.mode == "need":
            assert document is not None
            found = self.codec(actor.name).secret(document)
            if not any(found == each for each in held):
                raise ViolationError("S9", "somebody asks although there is something new")
        for when, name, secret, process in self.saved:
            theirs = name == actor.name and process != actor.process.number and when > actor.began
            if theirs and not any(secret == each for each in held):
                raise ViolationError("S9", "somebody asks for what another has just been given")

    def check_failure(self, actor: Actor) -> None:
        if actor.contacts or actor.process.closed or actor.excused:
            return
        me = actor.process.number
        if not any(
            when > actor.began and name == actor.name and process != me for when, name, process in self.failed
        ):
            raise ViolationError("S9", "somebody fails by what happened before")

    def check_holdings(self) -> None:
        for process in self.processes:
            for name, slot in process.slots.items():
                grant, held = slot.peek().grant, process.held[name]
                if grant is None or (held and held[-1] == grant.secret):
                    continue
                if any(grant.secret == each for each in held):
                    raise ViolationError("S9", "somebody goes back to what it has held before")
                if any(each.process is process and each.carried == grant.secret for each in self.actors):
                    raise ViolationError("S9", "somebody has it before it is kept")
                held.append(grant.secret)
        if self.setup.pair and not self.excused and not self.spent:
            self._check_pair()

    def _check_pair(self) -> None:
        """What the server takes next is kept, or held by somebody, or on its way to them."""
        (name,) = self.names
        now = self.secret(name, self.serial[name])
        held = any(
            (grant := process.slots[name].peek().grant) is not None and grant.secret == now
            for process in self.processes
            if process.alive and name in process.slots
        )
        carried = any(actor.carried == now for actor in self.actors)
        orphaned = any(isinstance(do, _Saving) for _, do in self.orphans)
        if not (self.is_kept(name) or held or carried or orphaned):
            raise ViolationError("I7", "what was given once is lost")

    def check_document(self, before: Secret | None, writer: int) -> None:
        """Check what has just been kept, and note what it says."""
        old = Document(series=SERIES) if before is None else self.document(before)
        new = self.document()
        assert old is not None
        assert new is not None
        if new.revision != old.revision + 1 or (before is not None and new.series != old.series):
            raise ViolationError("S9", "a change is not counted")
        changed = [
            name for name in {*old.entries, *new.entries} if old.entries.get(name) != new.entries.get(name)
        ]
        if len(changed) > 1 or any(
            name in new.entries and new.entries[name].revision != new.revision for name in changed
        ):
            raise ViolationError("S9", "somebody's change changes what is another's")
        for name in changed:
            if name in new.entries:
                self.saved.append((self.time, name, self.codec(name).secret(new), writer))
        for name, mishap in new.mishaps.items():
            if mishap.revision == new.revision:
                self.failed.append((self.time, name, writer))

    def check_end(self) -> None:
        if self.disk.holder is not None:
            raise ViolationError("I5", "the right to renew was not given back")
        for process in self.processes:
            if process.alive and process.keeping._inside:
                raise ViolationError("I5", "somebody is counted who is gone")
        if not all(actor.ended for actor in self.actors):
            raise ViolationError("I5", "somebody waits for nobody")
        bad = [actor.ended for actor in self.actors if actor.ended not in ("good", "killed")]
        # An explicit refresh ends the token there was, as revoking it does.
        ended = self.revoked + sum(explicit for _, _, explicit in self.setup.who)
        if bad and not self.trouble and ended < 2:
            raise ViolationError("I8", f"somebody fails for no reason: {bad}")
