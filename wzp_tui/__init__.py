"""wzp-tui: a control tower for parallel work, in one WezTerm pane."""

__version__ = "0.1.0"
