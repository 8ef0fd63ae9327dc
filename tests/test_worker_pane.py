"""What passes between pane and command: keys, output, sizes; and what does not pass from one task to the next."""

import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

from tests.support import wait_until
from tests.workers import Workers, alive, appears, becomes, cpu_seconds, kill, last_run, lines, log_of, python, shell, started
from wzp_tui.paths import StoreFolder
from wzp_tui.store import NewTask, Store
from wzp_tui.store.lock import is_held
from wzp_tui.tasks.task import State

LISTEN = """
import os, select, sys, termios, tty
tty.setraw(0, termios.TCSANOW)  # what waits there is not flushed
got = b""
while select.select([0], [], [], 0.4)[0]:
    got += os.read(0, 100)
open(sys.argv[1], "wb").write(got or b"nothing")
"""

# --- nothing waits for a screen ---------------------------------------------------


def test_a_pane_that_nobody_reads_holds_nothing_up(store: Store, workers: Workers, folder: StoreFolder) -> None:
    """5 MB come out while the terminal is stuck: the log has all, the pane says what it misses, and the next task starts."""
    task = store.add(python("import sys; sys.stdout.write(('x' * 79 + '\\n') * 65536); sys.exit(3)", title="flood"))
    after = store.add(shell("exit 0"))
    pane = workers.lane()
    pane.stop_reading()
    becomes(store, task, State.FAILED)
    becomes(store, after, State.DONE)
    assert log_of(folder, last_run(store, task)) == (b"x" * 79 + b"\r\n") * 65536
    pane.read_on()
    third = store.add(shell("echo back again"))
    becomes(store, third, State.DONE)
    pane.shows("back again")
    assert "output skipped here; the log has it" in pane.text


def test_a_command_that_never_reads_is_not_held_up_by_a_paste(store: Store, workers: Workers, tmp_path: Path) -> None:
    go = tmp_path / "go"
    task = store.add(shell(f"stty raw; while ! test -e {go}; do echo tick; done; exit 5"))
    pane = workers.lane()
    pane.shows("tick")
    paste = threading.Thread(target=pane.type, args=(b"p" * 100_000,), daemon=True)
    paste.start()
    seen = len(pane.output)
    wait_until(lambda: len(pane.output) > seen + 200_000)
    go.touch()
    assert becomes(store, task, State.FAILED).reason == "exit 5"
    paste.join(10)
    assert not paste.is_alive()


def test_a_paste_waits_for_a_command_that_reads_late(store: Store, workers: Workers, tmp_path: Path) -> None:
    sum_, go = tmp_path / "sum", tmp_path / "go"
    script = """
import hashlib, os, sys, time, tty
tty.setraw(0); print("raw", flush=True)
while not os.path.exists(sys.argv[1]): time.sleep(0.02)
data = b""
while len(data) < 100_000: data += os.read(0, 65536)
open(sys.argv[2], "w").write(hashlib.sha256(data).hexdigest() + "\\n")
"""
    store.add(python(script, go, sum_))
    pane = workers.lane()
    pane.shows("raw")
    data = (bytes(range(256)) * 391)[:100_000]
    paste = threading.Thread(target=pane.type, args=(data,), daemon=True)
    paste.start()
    go.touch()
    assert appears(sum_) == hashlib.sha256(data).hexdigest()
    paste.join(10)


def test_a_process_left_behind_does_not_delay_the_end(store: Store, workers: Workers, tmp_path: Path) -> None:
    """It holds the terminal open, so there is no end of file; the exit is what counts."""
    left = tmp_path / "left"
    task = store.add(shell(f"trap '' HUP; (echo $$ >/dev/null; exec sleep 1000) & echo $! > {left}; echo out; exit 7"))
    workers.lane()
    assert becomes(store, task, State.FAILED).reason == "exit 7"
    pid = int(appears(left))
    assert alive(pid)
    kill(pid)


def test_a_command_that_closes_its_terminal_costs_nothing_and_may_open_it_again(
    store: Store, workers: Workers, folder: StoreFolder
) -> None:
    task = store.add(shell("exec </dev/null >/dev/null 2>&1; sleep 1; echo back > /dev/tty; sleep 0.1"))
    pane = workers.lane()
    started(store, task)
    before = cpu_seconds(pane.pid)
    becomes(store, task, State.DONE)
    assert cpu_seconds(pane.pid) - before < 0.3
    assert log_of(folder, last_run(store, task)) == b"back\r\n"


def test_a_worker_keeps_nothing_open_of_runs_that_ended(store: Store, workers: Workers) -> None:
    tasks = store.add_all([(shell("true" if number % 2 else "exec no-such-program"), ()) for number in range(20)])
    pane = workers.lane()
    becomes(store, tasks[1], State.DONE)
    becomes(store, tasks[-1], State.DONE)
    pane.shows(f"#{tasks[-1]} done")
    open_files = len(os.listdir(f"/proc/{pane.pid}/fd"))
    more = store.add_all([(shell("true"), ())] * 20)
    becomes(store, more[-1], State.DONE)
    pane.shows(f"#{more[-1]} done")
    assert len(os.listdir(f"/proc/{pane.pid}/fd")) == open_files < 25


def test_the_last_words_are_kept(store: Store, workers: Workers, folder: StoreFolder) -> None:
    """What was printed right before the end is in the log, each time."""
    tasks = [store.add(shell("printf 'a%.0s' $(seq 2000); printf end")) for _ in range(10)]
    workers.lane()
    for task in tasks:
        becomes(store, task, State.DONE)
        assert log_of(folder, last_run(store, task)) == b"a" * 2000 + b"end"


# --- the terminal -------------------------------------------------------------------


def test_all_of_the_size_gets_through(store: Store, workers: Workers) -> None:
    script = """
import fcntl, signal, struct, termios
def tell(*_): print("size", *struct.unpack("HHHH", fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8))), flush=True)
signal.signal(signal.SIGWINCH, tell); tell()
while True: signal.pause()
"""
    store.add(python(script))
    pane = workers.lane(rows=30, cols=100)
    pane.shows("size 30 100 0 0")
    pane.resize(41, 132, 1320, 820)
    pane.shows("size 41 132 1320 820")


def test_the_command_gets_the_terminal_as_the_pane_had_it(store: Store, workers: Workers, folder: StoreFolder) -> None:
    task = store.add(shell("stty -a | grep -o -e '[-]*icanon' -e '[-]*opost' -e '[-]*echo '; test -t 0 && test -t 1 && test -t 2 && tty"))
    pane = workers.lane()
    becomes(store, task, State.DONE)
    log = log_of(folder, last_run(store, task)).decode()
    assert "-icanon" not in log
    assert "icanon" in log
    assert "-opost" not in log
    assert pane.tty not in log.split()


GLIBCS_OWN = 0b11 << 31
"""Signals 32 and 33 are glibc's: its posix_spawn leaves the first one ignored, and no program can name them."""


def test_a_command_finds_no_signal_ignored_and_its_rights_untouched(store: Store, workers: Workers, folder: StoreFolder) -> None:
    """Python ignores SIGPIPE, and that would survive the exec; nor is our umask the command's."""
    task = store.add(NewTask(("grep", "-E", "^(Umask|SigBlk|SigIgn):", "/proc/self/status"), "/"))
    old = os.umask(0o022)
    workers.lane()
    os.umask(old)
    becomes(store, task, State.DONE)
    umask, blocked, ignored = (line.split()[1] for line in log_of(folder, last_run(store, task)).splitlines())
    assert umask == b"0022"
    assert int(blocked, 16) == 0
    assert int(ignored, 16) & ~GLIBCS_OWN == 0


def test_a_command_inherits_its_lock_and_no_other_file_of_ours(store: Store, workers: Workers, folder: StoreFolder) -> None:
    task = store.add(shell("ls -l /proc/$$/fd"))
    workers.lane()
    becomes(store, task, State.DONE)
    log = log_of(folder, last_run(store, task)).decode()
    ours = [line for line in log.splitlines() if str(folder) in line]
    assert len(ours) == 1
    assert ".child" in ours[0]
    assert " 100 -> " in ours[0]


# --- between two tasks ----------------------------------------------------------------


def test_an_answer_of_the_terminal_never_reaches_the_next_task(store: Store, workers: Workers, tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    asks = store.add(shell(r"printf '\033[6n\033[c'"))
    store.add(python(LISTEN, heard))
    pane = workers.lane(answers={b"\x1b[6n": b"\x1b[24;80R", b"\x1b[c": b"\x1b[?65;4;6;18;22c", b"\x1b[5n": b"\x1b[0n"}, slow=0.02)
    becomes(store, asks, State.DONE)
    wait_until(heard.exists)
    assert heard.read_bytes() == b"nothing"
    assert b"\x1b[5n" in pane.output


def test_what_was_pasted_into_a_task_that_did_not_read_it_never_reaches_the_next(store: Store, workers: Workers, tmp_path: Path) -> None:
    """More than the worker holds: the rest still waits in the terminal when the task ends."""
    heard, go = tmp_path / "heard", tmp_path / "go"
    first = store.add(shell(f"stty raw; echo ready; while ! test -e {go}; do sleep 0.02; done"))
    store.add(python(LISTEN, heard))
    pane = workers.lane()
    pane.shows("ready")
    paste = threading.Thread(target=pane.type, args=(b"p" * 200_000,), daemon=True)
    paste.start()
    paste.join(0.5)
    go.touch()
    becomes(store, first, State.DONE)
    wait_until(heard.exists)
    assert heard.read_bytes() == b"nothing"


def test_what_was_typed_for_one_task_never_reaches_the_next(store: Store, workers: Workers, tmp_path: Path) -> None:
    heard, go = tmp_path / "heard", tmp_path / "go"
    first = store.add(shell(f"echo sure?; while ! test -e {go}; do sleep 0.02; done"))
    store.add(python(LISTEN, heard))
    pane = workers.lane()
    pane.shows("sure?")
    pane.type("y\r")
    pane.shows("y")
    go.touch()
    becomes(store, first, State.DONE)
    wait_until(heard.exists)
    assert heard.read_bytes() == b"nothing"


def test_a_task_leaves_no_mode_behind(store: Store, workers: Workers) -> None:
    """As a killed editor does: alternate screen, mouse, paste, hidden cursor, margins, keypad. Each is taken back, and not by a reset."""
    modes = r"\033[?1049h\033[?1006h\033[?2004h\033[?25l\033[5;10r\033=\033[>1u\033(0"
    task = store.add(shell(f"printf '{modes}'; kill -KILL $$"))
    pane = workers.lane()
    becomes(store, task, State.FAILED)
    pane.shows("#1 killed by SIGKILL")
    left = pane.output[pane.output.index(b"\x1b[>1u") :]
    for back in (b"\x1b[?1049l", b"1006", b"\x1b[?2004l", b"\x1b[?25h", b"\x1b[r", b"\x1b>", b"\x1b[<9u", b"\x1b(B"):
        assert back in left
    assert b"\x1bc" not in left


def test_a_plain_task_costs_the_terminal_no_question(store: Store, workers: Workers) -> None:
    task = store.add(shell("echo plain"))
    pane = workers.lane()
    becomes(store, task, State.DONE)
    pane.shows("#1 done")
    assert b"\x1b[5n" not in pane.output


# --- a pane of its own ------------------------------------------------------------------


def test_a_task_that_ends_well_closes_its_pane(store: Store, workers: Workers) -> None:
    task = store.add(shell("exit 0", lane=None))
    assert workers.task(task).wait() == 0
    assert store.task(task).state is State.DONE


def test_a_failed_task_holds_its_pane_until_enter(store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    task = store.add(shell(rf"echo x >> {ran}; printf 'first \033[2Jproblem\n'; exit 3", lane=None))
    pane = workers.task(task)
    pane.shows("Enter closes")
    assert store.task(task).reason == "exit 3"
    held = pane.output[pane.output.rindex(b"\x1b[2J\x1b[H") + 7 :]
    assert b"first problem" in held
    assert b"exit 3" in held
    assert not is_held(folder.run_lock(last_run(store, task).token))
    pane.type("r")
    wait_until(lambda: pane.text.count("Enter closes") == 2)
    assert lines(ran) == ["x", "x"]
    pane.type("\r")
    assert pane.wait() == 0
    assert len(store.runs(task)) == 2


def test_a_held_pane_runs_the_task_when_it_is_retried_from_elsewhere(store: Store, workers: Workers, tmp_path: Path) -> None:
    ok = tmp_path / "ok"
    task = store.add(shell(f"test -e {ok}", lane=None))
    pane = workers.task(task)
    pane.shows("Enter closes")
    ok.touch()
    store.retry(task)
    assert pane.wait() == 0
    assert store.task(task).state is State.DONE
    assert {run.tty for run in store.runs(task)} == {pane.tty}


def test_a_held_pane_can_be_closed(store: Store, workers: Workers) -> None:
    pane = workers.task(store.add(shell("exit 3", lane=None)))
    pane.shows("Enter closes")
    pane.hang_up()
    pane.wait()


def test_a_task_in_its_own_pane_waits_there_for_its_next_try(store: Store, workers: Workers, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    task = store.add(shell(f"echo x >> {ran}; test $(wc -l < {ran}) = 2", lane=None, retries=1))
    pane = workers.task(task)
    assert pane.wait() == 0
    assert lines(ran) == ["x", "x"]


def test_a_pane_for_a_task_that_went_elsewhere_closes(store: Store, workers: Workers) -> None:
    task = store.add(shell("true", lane=None))
    store.assign(task, lane="default")
    assert workers.task(task).wait() == 0
    assert store.task(task).state is State.QUEUED
    gone = workers.task(99)
    assert gone.wait() == 0
    gone.shows("there is no task #99")


# --- environment --------------------------------------------------------------------------


def test_the_environment_is_the_panes_and_what_the_task_adds(store: Store, workers: Workers, folder: StoreFolder, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# secrets\nexport FROM_FILE='a b'\nBOTH=file\n\n")
    task = store.add(
        shell(
            "echo $FROM_PANE,$FROM_FILE,$BOTH,$WZP_TASK,$WZP_STORE",
            env={"BOTH": "task"},
            env_file=str(file),
            env_names=("FROM_PANE",),
        )
    )
    workers.lane(env={**os.environ, "FROM_PANE": "p"})
    becomes(store, task, State.DONE)
    assert log_of(folder, last_run(store, task)).decode() == f"p,a b,task,{task},{folder}\r\n"


def test_a_variable_that_is_not_there_is_named_and_nothing_runs(store: Store, workers: Workers, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    wrong = tmp_path / "wrong.env"
    wrong.write_text("A=1\nnot a line\n")
    tasks = [
        store.add(shell(f"touch {ran}", env_names=("NO_SUCH",))),
        store.add(shell(f"touch {ran}", env_file=str(tmp_path / "none.env"))),
        store.add(shell(f"touch {ran}", env_file=str(wrong))),
    ]
    workers.lane()
    assert [becomes(store, task, State.FAILED).reason for task in tasks] == [
        "cannot start: NO_SUCH not set in this pane's environment",
        f"cannot start: env file {tmp_path}/none.env: No such file or directory",
        f"cannot start: env file {wrong}:2: not a K=V line",
    ]
    assert not ran.exists()


def test_more_slots_make_no_worker_and_fewer_end_one(store: Store, workers: Workers) -> None:
    store.set_lane("default", 3)
    pane = workers.lane(slot=3)
    becomes(store, store.add(shell("true")), State.DONE)
    running = store.add(shell("echo ready; sleep 0.3"))
    started(store, running)
    store.set_lane("default", 2)
    assert pane.wait() == 0
    assert store.task(running).state is State.DONE


def test_a_worker_without_a_terminal_says_so(store: Store, folder: StoreFolder) -> None:
    for seat in (("lane", "default", "1"), ("nonsense",)):
        argv = [sys.executable, "-P", "-E", "-m", "wzp_tui.inpane.worker", str(folder), "embedded", "x", *seat]
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "a worker runs in a pane" in done.stderr
