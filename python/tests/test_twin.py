"""The engine's answers equal those of a slow twin built from the rows of the CSV files."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from twin import Ask, Learn, Meaning, Twin, Unknown

import cobuy

SHOPS = 300
STATUSES = ["Delivered", "wc-completed", "on_hold", "CANCELLED", "paid", "Pending-Payment", "shipped"]


@dataclass
class Drawn:
    """A made-up shop."""

    orders: list[dict[str, str]]
    items: list[dict[str, str]]
    meaning: Meaning
    learn: Learn


def draw(random: np.random.Generator) -> Drawn:
    def one(among: Sequence[Any]) -> Any:
        return among[int(random.integers(len(among)))]

    def chance(share: float) -> bool:
        return bool(random.random() < share)

    goods = [f"item {n}" if chance(0.9) else f"été {n}" for n in range(int(random.integers(2, 14)))]
    goods = goods if chance(0.8) else [str(100 + n) for n in range(len(goods))]
    people = [f"c{n}" for n in range(int(random.integers(1, 14)))]
    if chance(0.15):
        people = [f"{n}.0" for n in range(1, 1 + len(people))]
    digits = chance(0.5)
    # Of few people, goods and days, many returns meet at one instant.
    crowded = chance(0.25)
    if crowded:
        people, goods = people[:2], goods[:2]
    shares = {"quantity": 0.85, "ordered_at": 0.8, "status": 0.5, "price": 0.4, "return_of": 0.5}
    columns = {name for name, share in shares.items() if chance(share)}
    returned = "return_of" in columns and "quantity" in columns

    def at(day: int) -> str:
        if chance(0.05):
            return ""
        date = dt.date(2024, 1, 1) + dt.timedelta(days=day)
        return f"{date} {int(random.integers(24)):02}:30" if chance(0.0 if crowded else 0.3) else str(date)

    orders: list[dict[str, str]] = []
    made: list[tuple[str, str, str]] = []
    for number in range(int(random.integers(1, 45))):
        back = bool(made) and chance(0.5 if crowded else 0.25)
        marks = back and digits and chance(0.5)
        order = f"C{number}" if marks else str(number) if digits else f"order {number % 31}-{number}"
        customer = "" if chance(0.12) else one(people)
        rows = []
        day = int(random.integers(0, 2 if crowded else 20))
        when, status, first_only = at(day), one(STATUSES), chance(0.3)
        for place in range(int(random.integers(1, 5))):
            row = {"order_id": order, "customer_id": customer, "item_id": one(goods)}
            quantity, of = Decimal(int(random.integers(0, 12))) / one([1, 1, 2, 4]), ""
            if back or chance(0.05):
                bought, buyer, item = one(made) if made else (order, customer, row["item_id"])
                if chance(0.7):
                    row["item_id"] = item
                    if place == 0 and chance(0.8):
                        customer = row["customer_id"] = buyer
                quantity = abs(quantity) if marks and chance(0.7) else -abs(quantity)
                if returned and quantity < 0 and chance(0.5):
                    of = one([bought, bought, "no such order"]) if not digits else one([bought, "99999"])
            else:
                made.append((order, customer, row["item_id"]))
            row |= {"quantity": str(quantity), "price": one(["", "2.50", "3", "0.0001"]), "return_of": of}
            row["ordered_at"] = when if chance(0.9) else at(day)
            row["status"] = status
            if first_only and place:
                row["status"] = ""
                row["customer_id"] = ""
            rows.append(row)
        for row in rows:
            # Only the first rows may have named another customer than the order's.
            row["customer_id"] = row["customer_id"] and customer
        orders += rows
        if chance(0.1):
            orders.append(dict(rows[0]))
    keep = {"order_id", "customer_id", "item_id"} | columns
    orders = [{name: text for name, text in row.items() if name in keep} for row in orders]
    orders = [orders[int(place)] for place in random.permutation(len(orders))]

    items: list[dict[str, str]] = []
    if chance(0.7):
        paths = ["", "toys", "toys/wood", "toys/wood/small", "tea", "tea/green", "toysrus"]
        for item in [*goods, "never bought"]:
            if chance(0.85):
                row = {"item_id": item, "name": one(["", f"The {item}"]), "category": one(paths)}
                items.append(row | {"group": one(["", "", "g1", "g2"])})
    groups: dict[str, list[str]] = {}
    if chance(0.3):
        for item in random.permutation(goods)[: int(random.integers(1, 5))]:
            groups.setdefault(one(["g1", "named"]), []).append(str(item))
    fulfilled = None if chance(0.6) else tuple(one([["delivered"], ["paid", "shipped"], ["On Hold", "delivered"]]))
    meaning = Meaning(
        fulfilled=fulfilled,
        ignore=tuple(one([[], [], [goods[0]]])),
        duplicates=one(["keep", "drop"]),
        groups=groups,
    )
    learn = Learn(
        measure=one(["cosine", "count", "jaccard", "lift", "confidence"]),
        neighbours=one([1, 2, 3, 50]),
        min_customers=one([1, 1, 2]),
        basis=one(["customer", "customer", "order"]),
        by_group=chance(0.4),
    )
    return Drawn(orders, items, meaning, learn)


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def questions(random: np.random.Generator, twin: Twin) -> list[Ask]:
    """A few of each kind, with and without what narrows them."""

    def some(most: int = 4) -> tuple[str, ...]:
        count = int(random.integers(0, most))
        return tuple(str(item) for item in random.permutation(twin.ids)[:count])

    paths = sorted({path for path in twin.categories if path})
    about: list[tuple[str, Any]] = [("also_bought", item) for item in twin.ids[:6]]
    about += [("customer", customer) for customer in twin.customers] + [("customer", "nobody")]
    about += [("basket", some()) for _ in range(4)] + [("basket", ())]
    about += [("popular", None), *(("popular", path) for path in paths), ("popular", "toy"), ("basket", ("none",))]
    asks = []
    for one in about:
        n = int(random.choice([1, 2, 3, 5, 10, 40]))
        plain = Ask(one, n)
        narrow = Ask(
            one,
            n,
            exclude=some(),
            only=some(8) if random.random() < 0.4 else None,
            keep_owned=bool(random.random() < 0.4),
            fallback=None if one[0] == "popular" else bool(random.random() < 0.5),
        )
        asks += [plain, narrow]
    return asks


def in_words(suggestion: cobuy.Suggestion) -> dict[str, Any]:
    """A suggestion as the twin tells it."""
    reason = suggestion.reason
    told: dict[str, Any] = {
        "item": suggestion.item,
        "name": suggestion.name,
        "score": np.float32(suggestion.score),
        "source": suggestion.source,
    }
    if suggestion.source == "also_bought":
        evidence = ("both", "support", "confidence", "lift")
        told |= {"with": reason.with_, "others": reason.others}
    else:
        evidence = ("category", "buyers", "support")
    return told | {name: getattr(reason, name) for name in evidence}


def of_page(ask: Ask) -> dict[str, Any]:
    told = {"n": ask.n, "exclude": ask.exclude, "only": ask.only, "keep_owned": ask.keep_owned}
    kind, subject = ask.about
    return {kind: subject, **told} | ({} if ask.fallback is None else {"fallback": ask.fallback})


def asked(shop: cobuy.Shop, ask: Ask) -> list[dict[str, Any]]:
    """The answer by way of a page of one list."""
    (answer,) = shop.page(of_page(ask))
    assert (answer.short_reason is None) == (len(answer) == ask.n)
    known = set(shop.items)
    told = [*ask.exclude, *(ask.only or ())]
    assert answer.unknown == list(dict.fromkeys(id for id in told if id not in known))
    return [in_words(suggestion) for suggestion in answer]


def check_own_methods(shop: cobuy.Shop, twin: Twin, ask: Ask, expected: list[dict[str, Any]]) -> None:
    """What `also_bought` and `popular` answer."""
    kind, subject = ask.about
    narrow = {"exclude": ask.exclude, "only": ask.only}
    if kind == "also_bought" and not ask.keep_owned:
        fallback = bool(ask.fallback)
        answer = shop.also_bought(subject, ask.n, fallback=fallback, **narrow)
        assert [in_words(suggestion) for suggestion in answer] == expected
    elif kind == "popular" and not ask.keep_owned:
        answer = shop.popular(ask.n, category=subject, **narrow)
        assert [in_words(suggestion) for suggestion in answer] == expected


def check_table(shop: cobuy.Shop, twin: Twin, kind: str, subjects: Sequence[Any], rest: Mapping[str, Any]) -> None:
    """What `recommend` answers for all of them at once."""
    asks = [Ask((kind, subject), **rest) for subject in subjects]
    expected = []
    for place, (subject, ask) in enumerate(zip(subjects, asks, strict=True)):
        who = subject if kind == "customer" else str(place)
        for rank, told in enumerate(twin.answer(ask), start=1):
            # The table's evidence is that of what was bought together.
            of_lists = told if told["source"] == "also_bought" else {}
            evidence = {name: of_lists.get(name) for name in ("with", "both", "support", "confidence", "lift")}
            plain = {name: told[name] for name in ("item", "name", "score", "source")}
            expected.append({kind: who, "rank": rank, **plain, **evidence})
    about = {"customers" if kind == "customer" else "baskets": list(subjects)}
    arguments = {**rest, "fallback": rest["fallback"] is not False}
    table = shop.recommend(**about, **arguments, explain=True)
    rows = [{**row, "score": np.float32(row["score"])} for row in table]
    for row in rows:
        assert row.pop("reason")
    assert [{name: row[name] for name in told} for row, told in zip(rows, expected, strict=True)] == expected
    counts = Counter(told[kind] for told in expected)
    names = list(subjects) if kind == "customer" else [str(place) for place in range(len(subjects))]
    assert set(table.short_reasons) == {name for name in names if counts[name] < rest["n"]}


@pytest.mark.parametrize("seed", range(SHOPS))
def test_every_answer_equals_that_of_a_slow_twin(seed: int, tmp_path: Path) -> None:
    random = np.random.default_rng(seed)
    drawn = draw(random)
    twin = Twin(drawn.orders, drawn.items, drawn.meaning, drawn.learn)
    shop = cobuy.Shop.from_orders(
        write(tmp_path / "orders.csv", drawn.orders),
        items=write(tmp_path / "items.csv", drawn.items) if drawn.items else None,
        **drawn.meaning.arguments(),
    )
    assert shop.items == twin.ids and shop.customers == twin.customers
    lines = shop.lines()
    told = zip(lines["order_id"], lines["customer_id"], lines["item_id"], lines["left"].tolist(), strict=True)
    assert list(told) == [(line.order, line.customer, line.item, float(line.left)) for line in twin.lines]

    learn = drawn.learn
    model = cobuy.AlsoBought(learn.measure, learn.neighbours, learn.min_customers, threads=1)
    shop.fit(model, basis=learn.basis, by_group=learn.by_group)
    asks = questions(random, twin)
    answered = []
    for ask in asks:
        try:
            expected = twin.answer(ask)
        except Unknown:
            with pytest.raises((cobuy.UnknownItemError, ValueError), match="never appeared|no category"):
                asked(shop, ask)
            continue
        assert asked(shop, ask) == expected, ask
        check_own_methods(shop, twin, ask, expected)
        answered.append(ask)

    people = [*twin.customers, "nobody"]
    baskets = [ask.about[1] for ask in answered if ask.about[0] == "basket"]
    for keep_owned, fallback in [(False, None), (True, None), (False, False)]:
        rest = {"n": int(random.integers(1, 6)), "keep_owned": keep_owned, "fallback": fallback}
        narrow = {"exclude": tuple(twin.ids[:1]), "only": None}
        check_table(shop, twin, "customer", people, rest | narrow)
        check_table(shop, twin, "basket", baskets, rest | {"exclude": (), "only": tuple(twin.ids[1:])})

    lists = [answered[int(place)] for place in random.permutation(len(answered))[:5]]
    page = [[in_words(one) for one in answer] for answer in shop.page(*map(of_page, lists))]
    assert page == twin.page(lists)
    shown = [told["item"] for told in sum(page, [])]
    assert len(set(shown)) == len(shown)
