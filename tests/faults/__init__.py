"""Faults on the whole system: processes are killed at random moments while tasks run, and the tasks' own traces are counted.

`python -m tests.faults [FAULT…] [--moments N] [--rounds N]` is the long run; `tests/test_faults.py` the short one. `commands` is what
the tasks do, `site` the store, towers and workers that they run in, `strikes` what goes wrong, `oracle` what must hold afterwards.
"""
