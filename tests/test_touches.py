"""Whether two tasks may touch the same files, held against what glob finds on a real disk."""

import glob
import itertools
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wzp_tui.errors import UsageError
from wzp_tui.tasks.touches import anchored, check_touches, may_meet, meeting


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("db/**", "db/schema.sql"),
        ("db/**", "db"),
        ("db", "db/migrations/0001.sql"),
        ("db/", "./db//x"),
        ("**", "anything/at/all"),
        ("**/*.py", "src/shop/*.py"),
        ("src/**/test_*.py", "src/shop/test_cart.*"),
        ("a*b", "*ba*b"),
        ("file?.txt", "file[0-9].txt"),
        ("log[!0-9]", "logs"),
        ("README.md", "readme.md"),
        ("[!a]", "A"),
        ("src/../db/x", "db/*"),
        ("/srv/a/../b", "/srv/b/c"),
        ("../other/x", "anything"),
        ("a/**/../x", "x"),
        ("{src,test}/a", "test/a"),
        ("a[b", "a[b"),
        ("\\*x", "*x"),
        ("caf\u00e9", "cafe\u0301"),
        ("stra\u00dfe", "STRASSE"),
        ("?", "\u00e9"),
        ("**/a", "b/b"),  # b/b may be a folder with an a in it
        ("**/x.conf", "conf.d"),
        ("src/**/test_*.py", "src/shop/cart.py"),  # cart.py may be a folder, too
        ("", "x"),
        ("*" * 300, "a" * 300),
    ],
)
def test_what_may_meet(one: str, other: str) -> None:
    assert may_meet(one, other)
    assert may_meet(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("db/**", "docs/**"),
        ("db/**", "dbs/x"),
        ("db/*.sql", "db/*.py"),
        ("src/*.py", "src/shop/*.py"),
        ("**/*.py", "**/*.md"),
        ("file?.txt", "file10.txt"),
        ("log[0-9]", "logs"),
        ("a/b/../c", "a/b"),
        ("/srv/a", "/srv/b"),
        ("\u6771\u4eac/*", "\u5927\u962a/*"),
    ],
)
def test_what_cannot_meet(one: str, other: str) -> None:
    assert not may_meet(one, other)
    assert not may_meet(other, one)


def test_the_patterns_that_meet_are_named() -> None:
    assert meeting(["docs/**", "db/**"], ["src/**", "db/schema.sql"]) == ("db/**", "db/schema.sql")
    assert meeting(["docs/**"], ["src/**"]) is None
    assert meeting([], ["**"]) is None


def test_patterns_of_two_folders_are_compared_from_the_root_on() -> None:
    ours, theirs = anchored("*.sql", "/srv/shop[1]/db"), anchored("db/**", "/srv/shop[1]")
    assert may_meet(ours, theirs)
    assert not may_meet(ours, anchored("db/**", "/srv/shop1"))
    assert not may_meet(anchored("x", "/a*"), anchored("x", "/ab"))
    assert anchored("/etc/x", "/srv") == "/etc/x"


@pytest.mark.parametrize(
    ("patterns", "words"), [([" "], "1 to 1024"), (["a\0"], "printable"), (["!a"], "write ./!a"), (["a"] * 65, "65 patterns")]
)
def test_a_wrong_pattern_says_what_is_wrong(patterns: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        check_touches(patterns)
    assert check_touches(["db/**", "./!a"]) == ("db/**", "./!a")


# --- laws ----------------------------------------------------------------------

ENTRIES = ["a", "b", "ab", "B1", ".a"]
names = st.one_of(
    st.sampled_from([*ENTRIES, "**", "**", ".", ".."]),
    st.lists(st.sampled_from(["a", "b", "B", "1", ".", "*", "?", "[ab]", "[!a]", "[a-z]", "[0-9]", "[]a]"]), min_size=1, max_size=3).map(
        "".join
    ),
)
patterns = st.lists(names, min_size=1, max_size=4).map("/".join)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for depth in (1, 2, 3):
        for path in itertools.product(ENTRIES, repeat=depth):
            root.joinpath(*path).mkdir(exist_ok=True)
    return root


def touched(pattern: str, tree: Path) -> set[str]:
    """What a pattern matches on the disk, and all below where it is no pattern of files."""
    found = glob.glob(pattern, root_dir=tree, recursive=True, include_hidden=True)
    tops = {os.path.relpath(os.path.normpath(tree / path), tree) for path in found}
    inside = {path for path in tops if not path.startswith("..")}
    if re.search(r"[*?][^/]*\.[a-zA-Z0-9]+$", pattern):
        return inside - {"."}
    below = {str(path.relative_to(tree)) for path in tree.rglob("*")} if "." in inside else set()
    for top in inside - {"."}:
        below.add(top)
        below.update(str(path.relative_to(tree)) for path in (tree / top).rglob("*"))
    return below


@given(one=patterns, other=patterns)
@settings(max_examples=200)
def test_what_glob_finds_for_both_always_meets(tree: Path, one: str, other: str) -> None:
    if touched(one, tree) & touched(other, tree):
        assert may_meet(one, other)


plain = st.lists(
    st.one_of(st.just("**"), st.lists(st.sampled_from(["a", "b", "*", "?", "[ab]"]), min_size=1, max_size=2).map("".join)),
    min_size=1,
    max_size=2,
).map("/".join)
WORDS = ["".join(word) for length in (1, 2, 3) for word in itertools.product("ab", repeat=length)]
PATHS = ["/".join(path) for depth in (1, 2, 3) for path in itertools.product(WORDS[:9], repeat=depth)]


def matcher(pattern: str) -> re.Pattern[str]:
    parts = [part.replace("*", "[ab]*").replace("?", "[ab]") if part != "**" else part for part in pattern.split("/")]
    body = "".join("(?:[ab]+/)*" if part == "**" else f"{part}/" for part in parts)
    return re.compile(f"{body}(?:[ab]+/)*")


@given(plain, plain)
@settings(max_examples=150)
def test_simple_patterns_meet_exactly_where_some_path_fits_both(one: str, other: str) -> None:
    ours, theirs = matcher(one), matcher(other)
    fits = any(ours.fullmatch(path + "/") and theirs.fullmatch(path + "/") for path in PATHS)
    assert may_meet(one, other) == fits


@given(patterns, patterns)
def test_order_does_not_matter_and_everything_meets_itself(one: str, other: str) -> None:
    assert may_meet(one, other) == may_meet(other, one)
    assert may_meet(one, one)
    assert may_meet(one, "**")


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_compared(one: str, other: str) -> None:
    assert may_meet(one, one)
    assert may_meet(one, other) in (True, False)
