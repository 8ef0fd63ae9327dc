"""Why a command failed, read from what real tools printed on a pty when they did."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wzp_tui.tasks.failing import Failure, find_failure, output_lines

OUTPUT = Path(__file__).parent / "data" / "output"


def failure_of(output: bytes) -> Failure:
    failure = find_failure(output_lines(output))
    assert failure is not None
    return failure


@pytest.mark.parametrize(
    ("recorded", "words"),
    [
        ("pytest", "2 failed, 1 passed, 1 error · test_auth.py::test_login_refuses - assert 403 == 401"),
        ("pytest-collect", "1 error · ModuleNotFoundError: No module named 'no_such_module'"),
        ("unittest", "failures=1, errors=1 · test_explodes (__main__.Login.test_explodes)"),
        ("jest", "2 failed, 1 passed, 3 total · adds"),
        ("vitest", "2 failed | 1 passed · v/cart.test.mjs > adds"),
        ("node-test", "1 failed, 1 passed · adds"),
        ("go-test", "2 failed in shop · TestTotal"),
        ("go-test-v", "2 failed in shop · TestTotal"),
        ("cargo-test", "1 failed, 1 passed · tests::adds"),
        ("cargo-build", "error[E0425]: cannot find value `totals` in this scope · src/broken.rs:3"),
        ("go-build", 'cmd/main.go:4:14: cannot use "x" (untyped string constant) as int value in variable declaration'),
        ("gcc", "main.c:4:20: error: ‘totals’ undeclared (first use in this function); did you mean ‘total’?"),
        ("make-gcc", "main.c:4:20: error: ‘totals’ undeclared (first use in this function); did you mean ‘total’?"),
        ("ninja-failed", "main.c:4:20: error: ‘totals’ undeclared (first use in this function); did you mean ‘total’?"),
        ("link", "undefined reference to `missing'"),
        ("cmake", 'CMakeLists.txt:3: By not providing "FindNoSuchThing.cmake" in CMAKE_MODULE_PATH this project'),
        ("tsc", "cart.ts:2: error TS2322: Type 'string' is not assignable to type 'number'."),
        ("tsc-plain", "cart.ts:2: error TS2322: Type 'string' is not assignable to type 'number'."),
        ("npm-tsc", "cart.ts:2: error TS2322: Type 'string' is not assignable to type 'number'."),
        ("npm-missing", 'npm: Missing script: "nothing"'),
        (
            "mypy",
            'auth.py:2: error: Incompatible types in assignment (expression has type "str", variable has type "int") [assignment]',
        ),
        ("mypy-pretty", 'auth.py:2: error: Incompatible types in assignment (expression has type "str", variable has type'),
        ("ruff", "auth.py:7: F401 `os` imported but unused"),
        ("ruff-concise", "auth.py:7: F401 `os` imported but unused"),
        ("make", "make: [Makefile:8: deploy] Error 1"),
        ("make-nocmd", "make: no-such-program: No such file or directory"),
        (
            "traceback",
            "json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        ("go-panic", "panic: runtime error: index out of range [3] with length 0"),
        ("cargo-panic", "panicked at src/boom.rs:1: index out of bounds: the len is 0 but the index is 3"),
        ("node", "Error: Cannot find module './nowhere'"),
        ("sh", "no-such-program: command not found"),
        ("segv", "Segmentation fault"),
    ],
)
def test_what_a_tool_says_is_told_in_one_line(recorded: str, words: str) -> None:
    assert failure_of((OUTPUT / f"{recorded}.log").read_bytes()).words == words


@pytest.mark.parametrize("recorded", ["npm-run", "pytest-dots", "ninja", "ctest", "git", "wget", "cmake-make"])
def test_nothing_is_made_up_where_a_tool_says_nothing(recorded: str) -> None:
    assert find_failure(output_lines((OUTPUT / f"{recorded}.log").read_bytes())) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3 failed, 14 passed in 0.32s", "3 failed, 14 passed"),
        ("no tests ran in 0.01s", "no tests ran"),
        ("95% tests passed, 1 tests failed out of 24", "1 of 24 failed"),
        ("     Summary [   0.1s] 12 tests run: 11 passed, 1 failed, 0 skipped", "11 passed, 1 failed, 0 skipped"),
        ("# pass 3\n# fail 2", "2 failed, 3 passed"),
        ("  3 passing (4ms)\n  2 failing\n\n  1) cart adds:", "2 failing"),
        (
            "fatal: not a git repository (or any of the parent directories): .git",
            "fatal: not a git repository (or any of the parent directories): .git",
        ),
        ("ERROR: Could not find a version", "ERROR: Could not find a version"),
        ("curl: (22) The requested URL returned error: 404", "curl: (22) The requested URL returned error: 404"),
        ("sh: 1: tool: not found", "tool: not found"),
        ("main.c:1:10: fatal error: no.h: No such file or directory", "main.c:1:10: fatal error: no.h: No such file or directory"),
        ("__main__.py:3: note: Revealed type\n", ""),
    ],
)
def test_other_tools(text: str, words: str) -> None:
    failure = find_failure(output_lines(text.replace("\n", "\r\n").encode()))
    assert (failure.words if failure else "") == words


def test_the_last_step_that_failed_is_told_and_not_the_one_that_wraps_it() -> None:
    mypy, unit = ((OUTPUT / f"{name}.log").read_bytes() for name in ("mypy", "pytest"))
    quiet = b"some line of a deploy\r\n" * 100
    make = b"make: *** [Makefile:2: test] Error 1\r\n"
    assert failure_of(unit + quiet + mypy + make).reason.startswith("auth.py:2: error")
    assert failure_of(mypy + quiet + unit + quiet + make).reason == "2 failed, 1 passed, 1 error"
    assert failure_of(unit + quiet + b"fatal: cannot push\r\n").reason == "fatal: cannot push"
    assert failure_of(unit + b"error: Recipe `test` failed on line 3\r\n" * 2).reason == "2 failed, 1 passed, 1 error"


def test_the_lines_that_tell_of_it_can_be_shown() -> None:
    lines = output_lines((OUTPUT / "pytest.log").read_bytes())
    failure = find_failure(lines)
    assert failure is not None
    assert lines[failure.first].startswith("FAILED test_auth.py::test_login_refuses")
    assert "2 failed" in lines[failure.last]
    lines = output_lines((OUTPUT / "traceback.log").read_bytes())
    failure = find_failure(lines)
    assert failure is not None
    assert lines[failure.first] == "Traceback (most recent call last):"
    assert lines[failure.last].startswith("json.decoder.JSONDecodeError")


def test_what_was_overprinted_is_not_quoted_and_nothing_drives_the_terminal() -> None:
    failure = failure_of("⠙\x1b[1Gnpm error Missing script\r\n".encode())
    assert failure.words == "npm: Missing script"
    failure = failure_of(b"error: first\rfatal: \x1b]0;title\x07se\x9bcond\x00\r\n")
    assert failure.reason.startswith("fatal: se")
    assert failure.reason.isprintable()


@given(st.lists(st.sampled_from([*"error: FAILED (1)=%\r\n\x1b[", "Traceback (most recent call last):", "\n", "  x", "***", "a.go:1:2: "])))
def test_no_output_breaks_it(pieces: list[str]) -> None:
    lines = output_lines("".join(pieces).encode())
    failure = find_failure(lines)
    if failure:
        assert 0 <= failure.first <= failure.last < len(lines)
        assert 0 < len(failure.reason) <= 200
        assert failure.words.isprintable()
