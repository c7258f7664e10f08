"""`python -m bench.chaos` is `python -m bench chaos`."""

from __future__ import annotations

import sys

from bench.chaos.run import main
from faces.process import leave

if __name__ == "__main__":
    leave(main(sys.argv[1:]))
