"""How long one answer takes from Python: p50 and p99, the question's making included.

Usage: python benches/latency.py ORDERS.csv [ITEMS.csv]
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable

import cobuy

CALLS = 5_000


def timed(name: str, ask: Callable[[], object]) -> None:
    """Asks often, and prints microseconds."""
    times = []
    for _ in range(CALLS):
        start = time.perf_counter()
        ask()
        times.append(time.perf_counter() - start)
    times.sort()
    p50, p99 = (times[int(CALLS * share)] * 1e6 for share in (0.5, 0.99))
    print(f"{name:<34} p50 {p50:8.1f} us   p99 {p99:8.1f} us")


def main() -> None:
    items = sys.argv[2] if len(sys.argv) > 2 else None
    shop = cobuy.Shop.from_orders(sys.argv[1], items=items, show_progress=False)
    shop.fit(show_progress=False)
    chance = random.Random(0)
    goods, people = shop.items, shop.customers
    some = chance.sample(goods, min(100, len(goods)))
    timed("also_bought", lambda: shop.also_bought(chance.choice(goods)))
    timed("also_bought, 5 excluded", lambda: shop.also_bought(chance.choice(goods), exclude=some[:5]))
    timed("also_bought, only 100", lambda: shop.also_bought(chance.choice(goods), only=some))
    timed("recommend a basket of 3", lambda: shop.recommend(baskets=[chance.sample(goods, 3)]))
    timed("recommend a customer", lambda: shop.recommend(chance.choice(people)))
    timed("popular", shop.popular)
    start = time.perf_counter()
    shop.recommend(people)
    taken = time.perf_counter() - start
    print(f"recommend all {len(people):,} customers     {taken:.2f} s, {len(people) / taken:,.0f} a second")


if __name__ == "__main__":
    main()
