"""`python -m wzp_tui`."""

import sys

if sys.path and sys.path[0] and not sys.flags.safe_path:
    # Python put the current folder first, and that may hold a sqlite3.py of somebody else.
    sys.path.append(sys.path.pop(0))

from wzp_tui.cli import main

sys.exit(main())
