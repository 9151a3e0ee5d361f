"""Tables in: where their rows are, and what is said of them."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cobuy._core import _Options

#: What is said of how tables are written.
_READING = ("delimiter", "encoding", "time_format", "decimal_comma", "on_error")
#: What is said of what rows mean.
_MEANING = (
    "time_zone",
    "currency",
    "clock_change",
    "fulfilled",
    "unfulfilled",
    "c_returns",
    "rounding",
    "duplicates",
    "missing",
    "ignore",
    "groups",
    "types",
)
_TABLES = ("orders", "items", "customers", "events", "spend")


def sources(
    orders: Any, items: Any, customers: Any, events: Any, spend: Any
) -> list[tuple[str, Any]]:
    """Each table's name and rows; of orders there may be several."""
    many = isinstance(orders, (list, tuple))
    first = [] if orders is None else list(orders) if many else [orders]
    tables = [("orders", rows) for rows in first]
    others = {"items": items, "customers": customers, "events": events, "spend": spend}
    tables += [(name, rows) for name, rows in others.items() if rows is not None]
    for name, rows in tables:
        _check_path(name, rows)
    return tables


def _check_path(name: str, rows: Any) -> None:
    if isinstance(rows, (str, os.PathLike)):
        if os.path.exists(rows) and not os.path.isfile(rows) and not os.path.isdir(rows):
            # Opening a pipe waits for its writer, and no Ctrl-C would end that.
            raise OSError(f"cannot read `{os.fspath(rows)}`: it is no plain file")
    elif not hasattr(rows, "__arrow_c_stream__"):
        raise TypeError(
            f"`{name}` must be a path or a data frame (pandas 2.2 or newer, polars, pyarrow, DuckDB: anything with "
            f"`__arrow_c_stream__`), but is {type(rows).__name__}"
        )


def options(
    columns: Mapping[str, Any] | None,
    config: Any,
    settings: dict[str, Any],
) -> _Options:
    """What is said of tables, as the core takes it."""
    known = _READING + _MEANING
    for name in settings:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise TypeError(f"there is no setting `{name}`{hint}")
    given = settings.get
    for name in ("groups", "types"):
        if given(name) is not None and not isinstance(given(name), Mapping):
            raise TypeError(f"`{name}` must be a mapping, but is {given(name)!r}")
    if columns is not None and not isinstance(columns, Mapping):
        raise TypeError(f"`columns` must be a mapping, but is {columns!r}")
    delimiter = given("delimiter")
    if delimiter is not None and not (isinstance(delimiter, str) and len(delimiter) == 1):
        raise ValueError(f"`delimiter` is {delimiter!r}, but it must be one character")
    c_returns = given("c_returns")
    decimal_comma = given("decimal_comma")
    return {
        "config": None if config is None else os.fspath(config),
        "columns": _columns(columns or {}),
        "delimiter": given("delimiter"),
        "encoding": given("encoding"),
        "time_format": given("time_format"),
        "decimal_comma": None if decimal_comma is None else bool(decimal_comma),
        "on_error": given("on_error"),
        "time_zone": given("time_zone"),
        "currency": given("currency"),
        "clock_change": given("clock_change"),
        "fulfilled": _texts("fulfilled", given("fulfilled")),
        "unfulfilled": _texts("unfulfilled", given("unfulfilled")) or [],
        "c_returns": c_returns,
        "rounding": given("rounding"),
        "duplicates": given("duplicates"),
        "missing": _texts("missing", given("missing")),
        "ignore": _texts("ignore", given("ignore")) or [],
        "groups": [
            (name, _texts("groups", members) or [])
            for name, members in (given("groups") or {}).items()
        ],
        "types": list((given("types") or {}).items()),
    }


def _columns(columns: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    """Table, known column and the name there; orders where no table is named."""
    told: list[tuple[str, str, str | None]] = []
    for known, name in columns.items():
        if isinstance(name, Mapping):
            if known not in _TABLES:
                raise ValueError(f"there is no table `{known}` among {', '.join(_TABLES)}")
            told += [(known, column, called) for column, called in name.items()]
        else:
            told.append(("orders", known, name))
    return told


def _texts(name: str, values: Iterable[str] | None) -> list[str] | None:
    if values is None:
        return None
    texts: Sequence[Any] = [values] if isinstance(values, str) else list(values)
    for text in texts:
        if not isinstance(text, str):
            raise ValueError(f"`{name}` must be texts, but holds {text!r}")
    return list(texts)
