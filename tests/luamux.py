"""A real mux server that loads a WezTerm config, and says what that came to: the only thing headless that runs WezTerm's Lua."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from .support import wait_until

PROBE = """\
local wezterm = require 'wezterm'
local said = {{}}

local function write()
  local out = io.open('{said}.new', 'w')
  out:write(wezterm.json_encode(said))
  out:close()
  os.rename('{said}.new', '{said}')
end

local config = dofile '{config}'
said.cols = config.initial_cols
said.keys = #(config.keys or {{}})

wezterm.on('mux-startup', function()
  local ok, problem = pcall(function()
    {lua}
  end)
  said.problem = not ok and tostring(problem) or ''
  write()
end)

return config
"""
WATCH = """
    local function look()
      said.vars = {}
      for _, window in ipairs(wezterm.mux.all_windows()) do
        for _, tab in ipairs(window:tabs()) do
          for _, pane in ipairs(tab:panes()) do
            said.vars[tostring(pane:pane_id())] = pane:get_user_vars()
          end
        end
      end
      write()
      wezterm.time.call_after(0.1, look)
    end
    look()
"""
"""Goes on telling the user variables of all panes."""


class LuaMux:
    """`wezterm-mux-server` with a probe around a config."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._said = home / "said.json"
        self._server: subprocess.Popen[bytes] | None = None

    def loads(self, config: Path, lua: str = "") -> dict[str, Any]:
        """What the probe found in the config, and what `lua` left in `said` once the mux was up."""
        probe = self._home / "probe.lua"
        probe.write_text(PROBE.format(said=self._said, config=config, lua=lua))
        environ = {name: value for name, value in os.environ.items() if not name.startswith("WEZTERM_")}
        command = ["wezterm-mux-server", "--config-file", str(probe)]
        with open(self._home / "mux.log", "wb") as log:
            self._server = subprocess.Popen(command, env=environ, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(lambda: "problem" in self.said)
        assert self.said["problem"] == ""
        assert "ERROR" not in self.log
        return self.said

    @property
    def said(self) -> dict[str, Any]:
        return dict(json.loads(self._said.read_text())) if self._said.exists() else {}

    @property
    def log(self) -> str:
        return (self._home / "mux.log").read_text()

    def stop(self) -> None:
        if self._server:
            self._server.terminate()
            self._server.wait(timeout=10)
