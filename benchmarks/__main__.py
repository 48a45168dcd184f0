"""`python -m benchmarks` measures everything; with `moves`, how fast the explorers move."""

import os
import platform
import sys
from datetime import date

from benchmarks import moves

print(f"{date.today()}, {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
moves.in_kernel()
if sys.argv[1:] != ["moves"]:
    from benchmarks import browser, numerics  # which need more than the lessons do

    browser.compare()
    numerics.compare()
