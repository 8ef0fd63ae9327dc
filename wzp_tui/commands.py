"""The command table: what a user can do, by which word and which key.

Key bindings, palette, help, footer, keymap, docs and the verbs of the command line come from here, so that a thing has one name.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Command(NamedTuple):
    """Something that the user can ask for."""

    id: str
    """`task.retry`: names the action (`action_task_retry`), the entry of a keymap and the verb (`wzp-tui task retry`)."""
    keys: str
    """Comma-separated, the first is the one that is shown: `j,down`."""
    title: str
    """What palette and help call it."""
    help: str
    """What it does, in one sentence without a full stop."""
    short: str = ""
    """What the footer calls it, where the title is too long for it."""
    rank: int = 0
    """Its right to a place in the footer: 1 is the strongest, 0 has none."""
    verb: str = ""
    """The words of the command line, where they are others than those of the id."""
    inside: bool = False
    """It is for a pane that fills the screen, where all other keys are the program's."""

    @property
    def action(self) -> str:
        """The name of its action."""
        return self.id.replace(".", "_")

    @property
    def group(self) -> str:
        """What it is about: the first word of its id."""
        return self.id.partition(".")[0]

    @property
    def screens(self) -> tuple[str, ...]:
        """Where its keys work: `tower`, `pane` (one that fills the screen), `log`."""
        if self.inside:
            return ("pane",)
        if self.group == "log":
            return ("log",)
        return ("tower", "log") if self.id in _ALSO_IN_LOGS else ("tower",)


GROUPS = {
    "row": "The selected row",
    "task": "Tasks",
    "pane": "Panes",
    "lane": "Lanes",
    "series": "Series",
    "move": "Moving",
    "view": "Looking",
    "workspace": "Workspaces",
    "log": "In logs",
    "tower": "The tower",
}
"""What the groups are called, in the order of the help."""

COMMANDS = (
    Command("row.open", "enter", "Open", "go to what runs, assign what waits, read what ended", rank=1),
    Command("pane.go", "", "Go there", "show the pane and give it the keys", short="Go there", verb="pane focus"),
    Command("view.log", "o", "Log", "read the recorded output on the whole screen", verb="task log"),
    Command("view.logs", "O", "All logs", "find lines in the logs of all runs", verb="logs"),
    Command("view.graph", "W", "What waits for what", "tasks below those that they wait for; Enter goes to one", verb="task graph"),
    Command("task.assign", "a", "Assign", "to a lane, a new pane, or into an idle shell", rank=5),
    Command("task.new", "n", "New", "add a task: a command", rank=3, verb="task add"),
    Command("task.edit", "e", "Edit", "change the command before it starts; ^e: all of it", rank=9),
    Command(
        "task.stop",
        "x",
        "Stop…",
        "stop a run, cancel what waits, close a pane; asks first",
        rank=4,
        verb="task cancel",
    ),
    Command("task.retry", "r", "Retry", "run an ended task again", rank=4),
    Command("task.done", "d", "Done", "accept a reviewed task, mark a failed one as seen", rank=5),
    Command("task.hold", "H", "Hold", "keep a queued task from starting", rank=10),
    Command("task.release", "H", "Release", "let a held task start, a skipped one all the same", rank=5),
    Command("task.next", "N", "Do next", "put a waiting task before all others of its lane", rank=8),
    Command("task.sooner", "K", "Sooner", "before the task that is before it in its lane", verb="task move"),
    Command("task.later", "J", "Later", "behind the task that is behind it in its lane", verb="task move"),
    Command("task.clone", "c", "Clone…", "a new task like this one, after changes"),
    Command("task.import", "I", "Import…", "queue the tasks of a file; asks for its parameters"),
    Command("task.archive", "A", "Archive", "put ended tasks out of all lists; `task search` finds them"),
    Command("move.needs", ".", "Next that needs you", "go to the next task that waits for you", short="Next", rank=2),
    Command("move.jump", "f", "Jump", "a letter before each row that is seen; typing it goes there"),
    Command("view.filter", "/", "Filter", "only rows that match: `state:failed -lane:build text`", rank=6),
    Command("view.sort", "S", "Sort", "by urgency, age, title or lane, inside each section"),
    Command("row.mark", "space", "Mark", "mark it; the next action is for all marked rows", rank=7),
    Command("row.mark_all", "M", "Mark all", "mark all rows that the filter shows; again: none"),
    Command("row.copy", "y", "Copy", "its title, command, id or folder, to the clipboard"),
    Command("pane.send", "s", "Send", "type a line here and send it to the pane", rank=6),
    Command(
        "pane.leave",
        "ctrl+right_square_bracket",
        "Back to the tower",
        "leave a pane that fills the screen; twice types it",
        inside=True,
    ),
    Command("pane.new", "t", "New shell", "open a pane with your shell", rank=8, verb="pane open"),
    Command("lane.edit", "L", "Lane…", "all that can be done with it: slots, pause, drain, remove", verb="lane set"),
    Command("lane.pause", "p", "Pause", "let the lane start no more tasks, or let it go on", rank=2),
    Command("lane.more", "+", "More slots", "give the lane one slot more", short="Slot more", rank=3, verb="lane set"),
    Command(
        "lane.less", "-", "Fewer slots", "take one slot from the lane; what runs there goes on", short="Slot less", rank=4, verb="lane set"
    ),
    Command("lane.drain", "D", "Drain", "start no more, close its panes when nothing runs there", rank=5),
    Command(
        "lane.failure",
        "F",
        "Pause on failure",
        "whether a task that fails pauses the lane",
        rank=5,
        verb="lane set",
    ),
    Command("lane.remove", "", "Remove lane", "when nothing waits or runs in it"),
    Command("lane.resume", "P", "Resume lanes", "let the lanes go on that a restart has paused"),
    Command("lane.limit", "m", "Limit…", "how many runs there are at most, of all lanes together"),
    Command("series.edit", "E", "Series…", "run what comes again now, pause it, let it go on, remove it", verb="series pause"),
    Command("move.down", "j,down", "Down", "to the next row"),
    Command("move.up", "k,up", "Up", "to the row before"),
    Command("move.first", "g,home", "First", "to the first row"),
    Command("move.last", "G,end", "Last", "to the last row"),
    Command("move.page_down", "ctrl+d,pagedown", "Half a page down", "half a page down"),
    Command("move.page_up", "ctrl+u,pageup", "Half a page up", "half a page up"),
    Command("move.fold", "h,left", "Fold", "fold the section; in the detail: the tab before"),
    Command("move.unfold", "l,right", "Unfold", "unfold the section; in the detail: the next tab"),
    Command("move.section", "]", "Next section", "to the first row of the next section"),
    Command("move.section_back", "[", "Section before", "to the first row of this section, or of the one before"),
    Command("move.panel", "tab", "Next panel", "to the next panel: list, detail, sidebar"),
    Command("move.panel_back", "shift+tab", "Panel before", "to the panel before"),
    Command("view.workspaces", "w", "Workspaces", "go to workspaces, lanes and events; a drawer if narrow"),
    Command("view.tab", "v", "Next tab", "show the next tab of the detail: Live, Log, Why"),
    Command("view.theme", "T", "Theme", "choose the colours, seen while you choose"),
    Command("log.search", "/", "Search", "find a regular expression; capitals count if it has some", rank=1),
    Command("log.next", "n", "Next", "to the next line that was found", rank=3),
    Command("log.previous", "N", "Previous", "to the line that was found before", rank=9),
    Command("log.error", "e", "Next error", "to the next line that tells of an error", short="Error", rank=2),
    Command("log.error_before", "E", "Error before", "to the line before that tells of an error"),
    Command("log.mark", "space", "Mark", "choose a line, then how many; `y` copies and `s` saves them", rank=6),
    Command("log.copy", "y", "Copy", "what is marked, else what is shown", rank=5),
    Command("log.wrap", "w", "Wrap", "fold long lines, or cut them", rank=4),
    Command("log.save", "s", "Save…", "write the log, or lines of it, to a file", rank=7),
    Command("log.pager", "p", "Pager", "read it in $PAGER, made harmless", rank=8),
    Command("log.editor", "v", "Editor", "open it in $EDITOR, at this line", rank=10),
    Command("log.leave", "escape,q,o", "Leave", "back to where you came from", rank=11),
    *(
        Command(f"workspace.{number}", f"alt+{number}", f"Workspace {number}", f"only number {number} of the sidebar; again: all of them")
        for number in range(1, 10)
    ),
    Command("view.clear", "escape", "Back", "clear filter and marks, go back to the list"),
    Command("tower.undo", "u", "Undo", "take back the last cancel, hold, assign or edit made here", verb="undo"),
    Command("tower.help", "?", "Help", "all keys, those of the selected row first", rank=1),
    Command("tower.palette", "ctrl+p", "Palette", "find a command by its name", rank=99),
    Command("tower.close", "q", "Close", "close the tower; what runs is named first", verb="tower"),
)

_ALSO_IN_LOGS = {
    *("move.down", "move.up", "move.first", "move.last", "move.page_down", "move.page_up", "move.fold", "move.unfold"),
    *("row.open", "view.logs", "tower.help", "tower.palette"),
}

BY_ID = {command.id: command for command in COMMANDS}

_NAMES = {"plus": "+", "minus": "-"} | {
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "shift+tab": "⇧Tab",
    "escape": "Esc",
    "pagedown": "PgDn",
    "pageup": "PgUp",
}


def key_name(key: str) -> str:
    """A key as people write it."""
    if key in _NAMES:
        return _NAMES[key]
    key = key.replace("right_square_bracket", "]")
    return f"^{key[5:]}" if key.startswith("ctrl+") else key.capitalize() if len(key) > 1 else key


def keys_of(command: Command, keymap: Mapping[str, str]) -> list[str]:
    """Its keys, as Textual writes them; `keymap` gives commands other ones, by their ids."""
    return [key.strip() for key in keymap.get(command.id, command.keys).split(",") if key.strip()]


def first_key(command: Command, keymap: Mapping[str, str]) -> str:
    """The key that is shown, as people write it: `^d`, `Enter`, `?`; `""`: it has none."""
    keys = keys_of(command, keymap)
    return key_name(keys[0]) if keys else ""
