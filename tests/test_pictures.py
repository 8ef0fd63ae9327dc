"""The pictures of README and docs show the tower as it is."""

import re
from pathlib import Path

import pytest

from tests.pictures import AGAIN, BY_NAME, FOLDER, drawn, path_of

ROOT = FOLDER.parent.parent
LARGEST = 60 * 1024


@pytest.mark.parametrize("name", BY_NAME)
async def test_a_picture_shows_what_the_tower_shows(name: str) -> None:
    shown = path_of(name).read_text() if path_of(name).exists() else "nothing"
    assert shown == await drawn(BY_NAME[name]), f"{path_of(name).relative_to(ROOT)} is stale; look at what changed: {AGAIN} {name}"


@pytest.mark.parametrize("name", BY_NAME)
def test_a_picture_is_small_and_asks_nobody_for_anything(name: str) -> None:
    svg = path_of(name).read_text()
    assert len(svg.encode()) <= LARGEST
    assert svg.count("://") == 1, "the name space of SVG"
    assert not re.search(r"@import|[: ]url\(|href|<script|<image", svg)
    assert f"<title>{BY_NAME[name].says}</title>" in svg


def test_each_picture_is_shown_somewhere_and_each_that_is_shown_is_there() -> None:
    shown = set()
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"""(?:src|srcset)="([^"]+\.svg)"|\]\(([^)]+\.svg)\)""", page.read_text()):
            shown.add((page.parent / Path("".join(link))).resolve())
    assert shown == {path_of(name).resolve() for name in BY_NAME} == {path.resolve() for path in FOLDER.iterdir()}
