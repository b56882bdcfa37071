"""Keep the service small: give large blocks back to the system as soon as they are freed.

A PIN's hash takes 19 MiB for a moment. glibc raises its own limit for such blocks after the first one and then keeps
them for later; with the limit set by hand it does not (mallopt(3), M_MMAP_THRESHOLD). Fewer arenas than its eight a
core are enough for the few threads here (M_ARENA_MAX).
"""

from __future__ import annotations

import ctypes
import gc

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
LARGE_BLOCK = 1 << 20
ARENAS = 2


def give_back_large_blocks() -> bool:
    """Tell glibc's allocator; False where there is none (another C library)."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK) and mallopt(M_ARENA_MAX, ARENAS))


def keep_what_is_loaded() -> None:
    """What was loaded until now stays for good: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.enable()
