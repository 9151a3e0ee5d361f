"""Rules as a typed program uses them; mypy reads this file, and test_rules.py runs it."""

from typing import assert_type

import cobuy


def use(shop: cobuy.Shop) -> None:
    rule = cobuy.Rule("in_stock and price <= 20")
    assert_type(cobuy.Rule.parse("in_stock"), cobuy.Rule)
    assert_type(cobuy.Rule.from_json(rule.to_json()), cobuy.Rule)
    assert_type(cobuy.Formula.from_json({"version": 1, "formula": {"value": 1}}), cobuy.Formula)
    assert_type(rule.version, str)
    assert_type(rule.fields, list[str])
    assert_type(rule.holds(shop, item="tea"), bool | None)
    verdict = rule.explain(shop, item="tea", context=["cup", "milk"])
    assert_type(verdict, cobuy.Verdict)
    assert_type(verdict.holds, bool | None)
    assert_type(rule == cobuy.Formula("price"), bool)
    vip = {"vip": "count(orders) > 1", "big": cobuy.Rule("sum(amount of orders) > 50")}
    assert_type(cobuy.Rule("in segment 'vip'").holds(shop, customer="c01", segments=vip), bool | None)
    near = shop.also_bought("tea", filter=rule, boost=cobuy.Formula("margin / price"), customer=17)
    assert_type(near.let_through, int | None)
    assert_type(near[0].boost, float | None)
    assert_type(shop.recommend("c20", filter="in_stock", boost="margin"), cobuy.Table)
    try:
        cobuy.Rule("price <=")
    except cobuy.RuleError as error:
        assert_type(error.line, int | None)
        assert_type(error.near, list[str])
