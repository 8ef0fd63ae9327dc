"""What is to be done: tasks, their runs, and the rules that move them. Standard library only, but for `taskfile`."""
