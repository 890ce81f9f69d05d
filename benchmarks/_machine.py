"""What a measurement was made on, and when; nothing that names the machine."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

__all__ = ["about_the_hardware", "about_this_machine", "about_this_run", "this_python"]

_CPUINFO: Final = Path("/proc/cpuinfo")


def this_python() -> str:
    """Return the kind and the version of this Python."""
    return f"{platform.python_implementation()} {platform.python_version()}"


def about_this_machine() -> str:
    """Python, system and number of processors."""
    return f"{this_python()}, {platform.system()} {platform.machine()}, {_cores()} processors"


def about_the_hardware() -> str:
    """Return the model of the processor, the cores this process may use, the memory and the system."""
    return f"{_processor()}, {_cores()} cores, {_memory()}; {_system()}"


def about_this_run() -> str:
    """Return when it is, and how busy the machine has been for a minute: that is in the times."""
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{when}, load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else when


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    told = _CPUINFO.read_text(encoding="utf-8") if _CPUINFO.exists() else ""
    model = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return model[1].strip() if model else platform.processor() or platform.machine()


def _memory() -> str:
    """What the system has, as powers of two count it."""
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return "memory not known"
    return f"{size / 2**30:.0f} GiB of memory"


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"] + ", "
    except (OSError, KeyError):
        name = ""
    return f"{name}{platform.system()} {platform.release()} {platform.machine()}"
