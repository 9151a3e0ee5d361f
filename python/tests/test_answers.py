"""Answers for baskets, customers and pages, the doctor, configuration, progress."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from conftest import ROOT

import cobuy

CORNER = ROOT / "datasets" / "corner_shop"


@pytest.fixture(scope="module")
def shop() -> cobuy.Shop:
    shop = cobuy.Shop.from_orders(CORNER / "orders.csv", items=CORNER / "items.csv")
    return shop.fit(cobuy.AlsoBought(neighbours=5))


def test_a_table_of_recommendations_has_a_row_a_suggestion(shop: cobuy.Shop) -> None:
    table = shop.recommend(["c20", "nobody"], n=3)
    assert table.columns == ["customer", "rank", "item", "name", "score", "source", "reason"]
    assert table["customer"] == ["c20"] * 3 + ["nobody"] * 3
    assert table["rank"] == [1, 2, 3] * 2
    assert set(table["source"][3:]) == {"popular"}
    assert table.short_reasons == {}
    alone = shop.recommend("c20", n=3)
    assert alone.to_dict() == {name: table[name][:3] for name in table.columns}


def test_evidence_comes_where_it_is_asked_for(shop: cobuy.Shop) -> None:
    table = shop.recommend(baskets=[["tea"], ["tea", "lantern"]], n=2, explain=True)
    assert table["basket"] == ["0", "0", "1", "1"]
    assert table["with"][0] == "tea" and table["both"][0] == 8
    assert table["lift"][0] == pytest.approx(4.0)


def test_what_is_owned_comes_back_only_where_it_may(shop: cobuy.Shop) -> None:
    owned = {"tea", "cup"}
    without = shop.recommend(baskets=[owned], n=12)
    assert not owned & set(without["item"])
    assert "cup-blue" not in without["item"]  # a variant of cup
    assert len(without) < 12
    assert "12" not in without.short_reasons["0"] and "not in the basket" in without.short_reasons["0"]
    kept = shop.recommend(baskets=[owned], n=8, keep_owned=True)
    assert owned & set(kept["item"])


def test_customers_or_baskets_and_not_both(shop: cobuy.Shop) -> None:
    with pytest.raises(ValueError, match="is the text 'tea'"):
        shop.recommend(baskets="tea")
    for arguments in ({}, {"customers": "c20", "baskets": [["tea"]]}):
        with pytest.raises(ValueError, match="either `customers` or `baskets`"):
            shop.recommend(**arguments)
    with pytest.raises(cobuy.UnknownItemError, match="did you mean `tea`"):
        shop.recommend(baskets=[["tae"]])


def test_what_is_popular_says_by_how_many(shop: cobuy.Shop) -> None:
    first = shop.popular(1)[0]
    assert (first.item, first.source, first.score) == ("milk", "popular", 36.0)
    assert str(first.reason) == "popular: bought by 36 customers"
    assert first.reason.to_dict() == {"basis": "customer", "support": 0.9, "buyers": 36}
    kitchen = shop.popular(9, category="kitchen")
    assert {s.reason.category for s in kitchen} == {"kitchen"} and kitchen.short_reason
    with pytest.raises(ValueError, match="did you mean `kitchen`"):
        shop.popular(category="kichen")


def test_a_list_is_printed_with_the_names_of_its_goods(shop: cobuy.Shop) -> None:
    first = str(shop.also_bought("tea", n=2)).splitlines()[0]
    assert first == "teapot  Clay teapot    0.894  bought with `Black tea` by 8 customers, 4.0 times chance"
    assert str(shop.popular(1)) == "milk  Fresh milk  36  popular: bought by 36 customers"


def test_a_page_repeats_nothing(shop: cobuy.Shop) -> None:
    lists = shop.page({"also_bought": "tea"}, {"customer": "c20", "n": 3}, {"popular": None}, n=2)
    assert [len(told) for told in lists] == [2, 3, 2]
    items = [s.item for told in lists for s in told]
    assert len(items) == len(set(items))
    assert lists[0].to_dict() == shop.also_bought("tea", n=2).to_dict()
    for wrong in ({}, {"also_bought": "tea", "popular": None}, {"popular": None, "m": 1}):
        with pytest.raises(ValueError, match="a list of a page"):
            shop.page(wrong)


def test_an_explanation_says_what_adds_and_what_keeps_out(shop: cobuy.Shop) -> None:
    why = shop.explain("cup", basket=["tea"])
    assert (why["rank"], why["source"], why["kept_out"]) == (2, "also_bought", None)
    assert [part["with"] for part in why["contributions"]] == ["tea"]
    assert "number 2" in str(why)
    for item, arguments, stage in [
        ("tea", {}, "owned"),
        ("cup", {"exclude": ["cup"]}, "excluded"),
        ("cup", {"only": ["milk"]}, "not_among_only"),
        ("cup", {"n": 1}, "below_n"),
        ("cup-blue", {}, "never_bought"),
    ]:
        out = shop.explain(item, basket=["tea"], **arguments)
        assert out["rank"] is None and out["kept_out"]["stage"] == stage, (item, str(out))
    with pytest.raises(ValueError, match="either `customer` or `basket`"):
        shop.explain("cup")


def test_the_doctor_says_what_is_odd(shop: cobuy.Shop) -> None:
    report = shop.doctor()
    codes = [finding["code"] for finding in report["findings"]]
    assert "rows_without_customer" in codes and not report.is_clean
    assert "name no customer" in str(report) or "names no customer" in str(report)
    json.dumps(report)


def test_a_configuration_is_read_and_arguments_win(tmp_path: Path) -> None:
    config = tmp_path / "shop.toml"
    config.write_text(
        'fulfilled = ["delivered"]\nignore = ["milk"]\n[orders]\ncolumns = { channel = "channel" }\n'
    )
    shop = cobuy.Shop.from_orders(CORNER / "orders.csv", config=config).fit()
    assert "milk" not in [s.item for s in shop.popular(20)]
    every = cobuy.Shop.from_orders(
        CORNER / "orders.csv", config=config, fulfilled=["delivered", "pending"]
    )
    assert every.summary["fulfilled_orders"] > shop.summary["fulfilled_orders"]
    config.write_text("fullfilled = []\n")
    with pytest.raises(ValueError, match="did you mean `fulfilled`"):
        cobuy.Shop.from_orders(CORNER / "orders.csv", config=config)
    with pytest.raises(TypeError, match="did you mean `time_zone`"):
        cobuy.Shop.from_orders(CORNER / "orders.csv", timezone="UTC")
    with pytest.raises(TypeError, match="a path or a data frame"):
        cobuy.Shop.from_orders([1, 2])


def test_lists_may_fade_follow_and_count_groups_as_one() -> None:
    shop = cobuy.Shop.from_orders(CORNER / "orders.csv", items=CORNER / "items.csv")
    plain = shop.fit().also_bought("tea", n=1)[0]
    faded = shop.fit(cobuy.AlsoBought(half_life=30)).also_bought("tea", n=1)[0]
    assert faded.score != plain.score and faded.reason.both == plain.reason.both
    after = shop.fit(cobuy.AlsoBought(measure="confidence", within_days=14)).also_bought("tea", n=3)
    assert all(s.reason.within_days == 14 for s in after)
    grouped = shop.fit(by_group=True)
    assert "cup" in [s.item for s in grouped.also_bought("tea")]
    assert "cup-blue" in [s.item for s in grouped.also_bought("tea", exclude=["cup"])]
    with pytest.raises(ValueError, match="half_life"):
        shop.fit(cobuy.AlsoBought(measure="lift", half_life=30))


def test_a_bar_is_drawn_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cobuy import _progress

    assert _progress.teller(False) is None and _progress.teller(None) is None
    tell = _progress.teller(True)
    assert tell is not None
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    tell("fitting", 1, 2)
    tell("fitting", 2, 2)
    assert "50%" in stream.getvalue() and stream.getvalue().endswith("100%\n")


def test_small_scores_are_told_by_their_digits() -> None:
    from cobuy._answers import _score

    assert [_score(score) for score in (0.8944, 0.0474, 0.0012345, 0.0)] == [
        "0.894",
        "0.047",
        "0.00123",
        "0.000",
    ]
