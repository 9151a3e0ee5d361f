"""Real shops, with figures that are known."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import data_set, interactions

import cobuy


def test_online_retail_reads_with_no_option_and_its_figures_are_known() -> None:
    shop = cobuy.Shop.from_csv(data_set("online_retail", "online_retail.csv.gz"))
    summary = shop.summary
    expected = {
        "rows": 541_909,
        "orders": 25_900,
        "items": 4_070,
        "customers": 4_372,
        "marked_returns": 3_836,
        "return_rows": 10_624,
        "rows_without_customer": 135_080,
        "price_not_positive": 2_517,
        "duplicate_rows": 5_268,
    }
    assert {name: summary[name] for name in expected} == expected
    assert summary["returns"]["never_bought"] == 948
    assert summary["returns"]["only_later"] == 358
    assert summary["returns"]["no_customer"] == 383 + 1_336
    answer = shop.fit(cobuy.AlsoBought(neighbours=20)).also_bought("22697", n=2)
    # The green regency teacup goes with the roses and the pink one.
    assert {suggestion.item for suggestion in answer} == {"22698", "22699"}


def test_gowalla_equals_a_brute_force_product(tmp_path: Path) -> None:
    matrix = interactions(data_set("gowalla", "train.txt.gz"))
    assert (matrix.shape, matrix.nnz) == ((29_858, 40_981), 810_128)
    model = cobuy.AlsoBought(neighbours=100).fit(matrix)
    ids, scores = model.similar_items(np.arange(40_981), n=100)
    counts = np.asarray(matrix.sum(axis=0)).ravel()
    product = (matrix.T @ matrix).tocsr()
    for item in range(40_981):
        row = slice(product.indptr[item], product.indptr[item + 1])
        others = product.indices[row]
        cosine = product.data[row] / np.sqrt(counts[item] * counts[others])
        cosine[others == item] = 0
        order = np.lexsort((others, -cosine))[:101]
        order = order[cosine[order] > 0]
        best, kept = cosine[order], order[:100]
        told = ids[item] >= 0
        assert told.sum() == len(kept)
        np.testing.assert_allclose(scores[item][told], best[:100], atol=2e-6)
        # Where a score stands clear of its neighbours there is no tie, and the id is certain.
        gaps = -np.diff(best, prepend=np.inf, append=-np.inf) > 4e-6
        alone = (gaps[:-1] & gaps[1:])[:100]
        assert (ids[item][told][alone] == others[kept][alone]).all()
    path = tmp_path / "gowalla.cobuy"
    first = model.save(path)
    assert cobuy.AlsoBought.load(path).save(path) == first


@pytest.mark.parametrize(
    ("settings", "fulfilled"),
    [({}, 4_919), ({"fulfilled": ["delivered"]}, 4_858)],
)
def test_olist_counts_what_was_delivered_or_shipped(
    settings: dict[str, Any], fulfilled: int, tmp_path: Path
) -> None:
    def rows(name: str) -> Iterator[dict[str, str]]:
        with gzip.open(data_set("olist", f"olist_{name}_dataset.csv.gz"), "rt", newline="") as file:
            yield from csv.DictReader(file)

    items: dict[str, list[dict[str, str]]] = {}
    for row in rows("order_items"):
        items.setdefault(row["order_id"], []).append(row)
    path = tmp_path / "orders.csv"
    with path.open("w", newline="") as file:
        told = csv.writer(file)
        told.writerow(["order_id", "customer_id", "product_id", "price", "order_status", "date"])
        for order in rows("orders"):
            # Orders that were never put together have no items; a blank line item stands for them.
            lines = items.get(order["order_id"]) or [{"product_id": "none", "price": ""}]
            for line in lines:
                told.writerow(
                    [order["order_id"], order["customer_id"], line["product_id"], line["price"]]
                    + [order["order_status"], order["order_purchase_timestamp"]]
                )
    shop = cobuy.Shop.from_orders(path, time_format="%m/%d/%Y %H:%M", **settings)
    statuses = {status["status"]: status for status in shop.summary["statuses"]}
    counts = {name: status["orders"] for name, status in statuses.items()}
    assert counts == {
        "canceled": 25,
        "delivered": 4_858,
        "invoiced": 12,
        "processing": 20,
        "shipped": 61,
        "unavailable": 24,
    }
    counting = {name for name, status in statuses.items() if status["standing"] == "fulfilled"}
    assert sum(counts[name] for name in counting) == fulfilled
    assert statuses["canceled"]["standing"] == "cancelled"
    assert shop.summary["fulfilled_orders"] == fulfilled
