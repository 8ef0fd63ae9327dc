"""`lane …`, and the lanes of the config file."""

from wzp_tui.store import Store

from .cli import ok, wzp
from .stores import a_task


def test_lanes_by_verb(store: Store) -> None:
    assert ok("lane", "set", "web", "--slots", "3", "--workspace", "front", "--pause-on-failure").out == (
        "lane web has 3 slots, belongs to workspace front, pauses on failure\n"
    )
    assert ok("lane", "set", "web", "--go-on-failure", "--workspace", "none").out == "lane web has 3 slots\n"
    assert ok("lane", "drain", "web").out == "lane web is draining\n"
    assert ok("lane", "limit", "4").out == "4 runs at most\n"
    assert ok("lane", "list").out.splitlines()[1:] == [
        "default  2      0      0",
        "web      3      0      0       drained",
        "4 runs at most, of all lanes and panes together",
    ]
    assert ok("lane", "limit", "none").out == "no limit but the slots\n"
    assert ok("lane", "limit", "--json").json["limit"] is None
    assert ok("lane", "pause", "web", "default").out == "lane web is paused\nlane default is paused\n"
    assert ok("lane", "resume", "--all").out == "lane default goes on\nlane web goes on\n"
    assert ok("lane", "remove", "web", "--json").json["lanes"] == []
    assert [each.name for each in store.lanes()] == ["default"]


def test_a_lane_verb_says_what_is_wrong(store: Store) -> None:
    task = store.add(a_task())
    refused = wzp("lane", "remove", "default")
    assert (refused.code, refused.err) == (2, "wzp-tui: lane default is always there; it can be paused or drained\n")
    store.set_lane("web", 1)
    store.assign(task, lane="web")
    assert f"lane web is in use by #{task}" in wzp("lane", "remove", "web").err
    assert "say what to change" in wzp("lane", "set", "web").err
    assert "say which lanes" in wzp("lane", "resume").err
    assert "write a number of runs" in wzp("lane", "limit", "many").err
    several = wzp("lane", "pause", "web", "nowhere", "--json")
    assert several.code == 2
    assert [document["reason"] for document in several.json["lanes"]] == ["by you"]
    assert several.json["errors"][0]["lane"] == "nowhere"


def test_a_config_file_sets_lanes_and_the_limit(store: Store) -> None:
    for name, value in (
        ("lanes.build.slots", "4"),
        ("lanes.build.workspace", "web"),
        ("lanes.build.pause_on_failure", "true"),
        ("limit", "6"),
    ):
        ok("config", "set", name, value)
    assert ok("config", "get", "limit").out.split()[0] == "6"
    assert "lanes.build.workspace" in ok("config", "show").out
    ok("config", "unset", "limit")
    assert ok("config", "check").code == 0
