"""What `wezterm cli` says is read, or becomes an error of the right kind."""

import json
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wzp_tui.clean import clean
from wzp_tui.errors import MuxRefused, MuxUnreachable, PaneGone, WzpError
from wzp_tui.mux.wezterm.answers import clients_of, error_of, folder_of, id_of, nothing_of, panes_of, screen_of

from .fakewezterm import RECORDED, Fake, a_pane, listing


@pytest.mark.parametrize("call", RECORDED, ids=[f"{n}-{call['args'][0]}" for n, call in enumerate(RECORDED)])
def test_every_recorded_answer_is_read_or_becomes_an_error(call: dict[str, Any]) -> None:
    stdout, args = call["stdout"].encode(), call["args"]
    if call["returncode"]:
        error = error_of(call["returncode"], call["stderr"].encode())
        text = call["note"] + call["stderr"]
        expected: type[WzpError] = MuxRefused
        if "no such pane" in text:
            expected = PaneGone
        elif "dead socket" in text:
            expected = MuxUnreachable
        assert type(error) is expected
        assert str(error)
        assert "\n" not in str(error)
        assert "ErrorResponse" not in str(error)
    elif args[0] == "list":
        panes = panes_of(stdout, "mux")
        assert [pane.id for pane in panes] == sorted((p["pane_id"] for p in json.loads(stdout)), key=[p.id for p in panes].index)
        assert all(pane.rows and pane.cols and pane.mux == "mux" for pane in panes)
    elif args[0] == "list-clients":
        assert clients_of(stdout) == ()
    elif args[0] in ("spawn", "split-pane"):
        assert id_of(stdout) > 0
    elif args[0] == "get-text":
        assert screen_of(stdout, escapes="--escapes" in args)
    else:
        assert stdout == b""
        nothing_of(stdout)


def test_a_list_shows_places_folders_and_a_failed_start() -> None:
    panes = {pane.id: pane for pane in panes_of(RECORDED[12]["stdout"].encode(), "mux")}
    assert panes[0].cwd == "/home/dev"
    assert panes[0].workspace == "default"
    assert panes[2].left > 0
    assert panes[1].tab_title == "agents [red]x[/]"
    assert panes[3].title == "build [b]50%[/b] 日本 🚀"
    assert (panes[4].tty, panes[4].cwd, panes[4].title) == ("", "", "wezterm")


def test_windows_are_sorted_and_tabs_keep_their_order() -> None:
    answer = listing(
        a_pane(5, window_id=3, tab_id=9),
        a_pane(7, window_id=1, tab_id=8),
        a_pane(6, window_id=1, tab_id=2),
        a_pane(4, window_id=3, tab_id=9),
    )
    assert [pane.id for pane in panes_of(answer.encode(), "mux")] == [7, 6, 5, 4]


def test_clients_come_last_active_first() -> None:
    def client(idle: int, pane: int | None) -> dict[str, Any]:
        return {"username": "u", "pid": 1, "idle_time": {"secs": idle, "nanos": 5}, "workspace": "w", "focused_pane_id": pane}

    clients = clients_of(json.dumps([client(50, 3), client(2, None), client(7, 4)]).encode())
    assert [client.pane for client in clients] == [None, 4, 3]


def test_titles_cannot_drive_the_terminal() -> None:
    (pane,) = panes_of(listing(a_pane(0, title="\x1b]2;x\x07ok\x9b31m\u202e", workspace="a\nb")).encode(), "mux")
    assert "\x1b" not in pane.title
    assert "\u202e" not in pane.title
    assert pane.workspace == "a b"


GARBAGE = {
    "nothing": b"",
    "an empty list": b"[]",
    "words": b"hello",
    "half a document": RECORDED[5]["stdout"].encode()[:700],
    "two documents": b"[][]",
    "an object": b"{}",
    "NaN": b"[NaN]",
    "a NaN for an id": listing(a_pane(0)).replace('"pane_id": 0', '"pane_id": NaN').encode(),
    "a text for an id": listing(a_pane(0)).replace('"pane_id": 0', '"pane_id": "0"').encode(),
    "a negative id": listing(a_pane(-1)).encode(),
    "true for rows": listing(a_pane(0)).replace('"rows": 24', '"rows": true').encode(),
    "a missing size": b'[{"window_id": 0, "tab_id": 0, "pane_id": 0}]',
    "bytes that are not UTF-8": listing(a_pane(0, title="?")).encode().replace(b'"?"', b'"\xff\xfe"'),
    "a pane twice": listing(a_pane(0), a_pane(0)).encode(),
    "nesting without end": b"[" * 100_000,
}


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE)
async def test_an_answer_that_cannot_be_read_says_nothing_about_panes(fake_wezterm: Fake, answer: bytes) -> None:
    mux = fake_wezterm.mux()
    before = await mux.panes()
    fake_wezterm.says("list", answer)
    with pytest.raises(MuxUnreachable, match=r"cannot be read"):
        await mux.panes()
    assert not mux.health.reachable
    assert "cannot be read" in mux.health.reason
    fake_wezterm.says("list", listing(a_pane(0), a_pane(1, left_col=41)))
    assert await mux.panes() == before
    assert mux.health.reachable


def _complaints(answer: bytes) -> list[str]:
    complaints = []
    for read in (lambda raw: panes_of(raw, "mux"), clients_of, id_of, lambda raw: screen_of(raw, escapes=True)):
        try:
            read(answer)
        except MuxUnreachable as error:
            complaints.append(str(error))
    return complaints


JSON = st.recursive(st.none() | st.booleans() | st.text() | st.integers(), lambda more: st.lists(more) | st.dictionaries(st.text(), more))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | JSON.map(json.dumps).map(str.encode))
def test_whatever_it_says_is_read_or_an_error(answer: bytes) -> None:
    assert all(complaint == clean(complaint) for complaint in _complaints(answer))


@given(st.integers(1, 3), st.binary(max_size=300))
def test_whatever_it_complains_about_becomes_one_line(code: int, stderr: bytes) -> None:
    message = str(error_of(code, stderr))
    assert message == clean(message)


def test_folders_are_local_paths() -> None:
    here = socket.gethostname()
    assert folder_of("file:///home/dev/") == "/home/dev"
    assert folder_of("file:///") == "/"
    assert folder_of(f"file://{here}/a%20b/c%23d/") == "/a b/c#d"
    assert folder_of(f"file://{here}/what?/no#w") == "/what?/no#w"
    assert folder_of("file://elsewhere.example/home/dev") == ""
    assert folder_of("http://localhost/home") == ""
    assert folder_of("") == ""
    assert folder_of("file://[/x") == ""
    assert "\x1b" not in folder_of("file:///a%1b%5b31m")


def test_a_screen_has_its_lines_and_nothing_but_colours() -> None:
    plain = screen_of(RECORDED[30]["stdout"].encode(), escapes=False)
    assert len(plain.split("\n")) == 48
    coloured = screen_of(b"\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b[2Jx\r\n", escapes=True)
    assert coloured == "\x1b[31mred\x1b[0m x"
