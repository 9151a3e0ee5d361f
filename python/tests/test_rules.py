"""Rules, filters and boosts: the cases that Rust runs too, and answers beside plain Python."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import typed_rules
from conftest import ROOT

import cobuy

import tomllib

CORNER = ROOT / "datasets" / "corner_shop"
RULES = tomllib.loads((ROOT / "tests" / "rules" / "rules.toml").read_text())
BAD = tomllib.loads((ROOT / "tests" / "rules" / "bad.toml").read_text())["bad"]
WORDS = {True: "yes", False: "no", None: "unknown"}
Writer = Callable[..., Path]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> cobuy.Shop:
    """The corner shop, with rows of its customers, and goods of which something is missing."""
    folder = tmp_path_factory.mktemp("corner")
    customers = folder / "customers.csv"
    customers.write_text("customer_id,budget,city\nc01,5,Łódź\nc20,10,\nc21,,Gdynia\n")
    items = folder / "items.csv"
    items.write_text((CORNER / "items.csv").read_text().replace("1.20,0.80,60", "1.20,,"))
    shop = cobuy.Shop.from_orders(CORNER / "orders.csv", items=items, customers=customers)
    return shop.fit(cobuy.AlsoBought(neighbours=20))


# The two forms.


@pytest.mark.parametrize(
    ("kind", "key", "case"),
    [pytest.param(cobuy.Rule, "rule", case, id=case["name"]) for case in RULES["rule"]]
    + [pytest.param(cobuy.Formula, "formula", case, id=case["name"]) for case in RULES["formula"]],
)
def test_a_rule_says_the_same_in_every_form(kind: Any, key: str, case: dict[str, Any]) -> None:
    canonical = case.get("canonical", case["text"])
    envelope = f'{{"version":1,"{key}":{case["json"]}}}'
    rule = kind(case["text"])
    assert (str(rule), rule.to_json()) == (canonical, envelope)
    assert repr(rule) == f"{kind.__name__}({canonical!r})"
    assert rule.version == case.get("version", rule.version)
    assert rule.fields == case.get("fields", rule.fields)
    others = [
        kind.parse(canonical),
        kind.from_json(envelope),
        kind.from_json(json.loads(envelope)),
        pickle.loads(pickle.dumps(rule)),
        copy.deepcopy(rule),
    ]
    for other in others:
        assert other == rule and hash(other) == hash(rule) and type(other) is kind
        assert (str(other), other.version) == (canonical, rule.version)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in BAD])
def test_what_is_no_rule_is_refused_with_its_place(case: dict[str, Any]) -> None:
    with pytest.raises(cobuy.RuleError) as raised:
        cobuy.Rule(case["text"]) if "text" in case else cobuy.Rule.from_json(case["json"])
    error = raised.value
    if "text" in case:
        assert (error.line, error.column) == (case.get("line", 1), case["column"])
        assert str(error).startswith(f"line {error.line}, column {error.column}: {error.problem}")
    assert error.path == case.get("path")
    assert error.near == case.get("near", [])
    for text in case["says"]:
        assert text in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.line, again.near) == (str(error), error.line, error.near)


def test_rules_and_formulas_are_never_equal() -> None:
    rule, formula = cobuy.Rule("price"), cobuy.Formula("price")
    assert rule != formula and formula != rule and rule != "price" and formula != "price"
    assert rule == cobuy.Rule("`price`") and len({rule, formula, cobuy.Rule(" price ")}) == 2


def test_a_message_is_that_of_the_core() -> None:
    with pytest.raises(cobuy.RuleError) as raised:
        cobuy.Rule("price <= 20 and\n brnd = = 'x'")
    assert str(raised.value) == (
        "line 2, column 9: found `=`, but expected a value, such as a field, a number or a text in quotes\n"
        "   brnd = = 'x'\n"
        "          ^"
    )
    assert isinstance(raised.value, ValueError)


# Customers.


def meaning() -> list[Any]:
    found = []
    for path in sorted((ROOT / "tests" / "meaning").glob("*.toml")):
        file = tomllib.loads(path.read_text())
        for case in file["case"]:
            told = {**file.get("shops", {}).get(case.get("shop"), {}), **case}
            found.append(pytest.param(told, id=f"{path.stem}: {case['name']}"))
    assert found
    return found


@pytest.mark.parametrize("case", meaning())
def test_a_rule_means_of_customers_what_it_means_in_rust(case: dict[str, Any], write: Writer) -> None:
    tables = {
        name: write(case[name].rstrip("\n"), name=f"{name}.csv")
        for name in ("orders", "items", "customers", "events")
        if name in case
    }
    shop = cobuy.Shop.from_orders(**tables, **case.get("settings", {}))
    if "as_of" in case:
        shop = shop.as_of(case["as_of"])
    segments = case.get("segments", {})
    if "error" in case:
        with pytest.raises(cobuy.RuleError) as raised:
            cobuy.Rule(case["rule"]).explain(shop, customer="ann", segments=segments)
        assert all(text in str(raised.value) for text in case["error"]), raised.value
        if "line" in case:
            assert (raised.value.line, raised.value.column) == (case["line"], case["column"])
        return
    rule = cobuy.Rule(case["rule"])
    for form in (rule, cobuy.Rule(str(rule)), cobuy.Rule.from_json(rule.to_json())):
        verdicts = {who: form.explain(shop, customer=who, segments=segments) for who in shop.customers}
        answers = {who: WORDS[form.holds(shop, customer=who, segments=segments)] for who in verdicts}
        assert answers == case["expect"]
        assert {who: WORDS[verdict.holds] for who, verdict in verdicts.items()} == answers
        for who, texts in case.get("explain", {}).items():
            assert all(text in str(verdicts[who]) for text in texts), str(verdicts[who])


def test_a_verdict_is_fields_and_words(shop: cobuy.Shop) -> None:
    rule = cobuy.Rule("has(purchases where product = 'tea') and budget > 7")
    verdict = rule.explain(shop, customer="c01")
    assert verdict.holds is False and verdict["text"] == str(rule)
    assert [part["holds"] for part in verdict["parts"]] == [True, False]
    assert str(verdict) == (
        "no      has(purchases where product = 'tea') and budget > 7\n"
        "yes       has(purchases where product = 'tea')   [2 rows]\n"
        "no        budget > 7   [5]"
    )
    assert cobuy.Rule("budget > 7").holds(shop, customer="c21") is None


def test_a_shop_needs_no_fit_to_be_asked_of_customers() -> None:
    unfitted = cobuy.Shop.from_orders(CORNER / "orders.csv")
    assert cobuy.Rule("has(orders)").holds(unfitted, customer="c01") is True
    with pytest.raises(cobuy.NotFittedError):
        cobuy.Rule("product = 'tea'").holds(unfitted, item="tea")


# Goods: each rule beside plain Python, where None is missing.

Item = dict[str, Any]


def both(one: Any, other: Any, compare: Callable[[Any, Any], bool]) -> bool:
    return one is not None and other is not None and compare(one, other)


FILTERS: list[tuple[str, Callable[[Item, Item, Item], bool]]] = [
    ("price <= 5", lambda item, tea, who: item["price"] <= 5),
    ("in_stock", lambda item, tea, who: both(item["stock"], 0, lambda a, b: a > b)),
    ("not in_stock", lambda item, tea, who: both(item["stock"], 0, lambda a, b: not a > b)),
    ("stock is missing", lambda item, tea, who: item["stock"] is None),
    ("margin > 1.5", lambda item, tea, who: both(item["cost"], 1.5, lambda c, m: item["price"] - c > m)),
    ("not margin > 1.5", lambda item, tea, who: both(item["cost"], 1.5, lambda c, m: item["price"] - c <= m)),
    (
        "category under 'drinks' or name contains 'STONE'",
        lambda item, tea, who: f"{item['category']}/".startswith("drinks/") or "Stone" in item["name"],
    ),
    ("product not in ('cup', 'milk')", lambda item, tea, who: item["item_id"] not in ("cup", "milk")),
    ("group is known", lambda item, tea, who: item["group"] is not None),
    ("price <= context.price * 1.5", lambda item, tea, who: item["price"] <= tea["price"] * 1.5),
    ("category = context.category", lambda item, tea, who: item["category"] == tea["category"]),
    ("price < customer.budget", lambda item, tea, who: both(who.get("budget"), item["price"], lambda b, p: p < b)),
]


@pytest.mark.parametrize(("text", "python"), FILTERS, ids=[text for text, _ in FILTERS])
def test_a_filter_is_only_with_the_ids_that_plain_python_chooses(
    shop: cobuy.Shop, text: str, python: Callable[[Item, Item, Item], bool]
) -> None:
    goods = list(shop.table("items"))
    tea = next(item for item in goods if item["item_id"] == "tea")
    people = {row["customer_id"]: row for row in shop.table("customers")}
    for whose in ("c01", "c20", "c21", "nobody"):
        ids = [item["item_id"] for item in goods if python(item, tea, people.get(whose, {}))]
        rules = {"filter": cobuy.Rule(text), "customer": whose}
        near = shop.also_bought("tea", n=13, fallback=True, **rules)
        assert near == shop.also_bought("tea", n=13, fallback=True, only=ids)
        assert near.let_through == len(ids)
        told = shop.recommend(baskets=[["tea"]], n=13, **rules)
        assert list(told) == list(shop.recommend(baskets=[["tea"]], n=13, only=ids))
        page = shop.page({"also_bought": "tea"}, {"basket": ["tea"], "customer": whose}, **rules)
        assert page == shop.page({"also_bought": "tea", "only": ids}, {"basket": ["tea"], "only": ids})
        for item in goods:
            alone = cobuy.Rule(text).holds(shop, item=item["item_id"], context="tea", customer=whose)
            assert (alone is True) == (item["item_id"] in ids)
        if "context" not in text:
            popular = shop.popular(13, **rules)
            assert popular == shop.popular(13, only=ids) and popular.let_through == len(ids)
            own = shop.recommend(whose, n=13, filter=text)
            assert list(own) == list(shop.recommend(whose, n=13, only=ids))


def test_what_a_filter_keeps_out_is_explained(shop: cobuy.Shop) -> None:
    why = shop.explain("cup", basket=["tea"], filter="price < customer.budget", customer="c01")
    assert why["kept_out"]["stage"] == "filtered"
    assert why["kept_out"]["verdict"]["holds"] is False
    assert "price < customer.budget   [6.5, 5]" in str(why)
    why = shop.explain("milk", customer="c41", filter="in_stock")
    assert why["kept_out"]["verdict"]["holds"] is None and "unknown" in str(why)
    assert shop.explain("cup", basket=["tea"], filter="in_stock")["rank"] == 2


def test_too_few_are_said_with_how_many_the_filter_lets_through(shop: cobuy.Shop) -> None:
    near = shop.also_bought("tea", filter="price < 1")
    assert list(near) == [] and near.let_through == 1
    assert near.short_reason is not None and near.short_reason.endswith("lets 1 of 13 items through")
    assert near.to_dict()["let_through"] == 1
    assert shop.also_bought("tea").let_through is None
    assert "let_through" not in shop.also_bought("tea").to_dict()


# Boosts.


def test_a_boost_orders_as_plain_python_does(shop: cobuy.Shop) -> None:
    goods = {item["item_id"]: item for item in shop.table("items")}

    def factor(item: str) -> float:
        price, cost = goods[item]["price"], goods[item]["cost"]
        return 0.0 if cost is None else (price - cost) / price

    plain = shop.also_bought("tea", n=13)
    expected = sorted(plain, key=lambda near: (-near.score * factor(near.item), -near.score))
    boosted = shop.also_bought("tea", n=13, boost=cobuy.Formula("margin / price"))
    assert [near.item for near in boosted] == [near.item for near in expected]
    for near, before in zip(boosted, expected, strict=True):
        assert near.boost == pytest.approx(factor(near.item))
        assert near.score == pytest.approx(before.score * factor(near.item), rel=1e-6)
        assert near.to_dict()["boost"] == near.boost
    assert all(near.boost is None and "boost" not in near.to_dict() for near in plain)
    assert next(near for near in boosted if near.item == "milk").boost == 0


def test_a_boost_is_a_column_only_where_it_is_given(shop: cobuy.Shop) -> None:
    table = shop.recommend(["c20", "nobody"], n=3, boost="margin / price")
    columns = ["customer", "rank", "item", "name", "score", "boost", "source", "reason"]
    assert table.columns == columns
    assert all(boost > 0 for boost in table["boost"])
    assert "boost" not in shop.recommend("c20", n=3, filter="in_stock").columns
    assert shop.recommend([], boost="margin").columns == columns


def test_scores_that_are_boosted_are_shown_with_their_fractions(shop: cobuy.Shop) -> None:
    boosted = shop.popular(1, boost="margin / price", category="home")
    assert str(boosted).startswith("matches  Long matches  3.750  popular")
    assert str(shop.popular(1, category="home")).startswith("candle  Beeswax candle  6  popular")


# Wrong arguments.


@pytest.mark.parametrize("ask", ["also_bought", "popular", "recommend", "page", "explain"])
def test_wrong_kinds_are_type_errors_that_name_the_argument(shop: cobuy.Shop, ask: str) -> None:
    def call(**rules: Any) -> Any:
        match ask:
            case "also_bought":
                return shop.also_bought("tea", **rules)
            case "popular":
                return shop.popular(**rules)
            case "recommend":
                return shop.recommend(baskets=[["tea"]], **rules)
            case "page":
                return shop.page({"popular": None}, {"basket": ["tea"], **rules})
            case _:
                return shop.explain("cup", basket=["tea"], **rules)

    for wrong in (3, ["in_stock"], cobuy.Formula("price")):
        with pytest.raises(TypeError, match="`filter` must be a rule"):
            call(filter=wrong)
    for wrong in (3, ["price"], cobuy.Rule("in_stock")):
        with pytest.raises(TypeError, match="`boost` must be a formula"):
            call(boost=wrong)
    with pytest.raises(TypeError, match="`customer` must be an id"):
        call(filter="in_stock", customer=1.5)
    with pytest.raises(cobuy.RuleError, match="^line 1, column 1: items have no field `pirce`; did you mean `price`"):
        call(filter="pirce <= 5")
    with pytest.raises(cobuy.RuleError, match="is a text, but a number is needed"):
        call(boost="name")
    assert call(filter="in_stock", boost=None, customer="nobody")


def test_what_a_question_has_not_is_refused_by_its_name(shop: cobuy.Shop) -> None:
    with pytest.raises(cobuy.RuleError, match="names `context.`") as raised:
        shop.popular(filter="price < context.price")
    assert (raised.value.line, raised.value.column, raised.value.near) == (None, None, [])
    with pytest.raises(cobuy.RuleError, match=r"names no customer \(customer = \.\.\.\)"):
        shop.also_bought("tea", boost="customer.budget")
    with pytest.raises(ValueError, match="`customer` is for baskets"):
        shop.recommend("c20", customer="c01")
    with pytest.raises(ValueError, match="either `customer` or `basket`"):
        shop.explain("cup", basket=["tea"], customer="c01")


def test_a_rule_is_asked_of_one_thing(shop: cobuy.Shop) -> None:
    rule = cobuy.Rule("price <= context.price")
    verdict = rule.explain(shop, item="cup", context=["tea", "milk"])
    assert str(verdict) == "no      price <= context.price   [6.5, 2.85]"
    with pytest.raises(cobuy.RuleError, match=r"looks at none \(context = \.\.\.\)"):
        rule.explain(shop, item="cup")
    with pytest.raises(cobuy.UnknownItemError, match="did you mean `cup`"):
        rule.explain(shop, item="cupp", context="tea")
    with pytest.raises(cobuy.UnknownCustomerError):
        cobuy.Rule("has(orders)").holds(shop, customer="nobody")
    wrong: list[tuple[type[Exception], str, dict[str, Any]]] = [
        (ValueError, "say a `customer`, or an `item`", {}),
        (ValueError, "`context` is for rules over goods", {"customer": "c01", "context": "tea"}),
        (ValueError, "`segments` are for rules over customers", {"item": "cup", "segments": {}}),
        (TypeError, "`customer` must be an id", {"customer": 1.5}),
        (TypeError, "`segments` must be rules by name", {"customer": "c01", "segments": ["vip"]}),
        (TypeError, "`segments` must hold rules", {"customer": "c01", "segments": {"vip": 3}}),
    ]
    for kind, message, arguments in wrong:
        for ask in (rule.explain, rule.holds):
            with pytest.raises(kind, match=message):
                ask(shop, **arguments)
    for ask in (rule.explain, rule.holds):
        with pytest.raises(TypeError, match="`shop` must be a cobuy.Shop"):
            ask("shop.cobuy", customer="c01")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [cobuy.Rule, cobuy.Formula])
def test_a_rule_is_made_of_a_text(kind: Any) -> None:
    for make in (kind, kind.parse):
        with pytest.raises(TypeError, match="`text` must be a text"):
            make(3)
    with pytest.raises(TypeError, match="`json` must be a text or a mapping"):
        kind.from_json([1])
    with pytest.raises(cobuy.RuleError) as raised:
        kind.from_json({"version": 2, "rule": {}, "formula": {}})
    assert raised.value.path is not None


# Many at once.


def test_threads_share_rules_and_shops(shop: cobuy.Shop) -> None:
    texts = [f"price <= context.price * {times} and stock > {stock}" for times in (1, 2) for stock in range(40)]
    rules = [cobuy.Rule(text) for text in texts] * 2

    def answers(rule: cobuy.Rule) -> Any:
        return (
            shop.also_bought("tea", filter=rule, boost="margin").to_dict(),
            rule.holds(shop, item="cup", context="tea"),
            cobuy.Rule("count(orders) > 1").holds(shop, customer="c01"),
        )

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(answers, rules)) == [answers(rule) for rule in rules]


def test_an_opened_shop_answers_the_same(shop: cobuy.Shop, tmp_path: Path) -> None:
    shop.save(tmp_path / "shop.cobuy")
    opened = cobuy.open(tmp_path / "shop.cobuy")
    rules = {"filter": "in_stock and price < customer.budget", "boost": "margin / price", "customer": "c20"}
    assert opened.also_bought("tea", **rules) == shop.also_bought("tea", **rules)
    rule = cobuy.Rule("budget >= 5 and has(orders)")
    assert str(opened_verdict := rule.explain(opened, customer="c01")) == str(rule.explain(shop, customer="c01"))
    assert opened_verdict.holds is True


def test_typed_use_runs(shop: cobuy.Shop) -> None:
    typed_rules.use(shop)
