"""Notes about behaviour."""

from __future__ import annotations

from typing import ClassVar

from ..models._fields import Id
from ..models.notes import Note, NoteCategory
from ..models.rows import Rows
from ._declare import C, Family, Get, endpoint, id_segment
from ._shapes import one, rows

__all__ = ["Notes"]


class Notes(Family[C]):
    """Notes teachers made about the student's behaviour (uwagi), praise included."""

    family: ClassVar[str] = "notes"

    @endpoint("listNotes", tag="notes")
    def list(self) -> Get[Rows[Note]]:
        """Read all notes. Personal data."""
        return Get("Notes", rows("Notes", Note))

    @endpoint("getNote", tag="notes")
    def get(self, note_id: Id | int) -> Get[Note]:
        """Read one note. Personal data."""
        return Get(f"Notes/{id_segment(note_id, 'note_id')}", one("Note", Note))

    @endpoint("listNoteCategories", tag="notes")
    def categories(self) -> Get[Rows[NoteCategory]]:
        """Read the kinds of notes of this school."""
        return Get("Notes/Categories", rows("Categories", NoteCategory))
