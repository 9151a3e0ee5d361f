"""Runs the cases in tests/cases, which say as data what orders mean and what is answered."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT

import cobuy

import tomllib

FOLDER = ROOT / "tests" / "cases"


def cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        file = tomllib.loads(path.read_text())
        for case in file["case"]:
            csv = case["csv"] if "csv" in case else file["shops"][case["shop"]]
            found.append(pytest.param(case, csv, id=f"{path.stem}: {case['name']}"))
    return found


@pytest.mark.parametrize(("case", "csv"), cases())
def test_case(case: dict[str, Any], csv: str, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(csv.encode())
    if "error" in case:
        with pytest.raises((ValueError, KeyError)) as raised:
            learn(case, path)
        assert_holds(str(raised.value), case["error"])
        return
    shop = learn(case, path)
    summary = shop.summary
    assert_covers("summary", case.get("summary", {}), json.loads(json.dumps(summary)))
    for note, text in zip(summary["notes"], case.get("notes", summary["notes"]), strict=True):
        assert text in note
    assert (summary["as_of"] or "") == case.get("as_of", summary["as_of"] or "")
    if "lines" in case:
        assert_lines(case["lines"], shop.lines())
    if "bought" in case:
        assert bought(shop, case.get("fit", {}).get("basis", "customer")) == case["bought"]
    for question in case.get("also_bought", []):
        ask(shop, question)
    for question in case.get("recommend", []):
        recommend(shop, question)


def learn(case: dict[str, Any], path: Path) -> cobuy.Shop:
    settings = dict(case.get("settings", {}))
    columns = {role: name or None for role, name in settings.pop("columns", {}).items()}
    fit = dict(case.get("fit", {}))
    basis = fit.pop("basis", "customer")
    by_group = fit.pop("by_group", False)
    tables = {}
    for table in ("items", "customers", "events", "spend"):
        if table in case:
            tables[table] = path.with_name(f"{table}.csv")
            tables[table].write_bytes(case[table].encode())
    shop = cobuy.Shop.from_orders(path, columns=columns, **tables, **settings)
    for change in case.get("change", []):
        ((name, text),) = change.items()
        if name in ("append", "upsert"):
            more = path.with_name("more.csv")
            more.write_bytes(text.encode())
            getattr(shop, name)(more, columns=columns)
        elif name == "as_of":
            shop = shop.as_of(text)
        else:
            getattr(shop, name)(text)
    return shop.fit(cobuy.AlsoBought(**fit), basis=basis, by_group=by_group)


def recommend(shop: cobuy.Shop, question: dict[str, Any]) -> None:
    question = dict(question)
    expected = {key: question.pop(key, None) for key in ("expect", "error", "short_reason")}
    basket = question.pop("basket", None)
    if "popular" in question:
        about: dict[str, Any] = {"popular": question.pop("popular") or None}
    elif basket is not None:
        about = {"basket": basket}
    else:
        about = {"customer": question.pop("customer")}
    if expected["error"]:
        with pytest.raises((ValueError, KeyError)) as raised:
            shop.page({**about, **question})
        assert_holds(str(raised.value), expected["error"])
        return
    (answer,) = shop.page({**about, **question})
    assert [[s.item, s.source, str(s.reason)] for s in answer] == (expected["expect"] or [])
    assert (answer.short_reason is None) == (expected["short_reason"] is None)
    assert (expected["short_reason"] or "") in (answer.short_reason or "")


def ask(shop: cobuy.Shop, question: dict[str, Any]) -> None:
    question = dict(question)
    expected = {key: question.pop(key, None) for key in ("expect", "error", "short_reason", "unknown")}
    if expected["error"]:
        with pytest.raises((ValueError, KeyError)) as raised:
            shop.also_bought(**question)
        assert_holds(str(raised.value), expected["error"])
        return
    answer = shop.also_bought(**question)
    found = [[s.item, round(s.score, 4), s.reason.both] for s in answer]
    for told, wanted in zip(found, expected["expect"], strict=True):
        assert told == [wanted[0], pytest.approx(wanted[1], abs=6e-5), wanted[2]]
    assert (answer.short_reason is None) == (expected["short_reason"] is None)
    assert (expected["short_reason"] or "") in (answer.short_reason or "")
    assert answer.unknown == (expected["unknown"] or [])


def bought(shop: cobuy.Shop, basis: str) -> dict[str, list[str]]:
    rows = shop.customers if basis == "customer" else shop.orders
    purchases = shop.purchases(basis)
    held = (purchases.indices[purchases.indptr[row] : purchases.indptr[row + 1]] for row in range(len(rows)))
    return {
        name: [shop.items[item] for item in items]
        for name, items in zip(rows, held, strict=True)
        if len(items)
    }


def assert_holds(message: str, texts: list[str]) -> None:
    assert texts
    for text in texts:
        assert text in message


def assert_covers(what: str, expected: Any, found: Any) -> None:
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            assert_covers(f"{what}.{key}", value, found.get(key))
    else:
        assert found == expected, what


def assert_lines(expected: list[dict[str, str]], columns: dict[str, Any]) -> None:
    assert len(columns["order_id"]) == len(expected)
    for row, fields in enumerate(expected):
        for key, wanted in fields.items():
            name = f"{key}_id" if key in ("order", "customer", "item") else key
            found = columns[name][row]
            if isinstance(found, np.datetime64):
                told = "" if np.isnat(found) else found
                assert told == (np.datetime64(wanted.removesuffix("Z")) if wanted else ""), key
            elif isinstance(found, float):
                assert (math.isnan(found) and wanted == "") or found == pytest.approx(float(wanted)), key
            else:
                assert (found or "") == wanted, key
