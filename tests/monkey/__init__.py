"""A monkey at the tower's keyboard: keys, pastes, the mouse and new sizes at random, over a live store and real panes.

It must not crash the tower, and nothing may be stopped, closed or typed into that nobody confirmed. The tests run a short while of
it; `python -m tests.monkey --events 20000 --seed 1` runs as long as one likes.
"""
