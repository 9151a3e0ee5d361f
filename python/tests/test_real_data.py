"""Real shops, with figures that are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
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
