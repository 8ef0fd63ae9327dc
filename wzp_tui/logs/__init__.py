"""Logs of any size: a file, byte offsets, and only what is looked at is read.

`file` reads lines, `failing` finds where it went wrong, `search` finds a pattern (`scan` does so in a process of its own).
"""
