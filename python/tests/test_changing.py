"""A history that changes is, to the byte, as if it had been read that way at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cobuy

HEADER = ("order_id", "customer_id", "item_id", "quantity", "price", "ordered_at", "status", "return_of", "shelf")
ITEMS = ("item_id", "name", "category", "group")
PEOPLE = ("customer_id", "town")
EVENTS = ("customer_id", "kind", "at", "item_id")
SPEND = ("channel", "from", "to", "amount")
Rows = list[tuple[str, ...]]
START = dt.datetime(2024, 1, 1)


def draw(seed: int) -> dict[str, Rows]:
    """A made-up shop: orders, and what the other tables tell."""
    random = np.random.default_rng(seed)

    def number(most: int) -> int:
        return int(random.integers(most))

    orders: Rows = []
    for order in range(40):
        customer = f"customer-{number(8)}" if order % 9 else ""
        day = str((START + dt.timedelta(days=order)).date())
        back = order > 5 and order % 6 == 0
        for _ in range(1 + number(3)):
            of = f"o{number(order):02}" if back and number(2) else ""
            quantity = str(-1 - number(2) if back else 1 + number(4))
            item = f"item-{number(9)}"
            orders.append((f"o{order:02}", customer, item, quantity, "2.50", day, "paid", of, f"s{number(3)}"))
    orders.append(("o99", "customer-secret", "item-secret", "1", "9.99", "2024-01-20", "paid", "", "hidden-shelf"))
    orders.append(("o98", "customer-secret", "item-1", "1", "9.99", "2024-01-21", "paid", "", "s1"))
    items = [(f"item-{n}", f"The {n}.", ["toys", "toys/wood", "tea"][n % 3], f"g{n // 2}") for n in range(9)]
    people = [*((f"customer-{n}", f"town {n}") for n in range(6)), ("customer-secret", "hidden-town")]
    events = [
        (f"customer-{number(8)}" if n % 5 else "", "view", f"2024-01-{1 + n:02} 10:00", f"item-{number(9)}")
        for n in range(20)
    ]
    events.append(("customer-secret", "search", "2024-01-15 10:00", ""))
    spend = [("mail", "2024-01-01", "2024-01-31", "10"), ("search", "2024-01-05", "2024-02-28", "20")]
    return {"orders": orders, "items": items, "customers": people, "events": events, "spend": spend}


@pytest.fixture
def table(tmp_path: Path) -> Callable[[Sequence[str], Iterable[Sequence[str]]], Path]:
    count = iter(range(1000))

    def write(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
        path = tmp_path / f"table {next(count)}.csv"
        path.write_text("\n".join(map(",".join, [header, *rows])) + "\n")
        return path

    return write


Write = Callable[[Sequence[str], Iterable[Sequence[str]]], Path]
MODELS: list[dict[str, Any]] = [{}, {"basis": "order", "by_group": True}]


def paths(table: Write, told: dict[str, Rows]) -> dict[str, Path]:
    headers = {"orders": HEADER, "items": ITEMS, "customers": PEOPLE, "events": EVENTS, "spend": SPEND}
    return {name: table(headers[name], rows) for name, rows in told.items()}


def read(table: Write, told: dict[str, Rows], model: dict[str, Any]) -> cobuy.Shop:
    files: dict[str, Any] = paths(table, told)
    shop = cobuy.Shop.from_orders(files.pop("orders"), **files)
    return shop.fit(cobuy.AlsoBought(measure="cosine", neighbours=4), **model)


def file_id(shop: cobuy.Shop, tmp_path: Path) -> str:
    """The saved file's id, which tells equal shops from others; the file is whole and opens."""
    path = tmp_path / "saved.cobuy"
    told = shop.save(path)
    assert cobuy.open(path).save(path) == told == cobuy.inspect(path)["id"]
    return told


def answers(shop: cobuy.Shop) -> Any:
    people = shop.recommend([*shop.customers, "nobody"], n=4, explain=True)
    return [shop.also_bought(item, n=6) for item in shop.items], people.to_dict(), people.short_reasons


@pytest.mark.parametrize("model", MODELS, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_orders_that_are_appended_are_as_if_read_at_once(
    seed: int, model: dict[str, Any], table: Write, tmp_path: Path
) -> None:
    told = draw(seed)
    whole = read(table, told, model)
    parts: list[Rows] = [[], [], []]
    for row in told["orders"]:
        parts[int(row[0][1:]) % 3].append(row)
    shop = read(table, {**told, "orders": parts[0], "events": told["events"][:7]}, model)
    assert file_id(shop, tmp_path) != file_id(whole, tmp_path)
    assert shop.append(table(HEADER, parts[1]), events=table(EVENTS, told["events"][7:])) is shop
    # An order may stand in several tables that come at once.
    shop.append([table(HEADER, parts[2][:9]), table(HEADER, parts[2][9:])])
    assert file_id(shop, tmp_path) == file_id(whole, tmp_path)
    assert answers(shop) == answers(whole) and shop.lines()["order_id"] == whole.lines()["order_id"]


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_orders_that_are_put_in_place_of_others_are_as_if_they_alone_were_told(
    model: dict[str, Any], table: Write, tmp_path: Path
) -> None:
    told = draw(5)
    new: Rows = [
        ("o03", "customer-7", "item-0", "2", "3.50", "2024-02-01", "paid", "", "s9"),
        ("o03", "customer-7", "item-8", "2", "3.50", "2024-02-01", "paid", "", "s9"),
        ("o04", "customer-1", "item-2", "1", "", "2024-01-05", "cancelled", "", ""),
        ("o77", "customer-1", "item-2", "1", "", "2024-01-05", "paid", "", ""),
    ]
    stay = [row for row in told["orders"] if row[0] not in {row[0] for row in new}]
    shop = read(table, told, model).upsert(table(HEADER, new))
    whole = read(table, {**told, "orders": [*stay, *new]}, model)
    assert file_id(shop, tmp_path) == file_id(whole, tmp_path) and answers(shop) == answers(whole)


def test_rows_of_items_and_customers_replace_those_of_the_same_id(table: Write, tmp_path: Path) -> None:
    told = draw(6)
    shop = read(table, told, {})
    items: Rows = [("item-3", "New", "tea/green", ""), ("item-new", "Newer", "tea", "g0")]
    people: Rows = [("customer-0", "elsewhere"), ("customer-new", "town")]
    shop.append(items=table(ITEMS, items), customers=table(PEOPLE, people))
    changed = {
        **told,
        "items": [*(row for row in told["items"] if row[0] != "item-3"), *items],
        "customers": [*(row for row in told["customers"] if row[0] != "customer-0"), *people],
    }
    assert file_id(shop, tmp_path) == file_id(read(table, changed, {}), tmp_path)
    assert "item-new" in shop.items and "customer-new" in shop.customers


@pytest.mark.parametrize("model", MODELS, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_orders_that_are_taken_back_have_never_been(
    seed: int, model: dict[str, Any], table: Write, tmp_path: Path
) -> None:
    told = draw(seed)
    gone = ["o99", "o06", "o01", "o07"]
    shop = read(table, told, model)
    assert shop.retract("o99") is shop and shop.retract(gone[1:]) is shop
    whole = read(table, {**told, "orders": [row for row in told["orders"] if row[0] not in gone]}, model)
    assert file_id(shop, tmp_path) == file_id(whole, tmp_path) and answers(shop) == answers(whole)
    assert "item-secret" not in shop.items and "o99" not in shop.orders
    shop.append(table(HEADER, [row for row in told["orders"] if row[0] in gone]))
    assert file_id(shop, tmp_path) == file_id(read(table, told, model), tmp_path)


@pytest.mark.parametrize("model", MODELS, ids=str)
@pytest.mark.parametrize("opened", [False, True])
def test_a_customer_who_is_forgotten_has_never_been_there(
    model: dict[str, Any], opened: bool, table: Write, tmp_path: Path
) -> None:
    told = draw(7)
    shop = read(table, told, model)
    path = tmp_path / "shop.cobuy"
    shop.save(path)
    hidden = [b"customer-secret", b"item-secret", b"hidden-town", b"hidden-shelf", b"o99", b"o98"]
    assert all(text in path.read_bytes() for text in hidden)
    if opened:
        shop = cobuy.open(path)
    receipt = shop.forget("customer-secret")
    nameless = sum(row[1] == "" for row in told["orders"])
    assert receipt == {
        "orders": 2,
        "lines": 2,
        "events": 1,
        "customer_row": True,
        "items": 1,
        "nameless_lines": nameless,
        "nameless_events": sum(row[0] == "" for row in told["events"]),
    }
    assert str(receipt).startswith("forgotten 2 orders with 2 lines, 1 event, 1 row of customers, 1 item")
    assert "secret" not in str(receipt)
    shop.save(path)
    assert not any(text in path.read_bytes() for text in hidden)

    def others(name: str, column: int) -> Rows:
        return [row for row in told[name] if row[column] != "customer-secret"]

    left = {**told, "orders": others("orders", 1), "customers": others("customers", 0), "events": others("events", 0)}
    whole = read(table, left, model)
    assert file_id(shop, tmp_path) == file_id(whole, tmp_path) and answers(shop) == answers(whole)
    with pytest.raises(cobuy.UnknownCustomerError, match="there is no customer `customer-secret`"):
        shop.forget("customer-secret")


def test_rows_that_were_left_out_are_forgotten_too(table: Write, tmp_path: Path) -> None:
    bad = ("o50", "customer-secret", "item-1", "many", "1", "2024-01-01", "paid", "", "")
    told = draw(8)["orders"]
    shop = cobuy.Shop.from_orders(table(HEADER, [*told, bad]), on_error="skip").fit()
    assert shop.summary["skipped"] == 1 and "many" in shop.summary["skipped_rows"][0]
    shop.forget("customer-secret")
    assert shop.summary["skipped_rows"] == [] and shop.summary["skipped"] == 1
    shop.save(tmp_path / "shop.cobuy")
    assert b"many" not in (tmp_path / "shop.cobuy").read_bytes()


@pytest.mark.parametrize("model", MODELS, ids=str)
@pytest.mark.parametrize(
    "instant",
    ["2024-01-20", dt.datetime(2024, 1, 20), dt.datetime(2024, 1, 20, 1, tzinfo=dt.timezone(dt.timedelta(hours=1)))],
)
def test_the_shop_as_it_was_leaves_the_shop_as_it_is(
    instant: str | dt.datetime, model: dict[str, Any], table: Write, tmp_path: Path
) -> None:
    told = draw(9)
    shop = read(table, told, model)
    expected, now = answers(shop), file_id(shop, tmp_path)
    before = shop.as_of(instant)
    assert before is not shop and answers(shop) == expected and file_id(shop, tmp_path) == now
    day = "2024-01-20"
    # Of spend, what had ended by then.
    earlier = {**told, "orders": [row for row in told["orders"] if row[5] < day]}
    earlier["events"] = [row for row in told["events"] if row[2] < day]
    spent = [row for row in told["spend"] if row[2] < day]
    assert not spent
    assert before.table("spend").to_dict()["channel"] == [] and len(shop.table("spend")) == 2
    del earlier["spend"]
    whole = read(table, earlier, model)
    assert before.items == whole.items and before.customers == whole.customers
    assert before.lines()["left"].tolist() == whole.lines()["left"].tolist()
    assert answers(before) == answers(whole)
    before.forget("customer-1")
    assert file_id(shop, tmp_path) == now and "customer-1" in shop.customers


def test_as_of_is_to_the_byte_what_had_been_told_by_then(table: Write, tmp_path: Path) -> None:
    told = {name: rows for name, rows in draw(10).items() if name != "spend"}
    shop = read(table, told, {})
    for day in ("2024-01-05", "2024-01-20", "2024-02-05", "2025-01-01"):
        earlier = {**told, "orders": [row for row in told["orders"] if row[5] < day]}
        earlier["events"] = [row for row in told["events"] if row[2] < day]
        then = read(table, earlier, {}).as_of(day)
        assert file_id(shop.as_of(day), tmp_path) == file_id(then, tmp_path), day
    # At the very instant of an order it had not been there yet.
    assert "o19" not in shop.as_of("2024-01-20").orders
    assert "o19" in shop.as_of("2024-01-20 00:00:00.000001").orders
    assert "o19" in shop.as_of("2024-01-20T00:30:00-01:00").orders


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_shop_that_was_opened_changes_as_the_one_it_was_saved_from(
    model: dict[str, Any], table: Write, tmp_path: Path
) -> None:
    told = draw(11)
    shop = read(table, {**told, "orders": told["orders"][:-2]}, model)
    path = tmp_path / "shop.cobuy"
    shop.save(path)
    opened = cobuy.open(path)
    more = table(HEADER, told["orders"][-2:])
    for one in (shop, opened):
        one.append(more).retract(["o02"]).forget("customer-3")
    assert file_id(opened, tmp_path) == file_id(shop, tmp_path) and answers(opened) == answers(shop)
    saved = opened.save(path)
    assert cobuy.open(path).as_of("2024-01-25").save(path) == shop.as_of("2024-01-25").save(tmp_path / "b.cobuy")
    assert saved != cobuy.inspect(path)["id"]


def test_a_shop_that_is_not_fitted_changes_and_stays_so(table: Write, tmp_path: Path) -> None:
    told = draw(12)
    shop = cobuy.Shop.from_orders(table(HEADER, told["orders"][:-2]))
    shop.append(table(HEADER, told["orders"][-2:])).retract("o03").forget("customer-2")
    assert "not fitted" in repr(shop) and "not fitted" in repr(shop.as_of("2024-01-20"))
    left = [row for row in told["orders"] if row[0] != "o03" and row[1] != "customer-2"]
    whole = cobuy.Shop.from_orders(table(HEADER, left)).fit()
    assert file_id(shop.fit(), tmp_path) == file_id(whole, tmp_path)


def test_what_cannot_be_changes_nothing(table: Write, tmp_path: Path) -> None:
    told = draw(13)
    shop = read(table, told, {})
    expected, now = answers(shop), file_id(shop, tmp_path)
    known = table(HEADER, [told["orders"][0]])
    bad = table(HEADER, [("o97", "customer-1", "item-1", "many", "", "2024-01-01", "paid", "", "")])
    two = table(ITEMS, [("item-1", "a", "", ""), ("item-1", "b", "", "")])
    with pytest.raises(cobuy.DataError, match="order `o00` is known already, and append takes new orders only; upsert"):
        shop.append(known)
    with pytest.raises(cobuy.DataError, match="`many` is not a number") as raised:
        shop.append(bad)
    assert (raised.value.file, raised.value.line, raised.value.column) == (bad.name, 2, "quantity")
    with pytest.raises(cobuy.DataError, match="two rows that differ"):
        shop.append(items=two)
    with pytest.raises(cobuy.UnknownOrderError, match="no order `o0`; did you mean `o0"):
        shop.retract(["o01", "o0"])
    with pytest.raises(KeyError):
        shop.retract("no such order")
    with pytest.raises(cobuy.UnknownCustomerError) as unknown:
        shop.forget("customer-secre")
    assert "customer-secret" not in str(unknown.value)
    with pytest.raises(cobuy.DataError, match="no order would be left"):
        shop.retract(shop.orders)
    with pytest.raises(cobuy.DataError, match="no order would be left"):
        shop.as_of("2000-01-01")
    with pytest.raises(ValueError):
        shop.as_of("tomorrow")
    with pytest.raises(ValueError, match="`time_zone` is another, but it must be as it was"):
        shop.append(known, time_zone="Asia/Tokyo")
    with pytest.raises(TypeError, match="no setting `fulfiled`; did you mean `fulfilled`"):
        shop.append(known, fulfiled=["paid"])
    assert answers(shop) == expected and file_id(shop, tmp_path) == now


def test_the_only_customer_cannot_be_forgotten_and_the_shop_stays(table: Write, tmp_path: Path) -> None:
    shop = cobuy.Shop.from_orders(table(HEADER[:3], [("1", "ann", "tea"), ("2", "ann", "cup")])).fit()
    now = file_id(shop, tmp_path)
    with pytest.raises(cobuy.DataError, match="no order would be left"):
        shop.forget("ann")
    assert file_id(shop, tmp_path) == now and shop.customers == ["ann"]


def test_a_return_acts_again_once_what_it_took_from_is_gone(table: Write, tmp_path: Path) -> None:
    rows: Rows = [
        ("1", "ann", "tea", "1", "", "2024-01-01", "paid", "", ""),
        ("2", "ann", "tea", "1", "", "2024-01-02", "paid", "", ""),
        ("3", "ann", "tea", "-1", "", "2024-01-03", "paid", "", ""),
        ("4", "bo", "cup", "1", "", "2024-01-03", "paid", "", ""),
    ]
    shop = cobuy.Shop.from_orders(table(HEADER, rows)).fit()
    assert shop.lines()["left"].tolist() == [1, 0, 0, 1]
    assert shop.as_of("2024-01-03").lines()["left"].tolist() == [1, 1]
    shop.retract("2")
    assert shop.lines()["left"].tolist() == [0, 0, 1]
    shop.append(table(HEADER, [("2", "ann", "tea", "2", "", "2024-01-02", "paid", "", "")]))
    assert shop.lines()["left"].tolist() == [1, 1, 0, 1]
