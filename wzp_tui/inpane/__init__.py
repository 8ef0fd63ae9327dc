"""The programs inside panes. Standard library only, and all of it imported before anything is claimed."""
