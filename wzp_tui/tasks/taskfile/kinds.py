"""The kinds of values that a task file holds, each read as the command line reads it."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from wzp_tui.errors import UsageError
from wzp_tui.tasks import parse, parse_policy
from wzp_tui.tasks.check import check_tag
from wzp_tui.tasks.lane import check_lane_name
from wzp_tui.tasks.schedule import parse_catch_up, parse_every, parse_moment
from wzp_tui.tasks.touches import check_touches


def _reads(read: Any) -> Any:
    """A validator of `tasks.parse`, whose errors pydantic understands."""

    def validate(value: Any) -> Any:
        try:
            return read(value)
        except UsageError as error:
            raise ValueError(str(error)) from error

    return validate


def _duration(value: object) -> float:
    if isinstance(value, str):
        return parse.parse_duration(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError('write it as "10m", "90s", "1h30m", or in seconds')
    return parse.check_duration(float(value))


def _checks(read: Callable[[str], object]) -> Any:
    """A validator of a text that is read later."""

    def check(value: str) -> str:
        read(value)
        return value

    return AfterValidator(_reads(check))


def _plain(value: str) -> str:
    if "\0" in value:
        raise ValueError("cannot hold NUL characters")
    return value


def _moment(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError('write it as "14:30", "friday 9:00", "2030-01-31 14:30" or "in 2h"')
    return parse_moment(value)


def _catch_up(value: object) -> int:
    return parse_catch_up(value if isinstance(value, str) else str(value))


Name = Annotated[str, AfterValidator(_reads(lambda value: parse.check_name(value, "name")))]
LaneName = Annotated[str, AfterValidator(_reads(check_lane_name))]
Text = Annotated[str, AfterValidator(_plain)]
Variable = Annotated[str, AfterValidator(_reads(parse.check_variable))]
Duration = Annotated[float, BeforeValidator(_reads(_duration)), WithJsonSchema({"type": ["string", "number"]})]
Moment = Annotated[int, BeforeValidator(_reads(_moment)), WithJsonSchema({"type": "string"})]
Rule = Annotated[str, AfterValidator(_reads(lambda text: parse_every(text).text))]
CatchUp = Annotated[int, BeforeValidator(_reads(_catch_up)), WithJsonSchema({"type": "string"})]
Tag = Annotated[str, AfterValidator(_reads(check_tag))]
Exits = Annotated[str, _checks(parse_policy.parse_exits)]
Backoff = Annotated[str, _checks(parse_policy.parse_backoff)]
StartLimit = Annotated[str, _checks(parse_policy.parse_start_limit)]
Signal = Annotated[str, _checks(parse_policy.parse_signal)]
Probe = Annotated[str, _checks(parse_policy.parse_probe)]
Globs = Annotated[list[str], AfterValidator(_reads(check_touches))]
