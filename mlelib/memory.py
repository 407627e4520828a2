"""What freed arrays cost, and how they come to cost nothing."""

import numpy as np

KEPT = 1_000_000  # numbers, 8 MB


def keep_freed() -> None:
    """Let the memory of freed arrays stay with the process, where glibc manages it.

    At first glibc gives what was freed back to the kernel if it is larger than 128 kB, and the next
    array of that size comes from there again, page by page: for work on blocks of a megabyte that
    takes longer than the arithmetic. But it learns: once an array of up to 32 MB was freed, smaller
    ones are kept (mallopt(3), M_MMAP_THRESHOLD). So one is made here, which nothing writes to.
    """
    np.empty(KEPT)
