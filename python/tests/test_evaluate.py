"""How suggestions are measured: the cases of tests/evaluation, and both doors."""

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
from conftest import CORNER_SHOP, ROOT, random_matrix

import cobuy

import tomllib

FOLDER = ROOT / "tests" / "evaluation"


def cases(name: str) -> list[Any]:
    file = tomllib.loads((FOLDER / f"{name}.toml").read_text())
    shops = file.get("shops", {})
    found = []
    for case in file["case"]:
        csv = case.get("csv") or shops.get(case.get("shop"))
        found.append(pytest.param(case, csv, id=case["name"]))
    return found


def ones(rows: list[list[int]], items: int) -> sp.csr_array:
    dense = np.zeros((len(rows), items), dtype=np.int8)
    for row, held in enumerate(rows):
        dense[row, held] = 1
    return sp.csr_array(dense)


def figures(evaluation: cobuy.Evaluation) -> dict[str, float]:
    rows = evaluation.table()
    prefix = {row["group"]: f"{row['group']}: " if row["group"] else "" for row in rows}
    return {f"{prefix[row['group']]}{row['metric']}@{row['k']}": row["value"] for row in rows}


def holds(case: dict[str, Any], measure: Any) -> None:
    if "error" in case:
        with pytest.raises((ValueError, IndexError)) as raised:
            measure()
        for text in case["error"]:
            assert text in str(raised.value)
        return
    evaluation = measure()
    found = figures(evaluation)
    for key, expected in case["expect"].items():
        assert found[key] == pytest.approx(expected, abs=6e-7), key
    assert not set(case.get("absent", ())) & set(found)
    for key, expected in case.get("counted", {}).items():
        assert evaluation.counted[key] == expected, key


@pytest.mark.parametrize(("case", "_"), cases("lists"))
def test_lists_come_to_what_stands_in_the_cases(case: dict[str, Any], _: None) -> None:
    items = case["items"]
    before = ones(case["before"], items) if "before" in case else None
    values = np.array(case["item_values"]) if "item_values" in case else None
    holds(
        case,
        lambda: cobuy.evaluate_lists(
            case["lists"], ones(case["truth"], items), before=before, k=case["k"], values=values, resamples=0
        ),
    )


@pytest.mark.parametrize(("case", "csv"), cases("shops"))
def test_shops_come_to_what_stands_in_the_cases(case: dict[str, Any], csv: str, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(csv.lstrip())
    tables = {}
    if "customers" in case:
        tables["customers"] = tmp_path / "customers.csv"
        tables["customers"].write_text(case["customers"].lstrip())
    shop = cobuy.Shop.from_orders(orders, **tables)
    ((split, said),) = case["split"].items()
    asked = {name: case[name] for name in ("k", "keep_owned", "fallback", "group_by") if name in case}
    holds(
        case,
        lambda: cobuy.evaluate(cobuy.AlsoBought(), shop, split=split, resamples=50, **said, **asked),
    )


def halves() -> tuple[sp.csr_array, sp.csr_array]:
    whole = random_matrix(300, 50, seed=3, density=0.2).toarray()
    held = np.random.default_rng(4).random(whole.shape) < 0.3
    return sp.csr_array(np.where(held, 0, whole)), sp.csr_array(np.where(held, whole, 0))


def test_a_model_is_measured_as_its_lists_are() -> None:
    train, test = halves()
    model = cobuy.AlsoBought(neighbours=10).fit(train)
    fitted = cobuy.evaluate(model, train, test=test, k=(5, 10))
    anew = cobuy.evaluate(cobuy.AlsoBought(neighbours=10), train, test=test, k=(5, 10))
    lists, _ = model.recommend(np.arange(300), train, n=10)
    by_lists = cobuy.evaluate_lists(lists, test, before=train, k=(5, 10))
    # Of those who take no part, lists show something too, but it is not looked at.
    assert fitted.metrics == anew.metrics == by_lists.metrics
    for name, values in fitted.per_customer.items():
        np.testing.assert_array_equal(values, by_lists.per_customer[name])
        assert fitted.metrics[name] == pytest.approx(np.nanmean(values), abs=1e-12)
        low, high = fitted.interval(name) or (1, 0)
        assert low <= fitted.metrics[name] <= high
        assert by_lists.interval(name) == (low, high)
    assert (fitted.customers == np.flatnonzero(np.diff(test.indptr))).all()
    assert fitted.took["fit"] is None and anew.took["fit"] is not None
    assert "recall@10" in str(fitted) and "95 % interval" in str(fitted)
    assert "recall@10" in repr(fitted)
    with pytest.raises(KeyError, match=r"recal@10.*recall@10"):
        fitted.interval("recal@10")


def test_nothing_depends_on_threads_and_a_seed_is_a_seed() -> None:
    train, test = halves()
    lists, _ = cobuy.AlsoBought().fit(train).recommend(np.arange(300), train, n=10)

    def told(threads: int, seed: int) -> dict[str, list[Any]]:
        return cobuy.evaluate_lists(
            lists, test, k=10, threads=threads, resamples=200, seed=seed
        ).table().to_dict()

    assert told(1, 5) == told(2, 5) == told(7, 5)
    assert told(1, 5) != told(1, 6)
    assert cobuy.evaluate_lists(lists, test, k=10, resamples=0).interval("recall@10") is None


def test_a_comparison_tells_two_models_apart() -> None:
    train, test = halves()
    good, bad = (
        cobuy.evaluate(cobuy.AlsoBought(neighbours=n), train, test=test, k=5) for n in (40, 1)
    )
    table = good.compare(bad)
    (recall,) = [row for row in table if row["metric"] == "recall"]
    difference = good.metrics["recall@5"] - bad.metrics["recall@5"]
    assert recall["difference"] == pytest.approx(difference, abs=1e-12)
    assert recall["low"] <= difference <= recall["high"]
    assert all(row["other_side"] == 1 for row in good.compare(good))
    fewer = cobuy.evaluate(cobuy.AlsoBought(), train[:200], test=test[:200], k=5)
    with pytest.raises(ValueError, match="judged other customers"):
        good.compare(fewer)
    with pytest.raises(TypeError, match=r"must be a cobuy\.Evaluation"):
        good.compare(good.metrics)  # type: ignore[arg-type]


def test_groups_are_evaluations_of_their_own() -> None:
    train, test = halves()
    labels = [f"g{row % 3}" for row in range(300)]
    evaluation = cobuy.evaluate(cobuy.AlsoBought(), train, test=test, k=5, group_by=labels)
    groups = evaluation.groups
    assert list(groups) == ["g0", "g1", "g2"]
    for name, group in groups.items():
        rows = np.asarray(evaluation.customers) % 3 == int(name[1])
        values = evaluation.per_customer["ndcg@5"][rows]
        np.testing.assert_array_equal(group.per_customer["ndcg@5"], values)
        assert group.metrics["ndcg@5"] == pytest.approx(values.mean(), abs=1e-12)
        assert group.interval("ndcg@5") is not None
        assert "coverage@5" not in group.metrics
    by_size = cobuy.evaluate(cobuy.AlsoBought(), train, test=test, k=5, group_by="purchases", groups=3)
    assert len(by_size.groups) == 3
    assert not cobuy.evaluate(cobuy.AlsoBought(), train, test=test, k=5).groups


def test_a_matrix_is_left_out_by_its_times_and_cut_by_them() -> None:
    bought = sp.csr_array(np.array([[1, 1, 1, 0], [1, 0, 1, 1], [0, 1, 0, 1], [1, 1, 0, 0]]))
    # Row 0 bought item 0 last, row 1 item 2, row 2 item 3, row 3 item 1.
    times = sp.csr_array(np.array([[9, 1, 2, 0], [1, 0, 9, 2], [0, 1, 0, 9], [1, 9, 0, 0]], dtype=float))
    model = cobuy.AlsoBought(half_life=30)
    tail = cobuy.evaluate(model, bought, times=times, k=2, resamples=0)
    assert tail.counted["purchases"] == 4
    cut = cobuy.evaluate(model, bought, split="time", times=times, cut=5, horizon=4, k=2, resamples=0)
    assert cut.metrics == tail.metrics
    assert cut.origins[0]["cut"] is not None
    worth = cobuy.evaluate(
        model, bought, times=times, k=2, resamples=0, values=sp.csr_array(bought.toarray() * 2.0)
    )
    assert worth.metrics["revenue_recall@2"] == worth.metrics["recall@2"]


def test_a_shop_is_measured_by_id() -> None:
    shop = cobuy.Shop.from_orders(CORNER_SHOP)
    evaluation = cobuy.evaluate(cobuy.AlsoBought(), shop, horizon=20, origins=2, k=5)
    assert len(evaluation.origins) == 2
    assert set(evaluation.customers) <= set(shop.customers)
    assert set(evaluation.origin_of.tolist()) == {0, 1}
    given = cobuy.evaluate(cobuy.AlsoBought(), shop.as_of("2024-05-01"), test=shop, k=5)
    until = cobuy.evaluate(cobuy.AlsoBought(), shop, cut="2024-04-30T23:59:59.999999", horizon=60, k=5)
    assert given.metrics == until.metrics
    assert given.customers == until.customers


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"split": "tim"}, "`split` is 'tim'"),
        ({"split": "given"}, "`test` is missing"),
        ({"split": "time"}, "with `times` and a `cut`"),
        ({"k": 0}, "`k` is 0"),
        ({"k": ()}, "`k` is empty"),
        ({"share": 1.5}, "`share` is 1.5"),
        ({"share": float("nan")}, "`share` is NaN"),
        ({"group_by": "city"}, "of a matrix it must be 'purchases'"),
        ({"group_by": ["a", "b"]}, "labels of 2 customers"),
        ({"confidence": 1.0}, "`confidence` is 1"),
        ({"values": [1.0, 2.0]}, "values of 2 items"),
        ({"test": np.ones((2, 2))}, "both need one shape"),
        ({"test": np.zeros((300, 50))}, "no customer has a purchase"),
    ],
)
def test_what_cannot_be_is_refused(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text.replace("(", r"\(")):
        cobuy.evaluate(cobuy.AlsoBought(), halves()[0], **arguments)


def test_models_and_lists_of_the_wrong_kind_are_refused() -> None:
    train, test = halves()
    with pytest.raises(TypeError, match=r"must be a cobuy\.AlsoBought"):
        cobuy.evaluate("cosine", train)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="2-d array of item indices"):
        cobuy.evaluate_lists([[0.5]], test)
    with pytest.raises(IndexError, match="beyond 32 bits"):
        cobuy.evaluate_lists(np.full((300, 1), 2**40), test, k=1)


def test_ctrl_c_ends_a_long_measurement() -> None:
    train, test = halves()
    threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        cobuy.evaluate(cobuy.AlsoBought(), train, test=test, resamples=1_000_000)
    assert time.monotonic() - begin < 20
