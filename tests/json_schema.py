"""What of JSON Schema our own schemas use: whether a document holds to one. A keyword that is not known here is an error."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
_SILENT = {"$schema", "$defs", "title", "description", "default"}


def violations(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any] | None = None, at: str = "") -> list[str]:
    """`/task/0/retries: type`, for each rule that the document breaks."""
    return list(_broken(value, schema, root or schema, at))


def _broken(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str) -> Iterator[str]:
    for keyword, rule in schema.items():
        if keyword == "$ref":
            yield from _broken(value, root["$defs"][rule.rpartition("/")[2]], root, at)
        elif keyword == "properties" and isinstance(value, dict):
            for key in value.keys() & rule.keys():
                yield from _broken(value[key], rule[key], root, f"{at}/{key}")
        elif keyword == "additionalProperties" and isinstance(value, dict):
            for key in value.keys() - schema.get("properties", {}).keys():
                yield from [f"{at}/{key}: unknown"] if rule is False else _broken(value[key], rule, root, f"{at}/{key}")
        elif keyword == "items" and isinstance(value, list):
            for index, item in enumerate(value):
                yield from _broken(item, rule, root, f"{at}/{index}")
        elif keyword not in _SILENT and not _holds(keyword, rule, value, root):
            yield f"{at}: {keyword}"


def _holds(keyword: str, rule: Any, value: Any, root: Mapping[str, Any]) -> bool:
    def fits(schema: Mapping[str, Any]) -> bool:
        return not violations(value, schema, root)

    match keyword:
        case "type":
            return any(_TYPES[kind](value) for kind in (rule if isinstance(rule, list) else [rule]))
        case "enum":
            return value in rule
        case "required":
            return not isinstance(value, dict) or all(key in value for key in rule)
        case "minimum" | "maximum":
            return not _TYPES["number"](value) or (value >= rule if keyword == "minimum" else value <= rule)
        case "minItems":
            return not isinstance(value, list) or len(value) >= rule
        case "pattern":
            return not isinstance(value, str) or re.search(rule, value) is not None
        case "propertyNames":
            return not isinstance(value, dict) or not any(violations(key, rule, root) for key in value)
        case "anyOf":
            return any(map(fits, rule))
        case "oneOf":
            return sum(map(fits, rule)) == 1
        case "not":
            return not fits(rule)
        case "properties" | "additionalProperties" | "items":
            return True  # of another type than the value's
    raise AssertionError(f"this keyword is not known here: {keyword}")
