"""What a measurement was made on."""

from __future__ import annotations

import os
import platform

__all__ = ["about_this_machine"]


def about_this_machine() -> str:
    """Python, system and number of processors; nothing that names the machine."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}, {processors} processors"
    )
