"""Whatever is handed to the command line: a clear error or harmless text, never a trace, never a control byte on a terminal."""

import json
import os
import sys
import unicodedata
from pathlib import Path

import pytest

from wzp_tui.cli import main
from wzp_tui.store import Store
from wzp_tui.tasks.task import State

from .cli import WZP, ok, wzp
from .workers import PtyProcess, Workers, becomes, last_run

TEXTS = {
    "empty": "",
    "blank": "   ",
    "a newline": "one\ntwo",
    "CR and CRLF": "one\rtwo\r\nthree",
    "tab, VT and FF": "a\tb\vc\fd",
    "NUL": "a\0b",
    "every C0": "".join(map(chr, range(32))),
    "DEL and C1": "\x7f" + "".join(map(chr, range(0x80, 0xA0))),
    "clear the screen": "\x1b[2J\x1b[H",
    "colours": "\x1b[31mred\x1b[0m",
    "a window title": "\x1b]0;owned\x07",
    "the clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "a link": "\x1b]8;;file:///etc/passwd\x1b\\click\x1b]8;;\x1b\\",
    "an image": "\x1b]1337;File=inline=1:AAAA\x07",
    "DCS": "\x1bP+q544e\x1b\\",
    "kitty": "\x1b_Ga=T;AAAA\x1b\\",
    "full reset": "\x1bc",
    "a question to the terminal": "\x1b[6n\x1b[21t\x1b[c",
    "8-bit openers": "\x9b31m\x9d52;c;AA\x9c\x90x\x9c",
    "an unfinished sequence": "before\x1b[31",
    "an unfinished OSC": "before\x1b]52;c;AAAA",
    "a lone ESC": "\x1b",
    "ends of a paste": "\x1b[200~x\x1b[201~\x1b[2\x1b[201~01~rm -rf ~\r",
    "bells": "\x07" * 500,
    "markup": "[red]x[/red] [@click=app.quit]y[/] [/] [[ \\[ [link=file:///x]z[/link] [$x]",
    "a lot of markup": "[red]" * 400,
    "command substitution": "$(touch owned) `touch owned`",
    "shell separators": "; touch owned && touch owned | touch owned > owned",
    "quotes": "'\"'\"'",
    "formats": "%s%n {0.__class__} {{7*7}} %(x)s ${IFS} !!",
    "SQL": "'; DROP TABLE task;-- \" OR 1=1",
    "an option": "-rf",
    "a long option": "--help",
    "an option with a value": "--upload-pack=touch owned",
    "one dash": "-",
    "a path": "../../etc/passwd",
    "home": "~root",
    "bidi": "file\u202egpj.exe \u2066x\u2069 \u200f",
    "invisible": "a\u200bb\ufeffc\u2060d",
    "tags": "\U000e0041\U000e007f",
    "line separators": "a\u2028b\u2029c\x85d",
    "zalgo": "z" + "\u0301" * 300,
    "families and flags": "👩‍👩‍👧‍👦 🇩🇪 ﷽",
    "right to left": "مرحبا שלום",
    "full width": "日本語テスト",
    "no character": "\ufffe\uffff",
    "bytes that are no UTF-8": "caf\udce9 \udcff",
    "our own words": "all tasks are done. Press y to approve",
    "secrets": "https://user:hunter2@host sk-abcdefghijklmnop",
    "1 MB": "x" * (1 << 20),
    "1 MB of escape openers": "\x1b]" * (1 << 19),
    "numbers": "٣ 1_000 0x10 1e3",
}
NUMBERS = ["-1", "0", "#0", "#-1", "##1", "1.5", "1e3", "0x10", "٣", "1_000", "9" * 30, "2147483648", "nan", "inf", " 1", "1 ", "", "#"]

text_of = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
argument_of = pytest.mark.parametrize("text", [text.replace("\0", "") for text in TEXTS.values()], ids=TEXTS.keys())
"""The system ends an argument at NUL."""


def harmless(printed: str) -> None:
    """Nothing of it can drive a terminal, reorder a line or hide."""
    bad = {
        mark
        for mark in printed
        if mark != "\n" and (unicodedata.category(mark) in ("Cc", "Cs") or mark in "\u202e\u2066\u2069\u2028\u200b")
    }
    assert bad == set()


class Cli:
    """Calls verbs in this process; each must keep the promises."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *args: str) -> tuple[int, str]:
        code = main(args)
        out, err = self._capsys.readouterr()
        harmless(out)
        harmless(err)
        assert "Traceback" not in err
        assert "bug of wzp-tui" not in err
        assert code in (0, 1, 2), err
        assert len(out) + len(err) < 20_000_000
        if code == 2:
            assert out == "", "wrong usage prints no answer"
            assert err.startswith("wzp-tui: ") or ":1: cannot be read: " in err
            assert err.count("\n") == 1
            assert len(err) < 1000, "an error is a line that can be read"
        return code, out


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return Cli(capsys)


@argument_of
def test_as_title_and_command_of_a_task(cli: Cli, store: Store, text: str) -> None:
    for args in (("--title", text, "--", "true"), ("--", "echo", text), ("--", text), ("--env", f"K={text}", "--hold", "--", "true")):
        cli("add", *args)
    for task in store.view().tasks:
        harmless(task.title)
        assert 0 < len(task.title) <= 200
    assert ("echo", text) in [task.argv for task in store.view().tasks], "the command is kept as it came"
    for verb in (("task", "list"), ("task", "show", "1"), ("task", "show", "2"), ("why", "1"), ("events",), ("status",)):
        code, _ = cli(*verb)
        assert code == 0 or verb[-1] == "2"
        _, out = cli(*verb, "--json")
        json.loads(out or "{}")
        assert "hunter2hunter2" not in out
    assert os.listdir() == [], "nothing was run, nothing was written"


@argument_of
def test_as_any_other_word(cli: Cli, store: Store, text: str) -> None:
    cli("add", "--hold", "--", "true")
    for args in (
        ["add", "--workspace", text, "--hold", "--", "true"],
        ["add", "--lane", text, "--", "true"],
        ["add", "--cwd", text, "--hold", "--", "true"],
        ["add", "--env", text, "--hold", "--", "true"],
        ["add", "--env-file", text, "--", "true"],
        ["add", "--after", text, "--", "true"],
        ["add", "--timeout", text, "--", "true"],
        ["add", f"--{text}", "--", "true"],
        ["add", "--priority", text, "--", "true"],
        ["task", "edit", "--title", text, "1"],
        ["task", "edit", "--workspace", text, "1"],
        ["task", "edit", "1", "--", "echo", text],
        ["task", "show", "--", text],
        ["task", "list", "--lane", text],
        ["task", "list", "--workspace", text],
        ["task", "--", text],
        ["lane", "set", "--slots", "2", "--", text],
        ["lane", "pause", "--", text],
        ["run", "--", text],
        ["why", "--", text],
        ["doctor", "--restore", "--yes", "--backup", text],
        ["completion", "--", text],
        ["--", text],
    ):
        cli(*args)
    for verb in (("task", "list"), ("task", "show", "1"), ("lane", "list"), ("events",)):
        assert cli(*verb)[0] == 0
    assert os.listdir() == []


@pytest.mark.parametrize("number", NUMBERS)
def test_as_a_number(cli: Cli, store: Store, number: str) -> None:
    cli("add", "--", "true")
    for args in (
        ["add", f"--after={number}", "--", "true"],
        ["add", f"--retries={number}", "--", "true"],
        ["add", f"--timeout={number}", "--", "true"],
        ["task", "show", "--", number],
        ["task", "wait", "--timeout", number, "--", "1"]
        if number not in ("2147483648",) and not number.isdigit()
        else ["why", "--", number],
        ["task", "hold", "--", number],
        ["task", "log", "--attempt", number, "1"],
        ["lane", "set", "x", f"--slots={number}"],
        ["events", f"--since={number}"],
        ["events", f"--last={number}"],
        ["run", f"--jobs={number}", "none.toml"],
    ):
        cli(*args)
    for task in store.view().tasks:
        assert task.policy.timeout is None or 0 < task.policy.timeout < 1e9
        assert task.policy.retries <= 1000


@text_of
def test_in_a_task_file(cli: Cli, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    quoted = json.dumps(text.encode(errors="replace").decode()).replace("\x7f", "\\u007f")
    for line in (
        f'name = {quoted}\nrun = "true"',
        f'name = "a"\nrun = "true"\ntitle = {quoted}\nunknown = 1',
        f'name = "a"\nrun = "true"\n{quoted} = 1',
        f'name = "a"\nrun = "true"\nlane = {quoted}\nunknown = 1',
        f'name = "a"\nrun = "true"\nafter = [{quoted}]',
        f'name = "a"\nrun = "true"\nenv = {{ {quoted} = "1" }}\nunknown = 1',
        f'name = "a"\nrun = "true"\ncwd = {quoted}\nunknown = 1',
        f'name = "a"\nargv = [{quoted}]\ntimeout = {quoted}\npriority = {quoted}',
    ):
        Path("a.toml").write_text(f"[[task]]\n{line}\n")
        if "unknown = 1" in line or "timeout" in line or "after" in line or f"{quoted} = 1" in line:
            assert main(["run", "a.toml"]) == 2
            out, err = capsys.readouterr()
            assert out == ""
            harmless(err)
            assert all(problem.startswith("a.toml:") for problem in err.splitlines())
            assert all(len(problem) < 5000 for problem in err.splitlines())


@text_of
def test_in_the_config_file(cli: Cli, text: str, isolated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = isolated / ".config/wzp-tui/config.toml"
    file.parent.mkdir(parents=True)
    quoted = json.dumps(text.encode(errors="replace").decode()).replace("\x7f", "\\u007f")
    for line in (f"theme = {quoted}", f"{quoted} = 1", f"[lanes.{quoted}]\nslots = 1", f"[keys]\n{quoted} = {quoted}", text):
        file.write_bytes(line.encode(errors="surrogateescape"))
        for verb in (["config", "check"], ["config", "show"], ["config", "show", "--json"]):
            assert main(verb) in (0, 2)
            out, err = capsys.readouterr()
            harmless(out)
            harmless(err)
            assert "bug of wzp-tui" not in err


def test_arguments_that_are_no_utf_8(store: Store) -> None:
    raw = b"caf\xe9\xff"
    assert ok("add", "--title", raw, "--", "printf", raw).out == "1\n"
    assert os.fsencode(store.task(1).argv[1]) == raw, "the command gets its bytes"
    harmless(ok("task", "list").out)
    ran = wzp("add", "--cwd", raw, "--", "true")
    assert (ran.code, ran.err.count("\n")) == (2, 1)


def test_in_a_folder_whose_name_is_no_utf_8(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)
    ran = wzp("add", "--", "true", cwd=os.fsdecode(folder))
    assert ran.code == 2
    assert "has a name that is not UTF-8; rename it" in ran.err
    assert ok("task", "list", cwd=os.fsdecode(folder)).out.startswith("nothing is queued")


def test_in_a_folder_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    for line, code, said in (
        ("add -- true", 2, "the folder you are in was removed; go to another one, or give --cwd DIR"),
        ("add --cwd / -- true", 0, "waits: no tower"),
        ("task list", 0, ""),
        ("status", 0, ""),
        ("run a.toml", 2, "a.toml:1: cannot be read: No such file or directory"),
    ):
        gone.mkdir()
        ran = PtyProcess(["sh", "-c", f"cd {gone} && rmdir {gone} && {sys.executable} -P -m wzp_tui {line}"], env=dict(os.environ))
        assert ran.wait() == code, ran.text
        ran.shows(said)
        assert "Traceback" not in ran.text
        ran.close()


@pytest.mark.parametrize("module", ["sqlite3", "json", "click", "wzp_tui_x", "re", "logging", "asyncio"])
def test_in_a_folder_with_a_module_of_that_name(tmp_path: Path, module: str) -> None:
    (tmp_path / f"{module}.py").write_text("raise SystemExit('taken over')")
    for verb in (["add", "--", "true"], ["task", "list"], ["status"], ["config", "show"]):
        code = "import sys; sys.path.pop(0); from wzp_tui.cli import main; sys.exit(main())"
        for program in ([*WZP] if module in ("sqlite3", "json", "click", "logging", "asyncio") else []), [sys.executable, "-c", code]:
            if program:
                ran = PtyProcess([*program, *verb], env=dict(os.environ), cwd=tmp_path)
                assert ran.wait() == 0, ran.text
                assert "taken over" not in ran.text
                ran.close()


def test_what_a_command_prints_is_harmless_wherever_it_is_shown(cli: Cli, workers: Workers) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"
    cli("add", "--", "printf", evil)
    cli("add", "--", "no-such-program\x1b[2J")
    cli("add", "--env", "NOT_SET_ANYWHERE", "--", "true")
    workers.lane()
    becomes(workers.store, 1, State.DONE)
    assert Path(workers.folder.log(last_run(workers.store, 1).id)).read_bytes() == evil.encode()
    becomes(workers.store, 2, State.FAILED)
    becomes(workers.store, 3, State.FAILED)
    for id in ("1", "2", "3"):
        for verb in (["task", "show", id], ["why", id], ["task", "list"], ["events"]):
            assert cli(*verb)[0] == 0
            assert cli(*verb, "--json")[0] == 0
    assert "no-such-program" in cli("why", "2")[1]
    assert "NOT_SET_ANYWHERE not set" in cli("task", "show", "3")[1]


def test_a_store_folder_that_cannot_be_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (str(tmp_path / "file"), str(tmp_path / "file/below"), "/proc/nowhere", "x" * 300):
        for verb in (["add", "--", "true"], ["status"], ["task", "list", "--json"]):
            ran = wzp(*verb, env={"WZP_STORE": folder}, cwd=tmp_path)
            assert ran.code == 1, ran
            assert "Traceback" not in ran.err
            assert ran.err.count("\n") == 1
