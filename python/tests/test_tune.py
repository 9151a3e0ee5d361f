"""Searching settings, and the model that the data pick: the package's half of tests/tune.rs."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import CORNER_SHOP

import cobuy


def tastes(customers: int, seed: int) -> tuple[sp.csr_array, sp.csr_array]:
    """Who bought what, of one of four tastes each, and on which day."""
    random = np.random.default_rng(seed)
    bought, days = np.zeros((customers, 40)), np.zeros((customers, 40))
    for row in range(customers):
        for day in range(random.integers(3, 11)):
            taste = random.integers(4) if random.random() < 0.25 else row % 4
            item = taste * 10 + min(random.integers(10), random.integers(10))
            days[row, item] = days[row, item] or day + 1
            bought[row, item] = 1
    return sp.csr_array(bought), sp.csr_array(days)


BOUGHT, DAYS = tastes(300, 1)
SHORT: dict[str, Any] = {"trials": 8, "metric": "ndcg@5", "resamples": 20, "seed": 3, "show_progress": False}


def without_seconds(tuning: cobuy.Tuning) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "fit_seconds"} for row in tuning.trials]


def test_values_are_those_of_an_evaluation_and_the_best_is_no_worse_than_the_defaults() -> None:
    tuning = cobuy.tune(BOUGHT, times=DAYS, **SHORT)
    assert tuning.warnings == [] and tuning.kept == 0 and tuning.metric == "ndcg@5"
    rows = list(tuning.trials)
    assert len(rows) == 8 and rows[0]["value"] == tuning.value
    values = [row["value"] for row in rows]
    assert values == sorted(values, reverse=True)
    for model in (tuning.best, cobuy.AlsoBought(model="ridge", neighbours=100)):
        judged = cobuy.evaluate(model, BOUGHT, times=DAYS, k=5, resamples=0)
        assert judged.metrics["ndcg@5"] <= tuning.value
    judged = cobuy.evaluate(tuning.best, BOUGHT, times=DAYS, k=5, resamples=0)
    assert judged.metrics["ndcg@5"] == tuning.value
    assert tuning.best.neighbours == 100 and tuning.best.fit(BOUGHT, times=DAYS).n_items_ == 40
    assert "ndcg@5" in str(tuning) and repr(tuning).startswith("<cobuy.Tuning of 8 trials: ndcg@5 0.")
    assert without_seconds(cobuy.tune(BOUGHT, times=DAYS, threads=1, **SHORT)) == without_seconds(tuning)


def test_where_a_search_begins_and_what_is_fixed() -> None:
    start = cobuy.AlsoBought(model="ridge", neighbours=30, penalty=3)
    tuning = cobuy.tune(BOUGHT, times=DAYS, models=start, fixed={"steps": 5}, threads=1, **SHORT)
    rows = {row["trial"]: row for row in tuning.trials}
    assert rows[0]["penalty"] == 3 and {row["steps"] for row in rows.values()} == {5}
    assert {row["neighbours"] for row in rows.values()} == {30}
    assert tuning.best.threads == 1 and start.threads is None
    named = cobuy.tune(BOUGHT, times=DAYS, models=["cosine", "rp3beta", "ridge"], **(SHORT | {"trials": 3}))
    assert sorted(row["model"] for row in named.trials) == ["cosine", "power", "ridge"]
    assert named.trials["penalty"].count(None) == 2


def test_no_times_is_a_warning() -> None:
    assert "was drawn" in cobuy.tune(BOUGHT, **(SHORT | {"trials": 1})).warnings[0]
    sampled = cobuy.tune(BOUGHT, times=DAYS, customers=60, **(SHORT | {"trials": 1}))
    assert sampled.trials[0]["customers"] == 60 and sampled.warnings == []


def test_a_shop_is_searched_as_it_is_measured(tmp_path: Path) -> None:
    shop = cobuy.Shop.from_csv(CORNER_SHOP)
    asked = SHORT | {"trials": 4, "horizon": 20, "origins": 2, "basis": "order"}
    path = tmp_path / "trials.jsonl"
    tuning = cobuy.tune(shop, trials_file=path, **asked)
    judged = cobuy.evaluate(tuning.best, shop, horizon=20, origins=2, basis="order", k=5, resamples=0)
    assert judged.metrics["ndcg@5"] == tuning.value
    again = cobuy.tune(shop, trials_file=str(path), **asked)
    assert again.kept == 4 and again.trials.to_dict() == tuning.trials.to_dict()
    with pytest.raises(cobuy.DataError, match="basis=order .* basis=customer"):
        cobuy.tune(shop, trials_file=path, **(asked | {"basis": "customer"}))
    with pytest.raises(cobuy.DataError, match="`seed` is 3 there, but 4 here"):
        cobuy.tune(shop, trials_file=path, **(asked | {"seed": 4}))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"trials": 0}, "`trials` is 0"),
        ({"trials": 1.5}, "`trials` is 1.5"),
        ({"metric": "ndgc@5"}, "did you mean `ndcg`"),
        ({"metric": "ndcg"}, "such as ndcg@20"),
        ({"metric": 20}, "`metric` is 20"),
        ({"metric": "revenue_recall@5"}, "`metric` is revenue_recall@5"),
        ({"models": "rigde"}, "did you mean `ridge`"),
        ({"models": []}, "`models` is empty"),
        ({"models": cobuy.AlsoBought(model="auto")}, "'auto'"),
        ({"fixed": {"penalti": 1}}, "did you mean `penalty`"),
        ({"fixed": {"penalty": float("nan")}}, "`penalty` is NaN"),
        ({"fixed": {"penalty": "much"}}, "`penalty` is 'much'"),
        ({"customers": 0}, "`customers` is 0"),
        ({"share": 0.0}, "`share` is 0"),
        ({"split": "tail"}, "`split` is 'tail'"),
        ({"test": BOUGHT * 0}, "no customer has a purchase to be judged by"),
    ],
)
def test_what_cannot_be_names_itself(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        cobuy.tune(BOUGHT, **(SHORT | arguments))


def test_ctrl_c_stops_and_says_how_to_go_on(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"

    def strike() -> None:
        while not path.exists() or path.read_text().count("\n") < 4:
            time.sleep(0.005)
        os.kill(os.getpid(), signal.SIGINT)

    asked = SHORT | {"trials": 2000}
    striker = threading.Thread(target=strike)
    striker.start()
    with pytest.raises(KeyboardInterrupt, match="the same call goes on from there"):
        cobuy.tune(BOUGHT, times=DAYS, trials_file=path, **asked)
    striker.join()
    there = path.read_text().count("\n") - 1
    assert 3 <= there < 2000
    asked["trials"] = there + 2
    on = cobuy.tune(BOUGHT, times=DAYS, trials_file=path, **asked)
    assert on.kept == there
    assert without_seconds(on) == without_seconds(cobuy.tune(BOUGHT, times=DAYS, **asked))


def test_auto_says_what_was_picked_and_why(tmp_path: Path) -> None:
    model = cobuy.AlsoBought(model="auto", neighbours=30)
    assert model.fit(BOUGHT, times=DAYS) is model
    assert list(model.candidates_) == ["popular", "cosine", "power", "ridge", "closed_form", "ridge in order"]
    assert model.get_params()["model"] == "auto" and model.model_.neighbours == 30
    told = max(value for name, value in model.candidates_.items() if name != "popular")
    judged = cobuy.evaluate(model.model_, BOUGHT, times=DAYS, k=20, resamples=0).metrics["ndcg@20"]
    assert judged <= told and f"{judged:.4f}" in model.reason_
    assert "on the last part of the histories" in model.reason_
    same = model.model_.fit(BOUGHT, times=DAYS)
    assert (same.similarity_ != model.similarity_).nnz == 0
    model.save(tmp_path / "model")
    assert cobuy.AlsoBought.load(tmp_path / "model").get_params()["model"] == model.model_.model
    assert "was drawn" in cobuy.AlsoBought(model="auto").fit(BOUGHT).reason_
    with pytest.raises(ValueError, match="its `model_`"):
        cobuy.evaluate(model, BOUGHT)
    with pytest.raises(ValueError, match="with the model auto"):
        cobuy.AlsoBought("lift", model="auto").fit(BOUGHT)
    with pytest.raises(AttributeError):
        cobuy.AlsoBought().fit(BOUGHT).reason_  # noqa: B018


def test_a_model_that_counts_the_order_is_picked_and_fitted_where_it_tells_most() -> None:
    # Each buys what follows what they bought last, of a circle of 60.
    random = np.random.default_rng(5)
    bought, days = np.zeros((800, 60)), np.zeros((800, 60))
    for row in range(800):
        place = random.integers(60)
        for day in range(8):
            bought[row, place], days[row, place] = 1, day + 1
            place = (place + 1 + (random.random() < 0.2)) % 60
    model = cobuy.AlsoBought(model="auto").fit(sp.csr_array(bought), times=sp.csr_array(days))
    assert model.reason_.startswith("ridge in order: ")
    assert model.model_.recency_exponent == 0.45 and model.model_.model == "ridge"
    ids, _ = model.recommend([0], sp.csr_array(bought)[[0]], n=3, times=sp.csr_array(days)[[0]])
    assert ids.shape == (1, 3)


def test_a_shop_is_fitted_with_what_was_picked() -> None:
    shop, model = cobuy.Shop.from_csv(CORNER_SHOP), cobuy.AlsoBought(model="auto", neighbours=9)
    shop.fit(model)
    assert model.reason_.startswith("cosine: 38 customers can be judged") and model.candidates_ == {}
    plain = cobuy.Shop.from_csv(CORNER_SHOP).fit(cobuy.AlsoBought(neighbours=9))
    assert shop.also_bought("tea") == plain.also_bought("tea")
    customer = shop.customers[0]
    shop.forget(customer)
    plain.forget(customer)
    assert shop.also_bought("tea") == plain.also_bought("tea")
