"""The config file: TOML into frozen settings. Every value can say where it comes from; a wrong file is told line by line.

`settings` says what there is, `loading` reads it, `writing` changes the file, `watching` waits for changes of it; `keymap` are the keys
of the user, `themes` their colours.
"""

from wzp_tui.config.loading import Value, load_config, values
from wzp_tui.config.settings import ArchiveSettings, LaneSettings, LogSettings, MuxSettings, Settings, UiSettings

__all__ = ["ArchiveSettings", "LaneSettings", "LogSettings", "MuxSettings", "Settings", "UiSettings", "Value", "load_config", "values"]
