"""Frames in, as the core gets them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cobuy import Table, _core


class Stream:
    """What the core got, for a package that reads Arrow."""

    def __init__(self, frame: object) -> None:
        self._capsule = _core._frame(frame)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._capsule


def read(frame: object) -> Any:
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table(Stream(frame))
    table.validate(full=True)
    return table


@pytest.mark.parametrize("given", [None, 1, "orders.csv", {"item_id": ["tea"]}, [("tea", 1)], Table])
def test_what_is_no_frame_is_refused_with_the_way_out(given: object) -> None:
    with pytest.raises(TypeError, match=r"a frame must be a pandas .* but this is .*pandas.DataFrame"):
        _core._frame(given)


def test_a_broken_frame_says_what_is_wrong() -> None:
    class Broken:
        def __init__(self, answer: object) -> None:
            self.answer = answer

        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

    with pytest.raises(ImportError, match="install pyarrow"):
        _core._frame(Broken(ImportError("install pyarrow")))
    with pytest.raises(TypeError):
        _core._frame(Broken(7))


def test_a_table_of_ours_is_a_frame_without_any_package() -> None:
    table = Table(_core.ArrowTable.from_columns([("n", "integer", [1, 2, None])]))
    assert _core._frame(table) is not None


def test_every_type_of_pyarrow_comes_through() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    day = dt.date(2024, 2, 29)
    columns = {
        "text": pyarrow.array(["a", None, "longer than twelve bytes"]),
        "large": pyarrow.array(["a", None, "b"], pyarrow.large_string()),
        "view": pyarrow.array(["a", None, "longer than twelve bytes"], pyarrow.string_view()),
        "code": pyarrow.array(["a", None, "a"]).dictionary_encode(),
        "codes": pyarrow.array([7, None, 7]).dictionary_encode(),
        "small": pyarrow.array([1, None, 3], pyarrow.int8()),
        "half": pyarrow.array([1.5, None, 3], pyarrow.float16()),
        "money": pyarrow.array([1, None, 3], pyarrow.decimal128(10, 2)),
        "flag": pyarrow.array([True, None, False]),
        "day": pyarrow.array([day, None, day]),
        "at": pyarrow.array([0, None, 1], pyarrow.timestamp("ns", "Europe/Berlin")),
        "none": pyarrow.nulls(3),
        "list": pyarrow.array([[1], None, []]),
    }
    table = pyarrow.table(columns)
    assert read(table).equals(table)
    assert read(table.slice(1)).equals(table.slice(1))
    assert read(table.to_reader()).equals(table)
    assert read(table.to_batches()[0]).equals(table)
    assert read(table.slice(0, 0)).schema == table.schema
    for column in (table["text"], columns["text"]):
        with pytest.raises(TypeError):
            _core._frame(column)


def test_what_pyarrow_shares_with_numpy_is_copied() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    numpy = pytest.importorskip("numpy")
    numbers = numpy.arange(3.0)
    stream = Stream(pyarrow.table({"n": pyarrow.array(numbers)}))
    numbers[:] = -1
    assert pyarrow.table(stream)["n"].to_pylist() == [0, 1, 2]


def test_text_that_is_none_is_refused() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    offsets, text = pyarrow.py_buffer(b"\0\0\0\0\2\0\0\0"), pyarrow.py_buffer(b"\xff\xfe")
    broken = pyarrow.StringArray.from_buffers(1, offsets, text)
    with pytest.raises(ValueError, match="the frame cannot be read: .*UTF-8|utf-8"):
        _core._frame(pyarrow.table({"a": broken}))
    offsets = pyarrow.py_buffer(b"\0\0\0\0\7\0\0\0\2\0\0\0")
    far = pyarrow.StringArray.from_buffers(2, offsets, text)
    with pytest.raises(ValueError, match="the frame cannot be read"):
        _core._frame(pyarrow.table({"a": far}))


def test_pandas() -> None:
    pandas = pytest.importorskip("pandas", minversion="2.2")
    frame = pandas.DataFrame({"item": ["tea", None], "n": [1.0, None], "at": pandas.to_datetime(["2024-01-01"] * 2)})
    table = read(frame)
    assert table["item"].to_pylist() == ["tea", None] and table["n"].to_pylist() == [1.0, None]
    assert read(frame.astype({"item": "category"}))["item"].to_pylist() == ["tea", None]
    assert read(frame[:0]).num_rows == 0


def test_polars() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"item": ["tea", None], "n": [1.5, None], "c": ["longer than twelve bytes"] * 2})
    frame = frame.with_columns(polars.col("c").cast(polars.Categorical))
    table = read(polars.concat([frame, frame], rechunk=False))
    assert table["item"].to_pylist() == ["tea", None] * 2
    assert table["c"].to_pylist() == ["longer than twelve bytes"] * 4
    with pytest.raises(TypeError, match="a column alone"):
        _core._frame(frame["n"])
    with pytest.raises(TypeError, match="LazyFrame"):
        _core._frame(frame.lazy())


def test_duckdb() -> None:
    duckdb = pytest.importorskip("duckdb")
    relation = duckdb.sql("select range as n, 'tea' as item from range(5000)")
    table = read(relation)
    assert table["n"].to_pylist() == list(range(5000)) and set(table["item"].to_pylist()) == {"tea"}
