"""What `wezterm cli` says: JSON becomes panes and clients, text becomes clean, and every error gets its kind."""

import re
import socket
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from wzp_tui.clean import clean, clean_lines
from wzp_tui.errors import MuxError, MuxRefused, MuxUnreachable, PaneGone
from wzp_tui.panes import Client, Pane

_SGR = re.compile(r"(\x1b\[[0-9;:]*m)")
_SAID = re.compile(r"ERROR\s+\S+ > (.*?)(?:; terminating)?\s*\Z", re.DOTALL)
_REASON = re.compile(r'reason: "(?:Error: )?(.*)" \}', re.DOTALL)
_GONE = re.compile(r"no such pane|pane \d+ not found|pane_id \d+ invalid|unable to resolve current")
_DEAD = re.compile(r"failed to connect|error while decoding|leb128|broken pipe", re.IGNORECASE)
_OLD = re.compile(r"invalid PDU|unrecognized subcommand|unexpected argument|unknown variant")


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _Size(_Model):
    rows: int = Field(ge=0, le=1 << 20)
    cols: int = Field(ge=0, le=1 << 20)


class _Pane(_Model):
    window_id: int = Field(ge=0)
    tab_id: int = Field(ge=0)
    pane_id: int = Field(ge=0)
    workspace: str
    size: _Size
    title: str
    cwd: str | None = None
    cursor_x: int = 0
    cursor_y: int = 0
    left_col: int
    top_row: int
    tab_title: str = ""
    is_active: bool
    is_zoomed: bool
    tty_name: str | None = None


class _Elapsed(_Model):
    secs: int
    nanos: int = 0


class _Client(_Model):
    workspace: str | None = None
    focused_pane_id: int | None = None
    idle_time: _Elapsed


_PANES = TypeAdapter(list[_Pane])
_CLIENTS = TypeAdapter(list[_Client])


def panes_of(answer: bytes, mux: str) -> tuple[Pane, ...]:
    """The panes of `list --format json`, ordered by window, tab and place. An empty list tells nothing and is an error."""
    try:
        found = _PANES.validate_json(answer)
    except ValidationError as error:
        raise _unreadable(_first(error)) from None
    if not found:
        raise _unreadable("a list without panes")
    if len({pane.pane_id for pane in found}) < len(found):
        raise _unreadable("a pane is listed twice")
    found.sort(key=lambda pane: pane.window_id)  # WezTerm's order of windows is random; within a window it is that of the screen
    return tuple(_pane(pane, mux) for pane in found)


def _pane(found: _Pane, mux: str) -> Pane:
    return Pane(
        id=found.pane_id,
        mux=mux,
        window=found.window_id,
        tab=found.tab_id,
        workspace=clean(found.workspace),
        title=clean(found.title),
        cwd=folder_of(found.cwd or ""),
        tty=clean(found.tty_name or ""),
        rows=found.size.rows,
        cols=found.size.cols,
        top=found.top_row,
        left=found.left_col,
        active=found.is_active,
        zoomed=found.is_zoomed,
        tab_title=clean(found.tab_title),
        cursor_row=found.cursor_y,
        cursor_col=found.cursor_x,
    )


def clients_of(answer: bytes) -> tuple[Client, ...]:
    """The clients of `list-clients --format json`, last active first. None is a fact: nobody looks."""
    try:
        found = _CLIENTS.validate_json(answer)
    except ValidationError as error:
        raise _unreadable(_first(error)) from None
    clients = (Client(c.focused_pane_id, clean(c.workspace or ""), c.idle_time.secs + c.idle_time.nanos / 1e9) for c in found)
    return tuple(sorted(clients, key=lambda client: client.idle))


def id_of(answer: bytes) -> int:
    """The pane id that `spawn` and `split-pane` print."""
    text = answer.strip()
    if not (text.isdigit() and len(text) < 20):
        raise _unreadable("a pane's id was expected")
    return int(text)


def nothing_of(answer: bytes) -> None:
    """The silence of the other subcommands; what one of them might say is of no use."""


def screen_of(answer: bytes, *, escapes: bool) -> str:
    """The lines of `get-text`; of all escape sequences only colours are left, with `escapes`."""
    try:
        text = answer.decode().removesuffix("\n")
    except UnicodeDecodeError:
        raise _unreadable("text that is not UTF-8") from None
    if not escapes:
        return "\n".join(line.rstrip() for line in clean_lines(text, len(text)).split("\n"))
    parts = _SGR.split(text)
    parts[::2] = [clean_lines(part, len(part)) for part in parts[::2]]
    return "".join(parts)


def folder_of(url: str) -> str:
    """The local folder of a pane's cwd URL, or `""`: none, or one of another machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme != "file" or not parts.path.startswith("/") or not _is_local(host):
        return ""
    # not parts.path: a `?` or `#` that a shell did not encode belongs to the path
    path = clean(unquote(url[len("file://") + len(parts.netloc) :], errors="surrogateescape"))
    return path.rstrip("/") or "/"


def _is_local(host: str) -> bool:
    if host in ("", "localhost"):
        return True
    ours = socket.gethostname().lower()
    either_short = "." not in host or "." not in ours
    return host == ours or (either_short and host.split(".")[0] == ours.split(".")[0])


def error_of(code: int, stderr: bytes, pane: Pane | None = None) -> MuxError:
    """The error of a call that ended with `code`; `pane` is the one it was about."""
    text = stderr.decode(errors="replace")
    said = match[1] if (match := _SAID.search(text)) else ""
    reason = match[1].replace('\\"', '"') if (match := _REASON.search(said)) else said
    reason = " ".join(clean(reason).split())
    if _GONE.search(reason):
        return PaneGone(f"{pane.name if pane else 'the pane'} is not there any more: look at the list again")
    if _OLD.search(text):
        return MuxRefused("this WezTerm does not know the call: 20240127 or newer is needed")
    if "No space for split" in reason:
        return MuxRefused("there is no room for a split: choose a larger pane or a new tab")
    if code != 1 or not reason or _DEAD.search(reason):
        return MuxUnreachable(f"`wezterm cli` failed ({reason or _last_line(text) or f'exit {code}'}): is WezTerm still running?")
    return MuxRefused(f"WezTerm refused: {reason}")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return clean(lines[-1], 200) if lines else ""


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return clean(f"{where}: {first['msg']}" if where else first["msg"], 200)


def _unreadable(why: str) -> MuxUnreachable:
    return MuxUnreachable(f"WezTerm's answer cannot be read ({why}): its panes are unknown")
