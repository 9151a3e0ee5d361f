"""The slow and obvious twin of a shop: every answer from the rows of the CSV files, as texts.

Nothing here knows how cobuy works: it does what README and the documentation of histories say.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

Row = Mapping[str, str]

FULFILLED = {"delivered", "completed", "complete", "shipped", "paid", "fulfilled"}
UNFULFILLED = {
    *("new", "pending", "pending payment", "processing", "invoiced", "on hold", "onhold", "unavailable"),
    *("cancelled", "canceled", "refused", "declined", "rejected", "failed", "failure", "expired"),
}


@dataclass(frozen=True)
class Meaning:
    """What the rows mean, by the names of the package's arguments."""

    fulfilled: tuple[str, ...] | None = None
    unfulfilled: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    duplicates: str = "keep"
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def arguments(self) -> dict[str, Any]:
        return {
            "fulfilled": None if self.fulfilled is None else list(self.fulfilled),
            "unfulfilled": list(self.unfulfilled),
            "ignore": list(self.ignore),
            "duplicates": self.duplicates,
            "groups": {name: list(members) for name, members in self.groups.items()},
        }


@dataclass(frozen=True)
class Learn:
    """How the lists are learnt."""

    measure: str = "cosine"
    neighbours: int = 50
    min_customers: int = 1
    basis: str = "customer"
    by_group: bool = False


@dataclass(frozen=True)
class Ask:
    """A question; ``about`` is a kind and what it is about."""

    about: tuple[str, Any]
    n: int = 10
    exclude: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    keep_owned: bool = False
    fallback: bool | None = None

    def falls_back(self) -> bool:
        return self.about[0] != "also_bought" if self.fallback is None else self.fallback


class Unknown(KeyError):
    """What was asked about is not known."""


@dataclass
class Line:
    order: str
    customer: str | None
    item: str
    at: int | None
    quantity: Decimal
    price: Decimal | None
    return_of: str | None
    is_return: bool = False
    left: Decimal = Decimal(0)


@dataclass(frozen=True)
class Pick:
    unit: int
    score: np.float32
    source: str
    category: str | None = None


def spelling(status: str) -> str:
    plain = status.strip().lower().replace("_", " ").replace("-", " ")
    return plain.removeprefix("wc ")


def counts_by(status: str, meaning: Meaning) -> bool:
    """Whether orders of a status count; a status that nobody named is not the twin's to judge."""
    named = {spelling(name) for name in meaning.unfulfilled}
    default = FULFILLED if meaning.fulfilled is None else {spelling(name) for name in meaning.fulfilled}
    known = FULFILLED | UNFULFILLED | named | default
    assert spelling(status) in known, status
    return spelling(status) in default


def ids_of(rows: Sequence[Row], column: str) -> list[str | None]:
    """The ids of a column; whole decimals are integers, a blank is nothing."""
    texts = [row.get(column, "").strip() and row[column] for row in rows]
    told = [text for text in texts if text]
    if told and all(re.fullmatch(r"-?\d+(\.0+)?", text) for text in told):
        texts = [text.split(".")[0] for text in texts]
    return [text or None for text in texts]


def micros(text: str) -> int | None:
    if not text.strip():
        return None
    at = dt.datetime.fromisoformat(text).replace(tzinfo=dt.timezone.utc)
    return (at - dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)) // dt.timedelta(microseconds=1)


def understood(rows: Sequence[Row], meaning: Meaning) -> list[Line]:
    """The lines of all orders in their one order, with what is left of each."""
    orders, customers = ids_of(rows, "order_id"), ids_of(rows, "customer_id")
    items, returned = ids_of(rows, "item_id"), ids_of(rows, "return_of")
    customer: dict[str | None, str] = {}
    status: dict[str | None, str] = {}
    happened: dict[str | None, int] = {}
    for order, who, row in zip(orders, customers, rows, strict=True):
        if who is not None:
            assert customer.setdefault(order, who) == who
        if row.get("status", "").strip():
            assert status.setdefault(order, row["status"]) == row["status"]
        at = micros(row.get("ordered_at", ""))
        if at is not None:
            happened[order] = min(at, happened.get(order, at))
    lines = []
    for order, item, of, row in zip(orders, items, returned, rows, strict=True):
        assert order is not None and item is not None
        quantity = Decimal(row.get("quantity", "1"))
        price = Decimal(row["price"]) if row.get("price", "").strip() else None
        at = micros(row.get("ordered_at", ""))
        lines.append(Line(order, customer.get(order), item, at, quantity, price, of))
    lines.sort(key=line_order)
    if meaning.duplicates == "drop":
        lines = [line for at, line in enumerate(lines) if at == 0 or line != lines[at - 1]]

    marked = {order for order in orders if order and re.fullmatch(r"C[0-9]+", order)}
    digits = {order for order in orders if order and re.fullmatch(r"[0-9]+", order)}
    if len(digits) <= len(marked):
        marked = set()
    told = any("status" in row for row in rows)
    counting = {order for order in set(orders) if not told or counts_by(status.get(order, ""), meaning)}
    for line in lines:
        line.is_return = line.quantity < 0 or line.order in marked
        if line.order in counting and not line.is_return:
            line.left = line.quantity
    bring_back([line for line in lines if line.order in counting], happened)
    for line in lines:
        if line.item in meaning.ignore:
            line.left = Decimal(0)
    return lines


def line_order(line: Line) -> Any:
    """Order, time (nothing told is earlier), item, quantity, price, the order it returns (nothing last)."""
    least = (False, Decimal(0))
    price = least if line.price is None else (True, line.price)
    at = (False, 0) if line.at is None else (True, line.at)
    returned = (True, "") if line.return_of is None else (False, line.return_of)
    return (line.order, at, line.item, line.quantity, price, returned)


def bring_back(lines: Sequence[Line], happened: Mapping[str | None, int]) -> None:
    """Lets the returns act, earliest first; of one instant, those that name an order first."""
    returns = [(at, line) for at, line in enumerate(lines) if line.is_return]

    def when(line: Line) -> float:
        own = happened.get(line.order) if line.at is None else line.at
        return float("inf") if own is None else own

    def ordered(line: Line) -> float:
        return happened.get(line.order, float("-inf"))

    returns.sort(key=lambda row: (when(row[1]), row[1].return_of is None, row[0]))
    for _, row in returns:
        bought = [line for line in lines if line.item == row.item and not line.is_return]
        if row.return_of is not None:
            # Nobody returns what another bought; who is not named may be anyone.
            bought = [line for line in bought if line.order == row.return_of]
            bought = [line for line in bought if None in (line.customer, row.customer) or line.customer == row.customer]
        elif row.customer is not None:
            bought = [line for line in bought if line.customer == row.customer and ordered(line) <= when(row)]
            bought.sort(key=ordered)
        else:
            bought = []
        wanted = abs(row.quantity)
        for line in reversed(bought):
            taken = min(wanted, line.left)
            line.left -= taken
            wanted -= taken


class Twin:
    """What a shop answers."""

    def __init__(
        self, orders: Sequence[Row], items: Sequence[Row] = (), meaning: Meaning = Meaning(), learn: Learn = Learn()
    ) -> None:
        self.learn = learn
        self.lines = understood(orders, meaning)
        self.ids = sorted({line.item for line in self.lines} | {row["item_id"] for row in items}, key=str.encode)
        self.customers = sorted({line.customer for line in self.lines if line.customer}, key=str.encode)
        self._index = {id: index for index, id in enumerate(self.ids)}
        of_item = {row["item_id"]: row for row in items}

        def told(column: str) -> list[str | None]:
            return [of_item.get(id, {}).get(column, "") or None for id in self.ids]

        self.names, self.categories, self.groups = told("name"), told("category"), told("group")
        for group, members in meaning.groups.items():
            for member in members:
                if member in self._index:
                    self.groups[self._index[member]] = group
        self.bought = [line for line in self.lines if line.left > 0]
        self.unit = list(self._items())
        held = self._sets()
        if learn.by_group:
            count = Counter(item for row in held for item in row)
            for item in self._items():
                self.unit[item] = min(self._variants(item), key=lambda one: (-count[one], one))
        self.held = [{self.unit[item] for item in row} for row in held]
        self.holders = Counter(unit for row in self.held for unit in row)
        self.owners = Counter(
            item for customer in self.customers for item in self.owned(customer)
        )
        self.rows = [self._row(item) for item in self._items()]

    def _items(self) -> range:
        return range(len(self.ids))

    def _sets(self) -> list[set[int]]:
        """What each customer, or order, holds."""
        sets: dict[str, set[int]] = {}
        for line in self.bought:
            holder = line.order if self.learn.basis == "order" else line.customer
            if holder is not None:
                sets.setdefault(holder, set()).add(self._index[line.item])
        return list(sets.values())

    def _are_variants(self, one: int, other: int) -> bool:
        return self.groups[one] is not None and self.groups[one] == self.groups[other]

    def _variants(self, item: int) -> list[int]:
        return [other for other in self._items() if other == item or self._are_variants(item, other)]

    def _score(self, both: int, source: int, target: int) -> np.float32:
        n_ij, n_i, n_j = float(both), float(self.holders[source]), float(self.holders[target])
        n = float(len(self.held))
        formulas: dict[str, Callable[[], float]] = {
            "count": lambda: n_ij,
            "cosine": lambda: n_ij / float(np.sqrt(n_i * n_j)),
            "jaccard": lambda: n_ij / (n_i + n_j - n_ij),
            "lift": lambda: (n * n_ij) / (n_i * n_j),
            "confidence": lambda: n_ij / n_i,
        }
        return np.float32(formulas[self.learn.measure]())

    def _row(self, source: int) -> dict[int, tuple[np.float32, int]]:
        """All neighbours of an item with score and count, best first."""
        both = Counter(other for row in self.held if source in row for other in row)
        near = {
            other: (self._score(count, source, other), count)
            for other, count in both.items()
            if other != source and count >= self.learn.min_customers and not self._are_variants(source, other)
        }
        return dict(sorted(near.items(), key=lambda told: (-told[1][0], told[0])))

    def _list(self, unit: int, whole: bool) -> dict[int, tuple[np.float32, int]]:
        row = list(self.rows[unit].items())
        return dict(row if whole else row[: self.learn.neighbours])

    def owned(self, customer: str) -> set[int]:
        return {self._index[line.item] for line in self.bought if line.customer == customer}

    def find(self, item: str) -> int:
        if item not in self._index:
            raise Unknown(item)
        return self._index[item]

    def _is_under(self, item: int, path: str) -> bool:
        own = self.categories[item]
        return own is not None and (own == path or own.startswith(path + "/"))

    def _given(self, ask: Ask) -> list[int]:
        kind, subject = ask.about
        if kind == "also_bought":
            return [self.find(subject)]
        if kind == "basket":
            return sorted({self.find(item) for item in subject})
        if kind == "customer":
            return sorted(self.owned(subject))
        if subject is not None and not any(self._is_under(item, subject) for item in self._items()):
            raise Unknown(subject)
        return []

    def answer(self, ask: Ask, on_page: Iterable[int] = ()) -> list[dict[str, Any]]:
        """The suggestions, a dict each, with their evidence."""
        given = self._given(ask)
        units = sorted({self.unit[item] for item in given})
        shown_already = list(on_page)

        def among(item: int, others: Iterable[int]) -> bool:
            return any(item == other or self._are_variants(item, other) for other in others)

        def allowed(item: int) -> bool:
            return (
                self.ids[item] not in ask.exclude
                and (ask.only is None or self.ids[item] in ask.only)
                and (ask.keep_owned or not among(item, given))
                and not among(item, shown_already)
            )

        may = {item for item in self._items() if allowed(item)}
        picks, whole = self._sums(units, may, False), False
        if len(picks) < ask.n:
            picks, whole = self._sums(units, may, True), True
        if len(picks) < ask.n and (ask.falls_back() or ask.about[0] == "popular"):
            for path in self._levels(ask, given):
                self._fill(picks, may, path)
        return [self._told(pick, given, units, may, whole) for pick in picks[: ask.n]]

    def page(self, asks: Sequence[Ask]) -> list[list[dict[str, Any]]]:
        """Several lists, each without what those before it show."""
        on_page: list[int] = []
        lists = []
        for ask in asks:
            lists.append(self.answer(ask, on_page))
            on_page += [self.find(told["item"]) for told in lists[-1]]
        return lists

    def _shown(self, unit: int, may: set[int]) -> int | None:
        """The variant that is shown for a unit: what stands for the group, then the most bought."""
        variants = self._variants(unit) if self.learn.by_group else [unit]
        variants.sort(key=lambda item: (item != unit, -self.owners[item], item))
        return next((item for item in variants if item in may), None)

    def _sums(self, units: Sequence[int], may: set[int], whole: bool) -> list[Pick]:
        sums: dict[int, np.float32] = {}
        for unit in units:
            for other, (score, _) in self._list(unit, whole).items():
                sums[other] = np.float32(sums.get(other, np.float32(0)) + score)
        picks = [
            Pick(unit, score, "also_bought") for unit, score in sums.items() if self._shown(unit, may) is not None
        ]
        return sorted(picks, key=lambda pick: (-pick.score, pick.unit))

    def _levels(self, ask: Ask, given: Sequence[int]) -> list[str | None]:
        """The categories of most of what was asked about, then those above them, then the shop."""
        kind, subject = ask.about
        if kind == "popular":
            return [subject]
        count = Counter(path for path in (self.categories[item] for item in given) if path)
        paths = [path.split("/") for path in sorted(count, key=lambda path: (-count[path], path))]
        levels: list[str | None] = []
        while paths:
            levels += ["/".join(path) for path in paths]
            paths = [path[:-1] for path in paths if len(path) > 1]
        return list(dict.fromkeys([*levels, None]))

    def _fill(self, picks: list[Pick], may: set[int], path: str | None) -> None:
        taken = {pick.unit for pick in picks}
        best = [
            item
            for item in self._items()
            if self.holders[item] > 0
            and item not in taken
            and (path is None or self._is_under(item, path))
            and self._shown(item, may) is not None
        ]
        best.sort(key=lambda item: (-self.holders[item], item))
        source = "popular" if path is None else "category_popular"
        picks += [Pick(item, np.float32(self.holders[item]), source, path) for item in best]

    def _told(
        self, pick: Pick, given: Sequence[int], units: Sequence[int], may: set[int], whole: bool
    ) -> dict[str, Any]:
        shown = self._shown(pick.unit, may)
        assert shown is not None
        told = {"item": self.ids[shown], "name": self.names[shown], "score": pick.score, "source": pick.source}
        if pick.source != "also_bought":
            buyers = self.holders[pick.unit]
            return {**told, "category": pick.category, "buyers": buyers, "support": buyers / len(self.held)}
        speak = {unit: self._list(unit, whole)[pick.unit] for unit in units if pick.unit in self._list(unit, whole)}
        unit = min(speak, key=lambda unit: (-speak[unit][0], unit))
        named = next(item for item in given if self.unit[item] == unit)
        n_ij, n_i, n_j, n = speak[unit][1], self.holders[unit], self.holders[pick.unit], len(self.held)
        return {
            **told,
            "with": self.ids[named],
            "others": len(speak) - 1,
            "both": n_ij,
            "support": n_ij / n,
            "confidence": n_ij / n_i,
            "lift": (n_ij * n) / (n_i * n_j),
        }
