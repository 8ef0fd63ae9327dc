"""What is measured, side by side with a yardstick of the same machine: `python -m tests.bench`."""
