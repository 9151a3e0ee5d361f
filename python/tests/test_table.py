"""Tables out, and through every package of data frames that is there."""

from __future__ import annotations

import datetime as dt
import math
import sys
from typing import Any

import pytest

from cobuy import Table, _core

NOON = dt.datetime(2024, 3, 1, 12, 0, 0, 5, tzinfo=dt.timezone.utc)
BEFORE = dt.datetime(1, 1, 1, tzinfo=dt.timezone.utc)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)

COLUMNS: dict[str, tuple[str, list[Any]]] = {
    "item": ("text", ["tea", "na\u00efve <b>", None]),
    "both": ("integer", [2**62, -1, 3]),
    "lift": ("number", [0.1, -2.5, None]),
    "score": ("score", [0.5, 0.25, None]),
    "kept": ("flag", [True, False, True]),
    "at": ("instant", [NOON, BEFORE, None]),
}


def micros(value: Any) -> Any:
    isinstant = isinstance(value, dt.datetime)
    return (value - EPOCH) // dt.timedelta(microseconds=1) if isinstant else value


def table_of(columns: dict[str, tuple[str, list[Any]]]) -> Table:
    given = [
        (name, kind, [micros(value) for value in values]) for name, (kind, values) in columns.items()
    ]
    return Table(_core.ArrowTable.from_columns(given))


@pytest.fixture
def table() -> Table:
    return table_of(COLUMNS)


def numbered(rows: int) -> Table:
    return table_of({"n": ("integer", list(range(rows)))})


def test_columns_rows_and_slices_need_no_package(table: Table) -> None:
    assert table.columns == list(COLUMNS)
    assert len(table) == 3
    assert table.to_dict() == {name: values for name, (_, values) in COLUMNS.items()}
    assert table["at"] == [NOON, BEFORE, None]
    assert table["at"][0].tzinfo is dt.timezone.utc
    rows = list(table)
    assert rows[0] == {name: values[0] for name, (_, values) in COLUMNS.items()}
    assert table[-1] == rows[2] == table[2]
    assert table[::-2] == rows[::-2]
    assert table[1:99] == rows[1:]
    assert table[5:] == []
    assert [row["n"] for row in numbered(2500)] == list(range(2500))


def test_what_is_not_there_is_said(table: Table) -> None:
    with pytest.raises(KeyError, match="there is no column 'itme'; there are item, both"):
        table["itme"]
    with pytest.raises(IndexError, match="row 3 is out of range: there are 3 rows"):
        table[3]
    with pytest.raises(IndexError):
        table[-4]
    with pytest.raises(TypeError, match="a column's name"):
        table[1.5]  # type: ignore[call-overload]
    with pytest.raises(ValueError):
        _core.ArrowTable.from_columns([("a", "integer", [1]), ("b", "integer", [])])
    with pytest.raises(OverflowError):
        _core.ArrowTable.from_columns([("at", "instant", [2**62])]).column("at")


def test_it_is_shown_aligned_and_escaped(table: Table) -> None:
    assert repr(table).splitlines()[:2] == [
        "item                      both  lift  score  kept   at",
        "tea        4611686018427387904   0.1    0.5  True   2024-03-01 12:00:00.000005+00:00",
    ]
    html = table._repr_html_()
    assert "na\u00efve &lt;b&gt;" in html and "<b>" not in html
    assert "more" not in html
    many = numbered(25)
    assert repr(many).splitlines()[-2:] == ["19", "... 5 more"]
    assert many._repr_html_().count("<tr>") == 21
    assert many._repr_html_().endswith("<p>... 5 more</p>")
    odd = table_of({"<i>": ("text", ["a\nb\x1b", "x" * 100])})
    assert repr(odd).splitlines() == ["<i>", "a\ufffdb\ufffd", "x" * 59 + "\u2026"]
    assert "<i>" not in odd._repr_html_()
    assert repr(table_of({})) == ""
    assert repr(table_of({"n": ("integer", [])})) == "n"


@pytest.mark.parametrize("package", ["pandas", "polars", "pyarrow"])
def test_a_missing_package_is_named(
    table: Table, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    method = {"pyarrow": "to_arrow"}.get(package, f"to_{package}")
    with pytest.raises(ImportError, match=f"{method} needs {package}: pip install {package}"):
        getattr(table, method)()


def test_pyarrow_takes_it_and_casts_on_request(table: Table) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    arrow = table.to_arrow()
    assert arrow.to_pydict() == table.to_dict()
    assert arrow.schema.field("score").type == pyarrow.float32()
    assert arrow.schema.field("at").type == pyarrow.timestamp("us", "UTC")
    assert pyarrow.table(numbered(0)).num_rows == 0
    wanted = pyarrow.schema([("n", pyarrow.int32())])
    assert pyarrow.table(numbered(3), schema=wanted).schema == wanted
    reader = pyarrow.RecordBatchReader.from_stream(table)
    assert reader.read_all().equals(arrow)


def test_pandas_takes_it_with_its_types() -> None:
    pandas = pytest.importorskip("pandas")
    # A year that older versions of pandas hold, too.
    instants = ("instant", [NOON, None, EPOCH])
    table = table_of({**COLUMNS, "at": instants, "gaps": ("integer", [1, None, 2**60 + 1])})
    frame = table.to_pandas()
    types = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert types["both"] == "int64" and types["gaps"] == "Int64" and types["kept"] == "bool"
    assert types["lift"] == "float64" and types["score"] == "float32"
    assert types["at"] == "datetime64[us, UTC]"
    assert frame["gaps"][2] == 2**60 + 1
    assert frame["item"][0] == "tea" and pandas.isna(frame["item"][2])
    assert frame["at"][0] == pandas.Timestamp(NOON) and math.isnan(frame["lift"][2])
    assert list(numbered(0).to_pandas().dtypes) == ["int64"]


def test_polars_takes_it_with_its_types(table: Table) -> None:
    polars = pytest.importorskip("polars")
    frame = table.to_polars()
    assert frame.to_dict(as_series=False) == table.to_dict()
    assert frame.schema["at"] == polars.Datetime("us", "UTC")
    assert frame.schema["score"] == polars.Float32
    assert polars.DataFrame(numbered(0)).height == 0


def test_duckdb_takes_it_by_name() -> None:
    duckdb = pytest.importorskip("duckdb")
    goods = table_of({"item": ("text", ["tea", "cup"]), "n": ("integer", [1, 2])})
    told = duckdb.sql("select item, n * 2 from goods order by item").fetchall()
    assert goods is not None and told == [("cup", 4), ("tea", 2)]
