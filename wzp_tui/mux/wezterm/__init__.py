"""WezTerm's panes, through `wezterm cli`.

From the outside in: `backend` is the `Mux`; `places` decides where a pane fits and who had the focus; `cli` makes one call under all
laws (`turns`: one in flight, `breaker`: rest after failures, `run`: time and size bounded, `environment`: clean); `answers` reads what
came back; `sockets` and `tty` know who listens and who we are.
"""

from wzp_tui.mux.wezterm.backend import WezTerm
from wzp_tui.mux.wezterm.sockets import find_socket

__all__ = ["WezTerm", "find_socket"]
