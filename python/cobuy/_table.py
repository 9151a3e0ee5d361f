"""Tables: what the core knows by row and column, for any package of data frames or for none."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    import pandas
    import polars

    from cobuy._core import ArrowTable

#: How many rows are shown.
_SHOWN = 20


class Table:
    """Columns of one length, immutable.

    Every package that reads Arrow takes it as it is: ``polars.DataFrame(table)``,
    ``pyarrow.table(table)``, ``duckdb.sql("from table")`` for a variable of that name. Without any,
    iterating gives a dict a row and ``table["item"]`` a column as a list.
    """

    def __init__(self, table: ArrowTable, short_reasons: dict[str, str] | None = None) -> None:
        self._table = table
        #: Who was answered with fewer rows than asked for, and why.
        self.short_reasons = short_reasons or {}

    @property
    def columns(self) -> list[str]:
        """The columns' names."""
        return self._table.column_names

    def __len__(self) -> int:
        return len(self._table)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)

    @overload
    def __getitem__(self, key: str) -> list[Any]: ...
    @overload
    def __getitem__(self, key: slice) -> list[dict[str, Any]]: ...
    @overload
    def __getitem__(self, key: int) -> dict[str, Any]: ...
    def __getitem__(self, key: str | int | slice) -> list[Any] | dict[str, Any]:
        """A column by name as a list, a row by number as a dict, or rows by a slice."""
        if isinstance(key, str):
            if key not in self.columns:
                raise KeyError(f"there is no column {key!r}; there are {', '.join(self.columns)}")
            return self._table.column(key)
        if isinstance(key, slice):
            rows = range(len(self))[key]
            if not rows:
                return []
            first, last = min(rows[0], rows[-1]), max(rows[0], rows[-1])
            near = self._rows(first, last + 1)
            return [near[row - first] for row in rows]
        try:
            row = operator.index(key)
        except TypeError:
            raise TypeError(
                f"a table is asked for a column's name, a row's number or a slice, not {key!r}"
            ) from None
        if not -len(self) <= row < len(self):
            raise IndexError(f"row {row} is out of range: there are {len(self)} rows")
        row %= len(self)
        return self._rows(row, row + 1)[0]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows, a dict each."""
        for start in range(0, len(self), 1024):
            yield from self._rows(start, start + 1024)

    def to_dict(self) -> dict[str, list[Any]]:
        """The columns as lists, by name."""
        return {name: self._table.column(name) for name in self.columns}

    def to_pandas(self) -> pandas.DataFrame:
        """As a pandas data frame."""
        try:
            import pandas
        except ImportError:
            raise _missing("to_pandas", "pandas", "pandas") from None
        plain = {"number": "float64", "score": "float32", "instant": "datetime64[us, UTC]"}
        whole = {"integer": ("int64", "Int64"), "flag": ("bool", "boolean")}
        columns = {}
        for name, kind in zip(self.columns, self._table.column_kinds, strict=True):
            values = self._table.column(name)
            # Where there are gaps, pandas' own types keep the others what they are.
            with_gaps = None in values
            dtype = whole[kind][with_gaps] if kind in whole else plain.get(kind)
            columns[name] = pandas.Series(values, dtype=dtype)
        return pandas.DataFrame(columns)

    def to_polars(self) -> polars.DataFrame:
        """As a polars data frame."""
        try:
            import polars
        except ImportError:
            raise _missing("to_polars", "polars", "polars") from None
        return polars.DataFrame(self)

    def to_arrow(self) -> Any:
        """As a ``pyarrow.Table``."""
        try:
            import pyarrow  # type: ignore[import-untyped]
        except ImportError:
            raise _missing("to_arrow", "pyarrow", "pyarrow") from None
        return pyarrow.table(self)

    def __repr__(self) -> str:
        names, rows = self._shown()
        right = [kind in ("integer", "number", "score") for kind in self._table.column_kinds]
        widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
        lines = []
        for row in [names, *rows]:
            cells = zip(row, widths, right, strict=True)
            aligned = [cell.rjust(to) if by else cell.ljust(to) for cell, to, by in cells]
            lines.append("  ".join(aligned).rstrip())
        return "\n".join([*lines, *self._more()])

    def _repr_html_(self) -> str:
        names, rows = self._shown()
        head = "".join(f"<th>{escape(name)}</th>" for name in names)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
        )
        more = "".join(f"<p>{line}</p>" for line in self._more())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"

    def _rows(self, start: int, stop: int) -> list[dict[str, Any]]:
        names = self.columns
        columns = (self._table.column(name, start, stop) for name in names)
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]

    def _shown(self) -> tuple[list[str], list[list[str]]]:
        rows = [[_cell(value) for value in row.values()] for row in self._rows(0, _SHOWN)]
        return [_cell(name) for name in self.columns], rows

    def _more(self) -> list[str]:
        more = len(self) - _SHOWN
        return [f"... {more} more"] if more > 0 else []


def _cell(value: Any) -> str:
    """A value as it is shown: on one line, and not too long."""
    if value is None:
        return ""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    text = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return text if len(text) <= 60 else text[:59] + "…"


def _missing(method: str, name: str, package: str) -> ImportError:
    return ImportError(f"{method} needs {name}: pip install {package}")
