"""The same tables by any door give the same shop: the same saved file, to the byte."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cobuy

TABLES = ("orders", "items", "customers", "events", "spend")
Columns = dict[str, list[Any]]


def shop_tables(rows: int = 60) -> dict[str, Columns]:
    """All five tables with values of every type: whole numbers, floats with gaps, decimals, times."""
    random = np.random.default_rng(11)
    start = dt.datetime(2024, 2, 28, 22, 15, 30)

    def gaps(values: list[Any], share: float = 0.2) -> list[Any]:
        # A first value that is there: of a column of nothing no package knows the type.
        return [value if at == 0 or random.random() > share else None for at, value in enumerate(values)]

    def numbers(most: int, count: int) -> list[int]:
        return [int(number) for number in random.integers(0, most, count)]

    of_order = numbers(25, rows)
    customer = gaps([float(17_850 + number % 12) for number in range(25)])
    happened = [start + dt.timedelta(days=n, microseconds=n * 1_250_000) for n in range(25)]
    back = [order % 7 == 0 and order > 0 for order in of_order]
    items = [f"item {number}" for number in numbers(9, rows)]
    return {
        "orders": {
            "order_id": [536_365 + order for order in of_order],
            "customer_id": [customer[order] for order in of_order],
            "item_id": [item if n % 9 else "naïve 🍵, \"big\"" for n, item in enumerate(items)],
            "quantity": [(number + 1) * (-1 if gone else 1) for number, gone in zip(numbers(5, rows), back, strict=True)],
            "price": gaps([Decimal(number) / 100 for number in numbers(5_000, rows)]),
            "ordered_at": [happened[order] for order in of_order],
            "status": [["shipped", "paid", "cancelled"][order % 3] for order in of_order],
            "discount": gaps([number / 8 for number in numbers(9, rows)]),
            "return_of": [float(536_364 + order) if gone else None for order, gone in zip(of_order, back, strict=True)],
            "gift": gaps([number == 1 for number in numbers(2, rows)]),
            "packed": gaps([start + dt.timedelta(hours=number) for number in numbers(99, rows)]),
            "weight": gaps([number / 4 + 0.1 for number in numbers(99, rows)]),
            "shelf": numbers(99, rows),
            "fee": gaps([Decimal(number) / 100 for number in numbers(999, rows)]),
            "colour": gaps([["red", "", "blue\n"][number] for number in numbers(3, rows)]),
        },
        "items": {
            "item_id": [f"item {number}" for number in range(9)] + ["never sold"],
            "name": gaps([f"The {number}." for number in range(10)]),
            "category": gaps([["toys", "toys/wood", "tea"][number % 3] for number in range(10)]),
            "cost": gaps([Decimal(number) / 4 for number in range(10)]),
            "stock": gaps([float(number) for number in range(10)]),
            "group": gaps([f"g{number // 2}" for number in range(10)], 0.6),
            "launched": [dt.date(2023, 12, 25) + dt.timedelta(days=number * 40) for number in range(10)],
        },
        "customers": {
            "customer_id": [float(17_850 + number) for number in range(14)],
            "newsletter": [number % 3 == 0 for number in range(14)],
            "born": gaps([dt.date(1960 + number, 2, 28) for number in range(14)]),
        },
        "events": {
            "customer_id": gaps([float(17_850 + number) for number in numbers(13, 40)]),
            "kind": [["view", "search", "unboxing"][number] for number in numbers(3, 40)],
            "at": [start.replace(tzinfo=dt.timezone.utc) + dt.timedelta(minutes=n) for n in numbers(9_999, 40)],
            "item_id": gaps([f"item {number}" for number in numbers(9, 40)]),
            "value": gaps([Decimal(number) / 100 for number in numbers(999, 40)]),
            "query": gaps(["blue cup"] * 40),
        },
        "spend": {
            "channel": ["search", "mail", "search"],
            "from": [dt.date(2024, 2, 1), dt.date(2024, 3, 1), dt.date(2024, 3, 1)],
            "to": [dt.date(2024, 3, 1), dt.date(2024, 4, 1), dt.date(2024, 4, 1)],
            "amount": [Decimal("100.00"), Decimal("0.01"), Decimal("99.95")],
            "keyword": ["tea", None, "cup"],
        },
    }


def text(value: Any) -> str:
    """A value as a CSV file has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.timezone.utc).replace(tzinfo=None).isoformat(" ") + "Z"
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def csv_text(columns: Columns, **manner: Any) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file, **manner)
    writer.writerow(columns)
    writer.writerows([[text(value) for value in row] for row in zip(*columns.values(), strict=True)])
    return file.getvalue()


def by_csv(folder: Path, name: str, columns: Columns) -> Path:
    path = folder / f"{name}.csv"
    path.write_bytes(csv_text(columns).encode())
    return path


def arrow(columns: Columns, texts: bool = False) -> Any:
    pyarrow = pytest.importorskip("pyarrow")
    if texts:
        columns = {name: [None if one is None else text(one) for one in column] for name, column in columns.items()}
    decimals = {name for name, column in columns.items() if isinstance(column[0], Decimal)}
    return pyarrow.table(
        {
            name: pyarrow.array(column, pyarrow.decimal128(12, 2) if name in decimals else None)
            for name, column in columns.items()
        }
    )


def retyped(table: Any, change: Callable[[Any], Any]) -> Any:
    """Each column as another type of the same values."""
    pyarrow = pytest.importorskip("pyarrow")
    columns = [column.cast(change(column.type)) for column in table.columns]
    return pyarrow.table(columns, names=table.column_names)


def of_other_types(kind: Any) -> Any:
    """Types that say the same as pyarrow's first choice."""
    pyarrow = pytest.importorskip("pyarrow")
    if pyarrow.types.is_string(kind):
        return pyarrow.dictionary(pyarrow.int16(), pyarrow.large_string())
    if pyarrow.types.is_int64(kind):
        return pyarrow.int32()
    if pyarrow.types.is_timestamp(kind):
        # The zone that an instant is shown in says nothing of when it was.
        return pyarrow.timestamp("ns", kind.tz and "Europe/Warsaw")
    return pyarrow.decimal64(14, 2) if pyarrow.types.is_decimal(kind) else kind


def writes_by_pyarrow(folder: Path, name: str, columns: Columns, **manner: Any) -> Path:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = folder / f"{name}.parquet"
    parquet.write_table(arrow(columns), path, **manner)
    return path


def writes_by_polars(folder: Path, name: str, columns: Columns, **manner: Any) -> Path:
    polars = pytest.importorskip("polars")
    path = folder / f"{name}.parquet"
    polars.from_arrow(arrow(columns)).write_parquet(path, **manner)
    return path


def by_gzip(folder: Path, name: str, columns: Columns) -> Path:
    path = folder / f"{name}.csv.gz"
    path.write_bytes(gzip.compress(csv_text(columns).encode()))
    return path


def by_another_csv(folder: Path, name: str, columns: Columns) -> Path:
    path = folder / f"{name}.txt"
    quoted = csv_text(columns, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + quoted.encode())
    return path


def in_pandas(columns: Columns) -> Any:
    pytest.importorskip("pandas", minversion="2.2")
    return arrow(columns).to_pandas()


def in_pandas_of_arrow(columns: Columns) -> Any:
    pandas = pytest.importorskip("pandas", minversion="2.2")
    return arrow(columns).to_pandas(types_mapper=pandas.ArrowDtype)


def in_pandas_categories(columns: Columns) -> Any:
    pandas = pytest.importorskip("pandas", minversion="2.2")
    frame = arrow(columns).to_pandas()
    texts = [name for name in frame if pandas.api.types.is_string_dtype(frame[name].dtype) and name != "fee"]
    return frame.astype(dict.fromkeys(texts, "category"))


def in_polars(columns: Columns) -> Any:
    return pytest.importorskip("polars").from_arrow(arrow(columns))


def in_polars_categories(columns: Columns) -> Any:
    polars = pytest.importorskip("polars")
    frame = polars.from_arrow(arrow(columns))
    return frame.with_columns(polars.col(polars.String).cast(polars.Categorical))


def in_duckdb(columns: Columns) -> Any:
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    connection.register("rows", arrow(columns))
    return connection.sql("from rows")


def parquet(writer: Callable[..., Path], **manner: Any) -> Callable[[Path, str, Columns], Path]:
    return lambda folder, name, columns: writer(folder, name, columns, **manner)


def frame(maker: Callable[[Columns], Any]) -> Callable[[Path, str, Columns], Any]:
    return lambda folder, name, columns: maker(columns)


DOORS: dict[str, Callable[[Path, str, Columns], Any]] = {
    "gzip": by_gzip,
    "another csv": by_another_csv,
    **{
        f"parquet by pyarrow, {codec}": parquet(writes_by_pyarrow, compression=codec)
        for codec in ("none", "snappy", "gzip", "brotli", "zstd", "lz4")
    },
    "parquet by pyarrow, plain pages": parquet(writes_by_pyarrow, use_dictionary=False, data_page_version="2.0"),
    "parquet by pyarrow, small groups": parquet(writes_by_pyarrow, row_group_size=7, data_page_size=64),
    "parquet by pyarrow, an old version": parquet(writes_by_pyarrow, version="1.0", store_schema=False),
    **{
        f"parquet by polars, {codec}": parquet(writes_by_polars, compression=codec)
        for codec in ("uncompressed", "snappy", "gzip", "brotli", "zstd", "lz4")
    },
    "parquet by polars, small groups": parquet(writes_by_polars, row_group_size=7),
    "pyarrow": frame(arrow),
    "pyarrow, other types": frame(lambda columns: retyped(arrow(columns), of_other_types)),
    "pyarrow, a reader of small batches": frame(lambda columns: arrow(columns).to_reader(max_chunksize=7)),
    "pandas": frame(in_pandas),
    "pandas of Arrow's types": frame(in_pandas_of_arrow),
    "pandas, categories": frame(in_pandas_categories),
    "polars": frame(in_polars),
    "polars, categories": frame(in_polars_categories),
    "duckdb": frame(in_duckdb),
}


def file_id(folder: Path, door: Callable[[Path, str, Columns], Any], told: dict[str, Columns]) -> str:
    rows = {name: door(folder, name, columns) for name, columns in told.items()}
    shop = cobuy.Shop.from_orders(rows.pop("orders"), **rows).fit(cobuy.AlsoBought(neighbours=3))
    return shop.save(folder / "shop.cobuy")


@pytest.mark.parametrize("door", DOORS)
def test_every_door_gives_the_same_file(door: str, tmp_path: Path) -> None:
    told = shop_tables()
    assert file_id(tmp_path, DOORS[door], told) == file_id(tmp_path, by_csv, told)


@pytest.mark.parametrize("door", ["pyarrow", "pandas", "polars", "duckdb"])
def test_a_frame_of_texts_alone_gives_the_same_file(door: str, tmp_path: Path) -> None:
    told = shop_tables()
    texts = {
        name: {column: [None if one is None else text(one) for one in values] for column, values in columns.items()}
        for name, columns in told.items()
    }
    assert file_id(tmp_path, DOORS[door], texts) == file_id(tmp_path, by_csv, told)


def test_the_order_of_rows_and_columns_and_the_door_of_each_table_matter_not(tmp_path: Path) -> None:
    told = shop_tables()
    expected = file_id(tmp_path, by_csv, told)
    random = np.random.default_rng(3)
    mixed = {}
    for name, columns in told.items():
        rows = random.permutation(len(next(iter(columns.values()))))
        names = random.permutation(list(columns))
        mixed[name] = {str(column): [columns[str(column)][row] for row in rows] for column in names}
    doors: Iterator[Callable[[Path, str, Columns], Any]] = iter(
        [DOORS["polars"], DOORS["gzip"], by_csv, DOORS["parquet by pyarrow, zstd"], DOORS["pandas"]]
    )
    rows_of = {name: next(doors)(tmp_path, name, columns) for name, columns in mixed.items()}
    shop = cobuy.Shop.from_orders(rows_of.pop("orders"), **rows_of).fit(cobuy.AlsoBought(neighbours=3))
    assert shop.save(tmp_path / "mixed.cobuy") == expected


def test_orders_in_several_parts_by_several_doors_are_one_table(tmp_path: Path) -> None:
    told = shop_tables()
    orders, rest = told.pop("orders"), told
    parts = [{name: values[start : start + 20] for name, values in orders.items()} for start in (0, 20, 40)]
    for part in parts:
        # Frames that tell nothing of a column's type are texts all the same.
        part["colour"] = [value or "" for value in part["colour"]]
    whole = {name: sum((part[name] for part in parts), []) for name in orders}
    doors = [DOORS["parquet by polars, zstd"], by_csv, DOORS["pyarrow"]]
    paths = [door(tmp_path, f"part {n}", part) for n, (door, part) in enumerate(zip(doors, parts, strict=True))]
    others = {name: by_csv(tmp_path, name, columns) for name, columns in rest.items()}
    shop = cobuy.Shop.from_orders(paths, **others).fit(cobuy.AlsoBought(neighbours=3))
    assert shop.save(tmp_path / "parts.cobuy") == file_id(tmp_path, by_csv, {"orders": whole, **rest})


@pytest.mark.parametrize("door", ["csv", "parquet by pyarrow, snappy", "pandas", "polars"])
def test_a_zone_and_settings_mean_the_same_by_every_door(door: str, tmp_path: Path) -> None:
    orders = shop_tables()["orders"]
    settings: dict[str, Any] = {
        "time_zone": "Europe/Warsaw",
        "fulfilled": ["shipped", "cancelled"],
        "ignore": ["item 3"],
        "types": {"shelf": "text"},
        "missing": ["blue\n"],
    }
    rows = by_csv(tmp_path, "orders", orders)
    expected = cobuy.Shop.from_orders(rows, **settings).fit().save(tmp_path / "a.cobuy")
    told = rows if door == "csv" else DOORS[door](tmp_path, "orders", orders)
    assert cobuy.Shop.from_orders(told, **settings).fit().save(tmp_path / "b.cobuy") == expected
    assert cobuy.Shop.from_orders(told).fit().save(tmp_path / "c.cobuy") != expected


def test_one_value_makes_another_file(tmp_path: Path) -> None:
    told = shop_tables()
    first = file_id(tmp_path, DOORS["pyarrow"], told)
    for name, column in [("orders", "weight"), ("items", "stock"), ("customers", "born"), ("events", "at")]:
        values = told[name][column]
        values[0], before = values[1] if values[1] not in (None, values[0]) else values[4], values[0]
        assert file_id(tmp_path, DOORS["pyarrow"], told) != first, column
        values[0] = before


@pytest.mark.parametrize("package", ["pyarrow", "pandas", "polars", "duckdb", "none"])
def test_tables_that_came_out_go_in_again(package: str, tmp_path: Path) -> None:
    told = shop_tables()
    rows = {name: by_csv(tmp_path, name, columns) for name, columns in told.items()}
    shop = cobuy.Shop.from_orders(rows.pop("orders"), **rows).fit(cobuy.AlsoBought(neighbours=3))

    def out(name: str) -> Any:
        table = shop.table(name)
        if package == "none":
            return table
        pytest.importorskip(package)
        if package == "duckdb":
            duckdb = pytest.importorskip("duckdb")
            connection = duckdb.connect()
            connection.register("rows", pytest.importorskip("pyarrow").table(table))
            return connection.sql("from rows")
        return {"pyarrow": table.to_arrow, "pandas": table.to_pandas, "polars": table.to_polars}[package]()

    others = {name: out(name) for name in TABLES[1:]}
    again = cobuy.Shop.from_orders(out("orders"), **others).fit(cobuy.AlsoBought(neighbours=3))
    assert again.items == shop.items and again.customers == shop.customers and again.orders == shop.orders
    for name in TABLES[1:]:
        assert again.table(name).to_dict() == shop.table(name).to_dict(), name
    before, after = shop.table("orders").to_dict(), again.table("orders").to_dict()
    for column, values in before.items():
        assert after[column] == values, column
    assert [again.also_bought(item) for item in shop.items] == [shop.also_bought(item) for item in shop.items]
    assert again.recommend(shop.customers).to_dict() == shop.recommend(shop.customers).to_dict()


def test_a_table_without_statuses_goes_in_again_as_such(write: Callable[..., Path]) -> None:
    path = write("order_id,customer_id,item_id,quantity", "1,ann,tea,2", "1,ann,cup,1", "2,bo,tea,1", "3,ann,cup,-1")
    shop = cobuy.Shop.from_orders(path).fit()
    again = cobuy.Shop.from_orders(shop.table("orders"), columns={"status": None}).fit()
    assert again.table("orders").to_dict() == shop.table("orders").to_dict()
    assert again.also_bought("tea") == shop.also_bought("tea")


def test_whole_numbers_with_gaps_are_the_same_ids_as_integers(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas", minversion="2.2")
    told = {"order_id": [1, 2, 3, 4], "customer_id": [17850, None, 12, 17850], "item_id": [7, 7, 8, 8]}
    integers = by_csv(tmp_path, "integers", told)
    frame = pandas.DataFrame(told)
    assert frame["customer_id"].dtype == float
    expected, shop = cobuy.Shop.from_orders(integers).fit(), cobuy.Shop.from_orders(frame).fit()
    assert shop.customers == expected.customers == ["12", "17850"]
    assert shop.table("orders").to_dict() == expected.table("orders").to_dict()
    assert shop.recommend([12, 17850]).to_dict() == expected.recommend([12, 17850]).to_dict()
