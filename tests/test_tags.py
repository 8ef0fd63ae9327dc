"""Tags: words of the user, to find tasks by."""

import json

import pytest

from wzp_tui.errors import UsageError
from wzp_tui.tasks.check import check_tag

from .cli import add, ok, wzp


def tags(id: int) -> list[str]:
    found: list[str] = ok("task", "show", str(id), "--json").json["task"]["tags"]
    return found


def titles(*args: str) -> list[str]:
    return [task["title"] for task in json.loads(ok("task", "list", "--json", *args).out)["tasks"]]


def test_a_task_is_found_by_its_tags() -> None:
    add("--title", "site", "--tag", "web", "--tag", "nightly", "--tag", "web", "--", "true")
    add("--title", "api", "--tag", "web", "--", "true")
    add("--title", "plain", "--", "true")
    assert sorted(titles("--filter", "tag:web")) == ["api", "site"]
    assert titles("--filter", "tag:web -tag:night*") == ["api"]
    assert "nightly" in ok("task", "show", "1").out


def test_tags_are_added_and_taken_away_whatever_the_state() -> None:
    id = add("--hold", "--tag", "web", "--", "true")
    ok("task", "edit", str(id), "--tag", "urgent", "--tag", "docs", "--untag", "web", "--untag", "none-of-it")
    assert tags(id) == ["urgent", "docs"]
    ok("task", "cancel", str(id))
    ok("task", "edit", str(id), "--untag", "docs", "--title", "told apart")
    assert tags(id) == ["urgent"]
    refused = wzp("task", "edit", str(id), "--tag", "x", "--retries", "3")
    assert (refused.code, tags(id)) == (1, ["urgent"])
    assert "only a held or queued task" in refused.err


@pytest.mark.parametrize("wrong", ["", "two words", "a,b", '"web"', "-web", "#12", "x" * 65, "a\x1b[31m", "a\n", "\u200b", "\udc80"])
def test_what_no_filter_could_name_is_no_tag(wrong: str) -> None:
    with pytest.raises(UsageError):
        check_tag(wrong)


def test_a_wrong_tag_is_refused_before_anything_is_queued() -> None:
    refused = wzp("add", "--tag", "two words", "--", "true")
    assert (refused.code, "no tag" in refused.err) == (2, True)
    assert titles() == []
