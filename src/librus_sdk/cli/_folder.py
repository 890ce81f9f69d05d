"""Whether something can be written to a folder: tried, because modes do not say it of every file system."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["why_unwritable"]


def why_unwritable(folder: Path) -> str | None:
    """Return in words why nothing can be written to the folder, or why it cannot be made; None where it can.

    Nothing is left there. A folder that is not there yet is not made: the nearest one that is counts then.
    """
    import tempfile

    from ..shells.troubles import MEANINGS, word_for

    nearest = next((each for each in (folder, *folder.parents) if os.path.lexists(each)), folder)
    try:
        # On Linux it has no name at any time.
        with tempfile.TemporaryFile(dir=nearest):
            return None
    except (OSError, ValueError) as error:
        why = MEANINGS[word_for(error)]
    return f"cannot be written: {why}" if nearest == folder else f"cannot be made in {nearest}: {why}"
