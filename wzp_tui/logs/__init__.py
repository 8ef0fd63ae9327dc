"""Logs of any size: a file, byte offsets, and only what is looked at is read.

`file` reads lines, `failing` finds where it went wrong, `level` tells how bad a line is. `search` finds a pattern in a log and
`search_all` a `query` in many (`scan` and `scan_all` do so in processes of their own). `export` writes lines to a file, and `outside`
hands a log to the user's own programs.
"""
