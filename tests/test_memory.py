"""Freed memory stays with the process: a block's second array costs no page faults."""

import resource
import subprocess
import sys

import pytest

FAULTS = """
import resource
import numpy as np
from mlelib.memory import keep_freed
{first}
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(100):
        a = np.ones(128_000)
        b, c = a + 1, a + 2
        del a, b, c
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults()
print(faults())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it is about glibc")
def test_arrays_of_a_megabyte_come_from_the_process_and_not_from_the_kernel() -> None:
    pages = 300 * 128_000 * 8 // resource.getpagesize()
    without, with_it = (
        int(subprocess.check_output([sys.executable, "-c", FAULTS.format(first=first)], text=True))
        for first in ("", "keep_freed()")
    )
    assert without > pages / 3
    assert with_it < pages / 100
