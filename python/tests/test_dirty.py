"""Whatever the tables hold, a reader says where the trouble is or reads it as documented."""

from __future__ import annotations

import csv
import datetime as dt
import re
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cobuy

Tables = dict[str, dict[str, list[Any]]]

#: What lies within a day of the calendar's ends is met by a test of its own.
FIRST, LAST = -62_135_596_800 + 86_400, 253_402_300_799 - 86_400

#: No small table may take longer, whatever is in it.
SECONDS = 5.0
#: How many tables each test draws for each seed.
CASES = 50

NOTHING = ["", " ", "\t", "NULL", "null", "NaN", "nan", "N/A", "None", "\\N", "-", "?"]
NUMBERS = [
    *("0", "-0", "+5", "--1", "1e309", "1e-9", "1e99999999999", "9" * 40, "-" + "9" * 19, "0.0001", "0.00001"),
    *("922337203685477.5807", "922337203685477.5808", "-922337203685477.5808", "9223372036854775.807"),
    *("-9223372036854775.808", "9223372036854775.808", "1,5", "1.2.3", "1.000,00", "1_000", "0x10", "½", "٣", "２"),
    *("inf", "-Infinity", "3.0", "17850.0", "12.50", "007", ".5", "5.", ".", "true", "False", "€4", "1e3", "1E+2"),
]
TIMES = [
    *("2024-01-01", "2024-02-30", "2023-02-29", "0000-00-00", "0000-01-01", "0001-01-02", "0001-01-02T00:00:00+01:00"),
    *("9999-12-30 23:59:59.999999", "9999-12-31T23:59:59.9999999", "9999-12-30T23:59:59-01:00", "10000-01-01"),
    *("-0001-01-01", "2024-03-31 02:30", "2024-10-27 02:30", "10/2/2017", "2024-01-01T00:00:00+99:99", "1704067200"),
    *("2024-01-01 24:00", "2024-06-30T23:59:60Z", "2024-01-01 10:00 UTC", "2024-01-01T10:00:00 +0100", "2024-1-1"),
    *("now", "1970-01-01", "1969-12-31 23:59:59.999999", "2024-01-01T", "2024-01-01T10", "20240101"),
]
TEXTS = [
    *("tea", "Tea", "e\u0301te\u0301", "\u00e9t\u00e9", "🍵" * 300, "\u202eaet", "\ufeff", "\u200b", "\U0010ffff"),
    *('"', '""', "'", ",", ";", "|", "a\nb", "a\r\nb", "\r", "a,b", "=1+1", "../../x", "a/b//c", "/", "x" * 5_000),
    *("\x7f", "\x01", "\x1b[31m", "C1", "C536379", "%s%n", "{}", "`", "\\", "\x00", "tea\x00", " tea ", "ß", "ſ", "İ"),
]
STATUSES = ["Delivered", "wc-completed", "CANCELLED", "on_hold", "teleported", "", "  paid  ", "ＰＡＩＤ"]
CURRENCIES = ["EUR", "eur", "", "USD", "€"]
CATEGORIES = ["toys", "toys/wood", "toys/", "/toys", "/", "//", "toys//wood", "toys/wood/" + "x/" * 400]
ANY = [*NOTHING, *NUMBERS, *TIMES, *TEXTS, *STATUSES]


def usual(random: np.random.Generator, column: str) -> str:
    """A value that means one thing."""
    number = int(random.integers(0, 6))
    forms: Mapping[str, str] = {
        "order_id": f"o{number}",
        "customer_id": f"c{number % 3}",
        "item_id": f"item {number}",
        "quantity": str(number + 1),
        "ordered_at": f"2024-01-0{number + 1}",
        "status": "paid",
        "channel": "web",
        "campaign": "spring",
        "return_of": "",
        "currency": "EUR",
        "kind": "view",
        "at": f"2024-01-0{number + 1} 10:00",
        "from": "2024-01-01",
        "to": "2024-02-01",
        "category": "toys/wood",
        "group": f"g{number % 2}",
    }
    money = column in ("price", "cost", "discount", "value", "amount")
    return forms.get(column, f"{number}.25" if money else f"{number}")


KNOWN = {
    "orders": (
        *("order_id", "customer_id", "item_id", "quantity", "price", "ordered_at", "status", "channel"),
        *("campaign", "discount", "cost", "return_of", "currency"),
    ),
    "items": ("item_id", "name", "category", "brand", "price", "cost", "stock", "group"),
    "customers": ("customer_id",),
    "events": ("customer_id", "kind", "at", "item_id", "value", "price", "query"),
    "spend": ("channel", "from", "to", "amount", "campaign", "keyword"),
}
NEEDED = {"orders": 3, "items": 1, "customers": 1, "events": 3, "spend": 4}
LIKELY = {"status": STATUSES, "currency": CURRENCIES, "category": CATEGORIES, "ordered_at": TIMES, "at": TIMES}
LIKELY |= {"from": TIMES, "to": TIMES, "own": [*NUMBERS, *TIMES]}
LIKELY |= dict.fromkeys(("quantity", "price", "cost", "discount", "value", "amount", "stock"), NUMBERS)


def draw(random: np.random.Generator, dirty: Callable[[str], Any]) -> Tables:
    """Small tables, some of whose cells `dirty` makes."""

    def chance(share: float) -> bool:
        return bool(random.random() < share)

    tables: Tables = {}
    for table, known in KNOWN.items():
        if table != "orders" and not chance(0.35):
            continue
        share = float(random.choice([0.0, 0.0, 0.02, 0.1, 0.6])) if table != "orders" else float(
            random.choice([0.0, 0.02, 0.05, 0.2, 1.0])
        )
        rows = int(random.integers(1, 9))
        others = [name for name in known[NEEDED[table] :] if chance(0.4)]
        own = ["own"] if chance(0.4) else []
        columns = {}
        for name in [*known[: NEEDED[table]], *others, *own]:
            columns[name] = [dirty(name) if chance(share) else usual(random, name) for _ in range(rows)]
        if table in ("items", "customers"):
            ids = columns[known[0]]
            # One row an id, but for the dirty ones.
            columns[known[0]] = [f"{one}{at}" if one == usual_id(table, one) else one for at, one in enumerate(ids)]
        elif table == "orders":
            # What an order has once, but for the dirty ones.
            orders = columns["order_id"]
            for name in ("customer_id", "status", "channel", "campaign"):
                if name in columns and chance(0.9):
                    first = dict(zip(reversed(orders), reversed(columns[name]), strict=True))
                    columns[name] = [first[order] for order in orders]
        tables[table] = columns
    return tables


def usual_id(table: str, one: Any) -> Any:
    return one if isinstance(one, str) and re.fullmatch(r"item \d|c\d", one) else None


def dirty_text(random: np.random.Generator) -> Callable[[str], str]:
    def one(column: str) -> str:
        among = LIKELY.get(column, TEXTS) if random.random() < 0.7 else ANY
        return among[int(random.integers(len(among)))]

    return one


def settings_of(random: np.random.Generator) -> dict[str, Any]:
    """Now and then other settings than the usual ones."""

    def maybe(share: float, name: str, *values: Any) -> dict[str, Any]:
        return {name: values[int(random.integers(len(values)))]} if random.random() < share else {}

    return {
        **maybe(0.4, "on_error", "skip"),
        **maybe(0.2, "missing", ["NULL", "nan", "NaN"], [""], ["tea"]),
        **maybe(0.2, "rounding", "nearest"),
        **maybe(0.2, "duplicates", "drop"),
        **maybe(0.2, "unfulfilled", ["teleported", "", "ＰＡＩＤ"]),
        **maybe(0.2, "time_zone", "Europe/Warsaw", "America/St_Johns"),
        **maybe(0.1, "clock_change", "earlier", "later"),
        **maybe(0.1, "c_returns", True, False),
        **maybe(0.1, "decimal_comma", True),
        **maybe(0.1, "ignore", ["item 1", "no such item"]),
        **maybe(0.1, "groups", {"g1": ["item 1", "item 2"]}),
        **maybe(0.1, "currency", "EUR"),
    }


#: Rows that are refused without a column: see the tests at the end.
NO_COLUMN = re.compile("the row holds a NUL byte|make an amount or a cost that is too large")


def check_error(problem: cobuy.DataError, names: Mapping[str, str], tables: Tables, skipping: bool) -> None:
    """The message names the source; of a row's trouble line and column are told."""
    message = str(problem)
    assert problem.file and message.startswith(problem.file), message
    sources = {name: table for table, name in names.items()}
    assert problem.file in sources, (problem.file, message)
    columns = tables[sources[problem.file]]
    rows = len(next(iter(columns.values())))
    assert "\n" not in message and "\x00" not in message and "\x1b" not in message, message
    if message.startswith(f"{problem.file}, line "):
        assert problem.line is not None and message.startswith(f"{problem.file}, line {problem.line}")
        if not NO_COLUMN.search(message):
            assert problem.column in columns and f"column `{problem.column}`" in message, message
    if problem.line is not None:
        texts = (cell for column in columns.values() for cell in column if isinstance(cell, str))
        most = 1 + rows + sum(text.count("\n") for text in texts)
        assert 1 <= problem.line <= most
        assert not skipping or "it returns, but its quantity" in message, message


def check_shop(shop: cobuy.Shop, folder: Path) -> None:
    """A shop that was made answers all it is asked, and is the same once saved and opened."""
    assert str(shop.doctor()) and str(shop.summary)
    for name in KNOWN:
        list(shop.table(name))
    shop.fit(cobuy.AlsoBought(neighbours=2, threads=1))
    for item in shop.items[:2]:
        shop.also_bought(item, n=3)
    table = shop.recommend([*shop.customers[:3], "nobody"], n=3).to_dict()
    path = folder / "shop.cobuy"
    saved = shop.save(path)
    opened = cobuy.open(path)
    assert opened.recommend([*shop.customers[:3], "nobody"], n=3).to_dict() == table
    assert opened.lines()["order_id"] == shop.lines()["order_id"]
    assert opened.save(path) == saved


class Tally:
    """What became of the tables: tests that only meet one of the two would say little."""

    def __init__(self) -> None:
        self.made = self.refused = 0

    def run(
        self, rows: Mapping[str, Any], names: Mapping[str, str], tables: Tables, folder: Path, **settings: Any
    ) -> None:
        start = time.perf_counter()
        try:
            others = {name: told for name, told in rows.items() if name != "orders"}
            shop = cobuy.Shop.from_orders(rows["orders"], **others, **settings)
        except cobuy.DataError as problem:
            self.refused += 1
            check_error(problem, names, tables, settings.get("on_error") == "skip")
        else:
            self.made += 1
            check_shop(shop, folder)
        assert time.perf_counter() - start < SECONDS


def cases(seed: int) -> list[np.random.Generator]:
    return [np.random.default_rng([seed, case]) for case in range(CASES)]


def by_csv(tables: Tables, folder: Path, **manner: Any) -> dict[str, Path]:
    paths = {}
    for name, columns in tables.items():
        paths[name] = folder / f"{name}.csv"
        with paths[name].open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, **manner)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
    return paths


@pytest.mark.parametrize("seed", range(25))
def test_csv(seed: int, tmp_path: Path) -> None:
    tally = Tally()
    for random in cases(seed):
        tables = draw(random, dirty_text(random))
        quoting = csv.QUOTE_ALL if random.random() < 0.3 else csv.QUOTE_MINIMAL
        paths = by_csv(tables, tmp_path, quoting=quoting)
        names = {table: path.name for table, path in paths.items()}
        try:
            tally.run(paths, names, tables, tmp_path, **settings_of(random))
        except BaseException as problem:
            problem.add_note(repr(tables))
            raise
    assert tally.made > CASES / 10 and tally.refused > CASES / 10


@pytest.mark.parametrize("seed", range(10))
def test_csv_whose_bytes_were_changed(seed: int, tmp_path: Path) -> None:
    for random in cases(seed):
        tables = draw(random, lambda column: usual(random, column))
        path = by_csv({"orders": tables["orders"]}, tmp_path)["orders"]
        whole = bytearray(path.read_bytes())
        for _ in range(int(random.integers(1, 4))):
            at, kind = int(random.integers(len(whole))), int(random.integers(3))
            byte = int(random.choice([0, 10, 13, 34, 44, 59, 92, 128, 195, 255, int(random.integers(256))]))
            if kind == 0:
                whole[at] = byte
            elif kind == 1:
                whole.insert(at, byte)
            else:
                del whole[at]
        path.write_bytes(whole)
        start = time.perf_counter()
        try:
            shop = cobuy.Shop.from_orders(path, **settings_of(random))
        except cobuy.DataError as problem:
            assert problem.file == "orders.csv" and str(problem).startswith("orders.csv"), problem
        else:
            check_shop(shop, tmp_path)
        assert time.perf_counter() - start < SECONDS


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("writer", ["pyarrow", "polars"])
def test_parquet_of_texts(seed: int, writer: str, tmp_path: Path) -> None:
    package = pytest.importorskip(writer)
    parquet = pytest.importorskip("pyarrow.parquet") if writer == "pyarrow" else None
    tally = Tally()
    for random in cases(1000 + seed):
        tables = draw(random, dirty_text(random))
        paths = {}
        for name, columns in tables.items():
            paths[name] = tmp_path / f"{name}.parquet"
            gaps = {column: [text or None for text in texts] for column, texts in columns.items()}
            if parquet is not None:
                parquet.write_table(package.table(gaps), paths[name])
            else:
                package.DataFrame(gaps).write_parquet(paths[name])
        names = {table: path.name for table, path in paths.items()}
        try:
            tally.run(paths, names, tables, tmp_path, **settings_of(random))
        except BaseException as problem:
            problem.add_note(repr(tables))
            raise
    assert tally.made > CASES / 10 and tally.refused > CASES / 10


def typed(random: np.random.Generator, rows: int) -> Any:
    """A column of some type of Arrow's, with its extremes."""
    pyarrow = pytest.importorskip("pyarrow")

    def some(*values: Any) -> list[Any]:
        return [None if random.random() < 0.2 else values[int(random.integers(len(values)))] for _ in range(rows)]

    top = 2**63 - 1
    seconds = (0, -1, 1_704_067_200, LAST, FIRST, 253_402_386_400, -62_135_683_201)
    wide = Decimal("9" * 30)
    unit = str(random.choice(["s", "ms", "us", "ns"]))
    per = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[unit]
    instants = [one for one in (second * per for second in seconds) if -top <= one <= top]
    instants += [] if unit == "s" else [top, -top - 1]
    zone = random.choice(np.array([None, "UTC", "Europe/Warsaw", "+01:00"], dtype=object))
    makers: list[Callable[[], Any]] = [
        lambda: pyarrow.array(some("a", "", "\x00", "tea", "5"), pyarrow.string()),
        lambda: pyarrow.array(some("a", "tea", "🍵" * 20), pyarrow.large_string()).dictionary_encode(),
        lambda: pyarrow.array(some(0, 1, -1, 5, top, -top - 1), pyarrow.int64()),
        lambda: pyarrow.array(some(0, 1, 255), pyarrow.uint8()),
        lambda: pyarrow.array(some(0, 2**64 - 1), pyarrow.uint64()),
        lambda: pyarrow.array(some(0.0, -0.0, 1.5, 1e300, 5e-324, float("nan"), float("inf"), 17850.0)),
        lambda: pyarrow.array(some(0.1, 3.0, 3.4e38, float("nan")), pyarrow.float32()),
        lambda: pyarrow.array(some(wide, -wide, wide - 1), pyarrow.decimal128(38, 0)),
        lambda: pyarrow.array(some(Decimal("0.01"), Decimal("-2.55"), Decimal("0.0001")), pyarrow.decimal128(9, 4)),
        lambda: pyarrow.array(some(Decimal("1E-30"), Decimal(0)), pyarrow.decimal256(70, 30)),
        lambda: pyarrow.array(some(True, False)),
        lambda: pyarrow.nulls(rows),
        lambda: pyarrow.array(some(*instants), pyarrow.timestamp(unit, zone)),
        lambda: pyarrow.array(some(0, 19_723, 2_932_895, 2_932_897, -719_161, -719_163), pyarrow.date32()),
        lambda: pyarrow.array(some(2**31 - 1, -(2**31), -1), pyarrow.date32()),
        lambda: pyarrow.array(some(0, 86_400_000, 1, -(2**62)), pyarrow.date64()),
        lambda: pyarrow.array(some(b"a", b"\xff"), pyarrow.binary()),
        lambda: pyarrow.array(some([1], []), pyarrow.list_(pyarrow.int8())),
        lambda: pyarrow.array(some(1, 2), pyarrow.duration("s")),
        lambda: pyarrow.array(some(dt.time(1, 2)), pyarrow.time32("s")),
    ]
    return makers[int(random.integers(len(makers)))]()


def typed_tables(random: np.random.Generator) -> Tables:
    """Tables of texts some of whose columns are of another type."""
    tables = draw(random, dirty_text(random) if random.random() < 0.2 else lambda column: usual(random, column))
    for columns in tables.values():
        for name in columns:
            if random.random() < 0.15:
                columns[name] = typed(random, len(columns[name]))
    return tables


def in_polars(table: Any) -> Any:
    """Without columns of what polars does not know, and of what is told at the end."""
    pyarrow = pytest.importorskip("pyarrow")
    types = pyarrow.types
    columns = [
        column.cast(pyarrow.string()) if types.is_null(column.type) or types.is_decimal256(column.type) else column
        for column in table.columns
    ]
    return pyarrow.table(columns, names=table.column_names)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("door", ["pyarrow", "parquet", "polars", "pandas"])
def test_columns_of_any_type(seed: int, door: str, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    package = pytest.importorskip(door) if door in ("polars", "pandas") else None
    tally = Tally()
    for random in cases(2000 + seed):
        tables = typed_tables(random)
        rows: dict[str, Any] = {}
        for name, columns in tables.items():
            table = pyarrow.table(columns)
            if door == "parquet":
                rows[name] = tmp_path / f"{name}.parquet"
                parquet.write_table(table, rows[name])
            elif door == "polars":
                assert package is not None
                rows[name] = package.from_arrow(in_polars(table))
            elif door == "pandas":
                assert package is not None
                rows[name] = table.to_pandas(types_mapper=package.ArrowDtype)
            else:
                rows[name] = table
        names = {table: f"{table}.parquet" if door == "parquet" else f"the {table}" for table in tables}
        try:
            tally.run(rows, names, tables, tmp_path, **settings_of(random))
        except BaseException as problem:
            problem.add_note(repr(tables))
            raise
    assert tally.made and tally.refused


def cell(**more: Any) -> dict[str, list[Any]]:
    values = {"order_id": "1", "customer_id": "ann", "item_id": "tea", **more}
    return {name: [value] for name, value in values.items()}


@pytest.mark.parametrize("door", ["pyarrow", "pandas", "polars"])
def test_ids_of_digits_and_of_letters_in_one_column_are_texts(door: str) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    package = pytest.importorskip(door)
    columns = {"order_id": ["1", "2"], "customer_id": ["17850", "ann"], "item_id": ["tea", "cup"]}
    frame = package.table(columns) if package is pyarrow else package.DataFrame(columns)
    assert cobuy.Shop.from_orders(frame).customers == ["17850", "ann"]


def test_a_frame_that_its_package_cannot_hand_over_says_which_and_why() -> None:
    pandas = pytest.importorskip("pandas", minversion="2.2")
    frame = pandas.DataFrame({**cell(), "customer_id": [1]})
    frame = pandas.concat([frame, pandas.DataFrame({**cell(), "customer_id": ["ann"]})])
    with pytest.raises((ValueError, TypeError), match="customer_id"):
        cobuy.Shop.from_orders(frame)


def test_a_column_alone_is_refused_with_the_way_out() -> None:
    polars = pytest.importorskip("polars")
    with pytest.raises(TypeError, match="a column alone"):
        cobuy.Shop.from_orders(polars.Series("item_id", ["tea"]))


@pytest.mark.xfail(strict=True, reason="polars hands a column of nothing over with a buffer, which is refused")
def test_a_column_of_nothing_in_polars_tells_nothing() -> None:
    polars = pytest.importorskip("polars")
    shop = cobuy.Shop.from_orders(polars.DataFrame(cell(price=None)))
    assert shop.table("orders")["price"] == [None]


def test_a_nul_in_a_csv_file_is_told_with_its_column(tmp_path: Path) -> None:
    path = by_csv({"orders": cell(status="pa\x00id")}, tmp_path)["orders"]
    with pytest.raises(cobuy.DataError, match="NUL") as raised:
        cobuy.Shop.from_orders(path)
    assert (raised.value.line, raised.value.column) == (2, "status")


@pytest.mark.parametrize("column", ["cost", "discount"])
def test_money_that_adds_up_to_too_much_is_told_with_its_column(tmp_path: Path, column: str) -> None:
    most = "922337203685477.5807"
    told = cell(quantity="3", cost=most) if column == "cost" else cell(price="-1", discount=most)
    path = by_csv({"orders": told}, tmp_path)["orders"]
    with pytest.raises(cobuy.DataError, match="too large") as raised:
        cobuy.Shop.from_orders(path)
    assert (raised.value.line, raised.value.column) == (2, column)


@pytest.mark.parametrize("at", ["0001-01-01", "9999-12-31 23:59:59.999999"])
def test_the_calendars_ends_come_out_as_they_went_in(tmp_path: Path, at: str) -> None:
    path = by_csv({"orders": cell(ordered_at=at)}, tmp_path)["orders"]
    expected = dt.datetime.fromisoformat(at).replace(tzinfo=dt.timezone.utc)
    assert cobuy.Shop.from_orders(path).table("orders")["ordered_at"] == [expected]


@pytest.mark.parametrize(
    ("at", "zone"),
    [
        ("0001-01-01T00:00:00+01:00", "UTC"),
        ("9999-12-31T23:59:59-01:00", "UTC"),
        ("0001-01-01", "Europe/Warsaw"),
    ],
)
def test_an_instant_beyond_the_calendar_is_refused_or_comes_out(tmp_path: Path, at: str, zone: str) -> None:
    path = by_csv({"orders": cell(ordered_at=at)}, tmp_path)["orders"]
    try:
        shop = cobuy.Shop.from_orders(path, time_zone=zone)
    except cobuy.DataError as problem:
        assert (problem.line, problem.column) == (2, "ordered_at")
    else:
        assert len(list(shop.table("orders"))) == 1
