"""Customers also bought, from a shop's own orders, with the reason why.

Two doors lead to the same core. Labels in, suggestions out::

    shop = cobuy.Shop.from_orders("orders.csv", items="items.csv")
    shop.fit(cobuy.AlsoBought(neighbours=50))
    shop.also_bought("tea", n=3)
    shop.recommend(["ann", "bo"], n=5)
    shop.also_bought("tea", filter="in_stock and price <= 20", boost="margin / price")
    shop.save("shop.cobuy")

Indices in, arrays out, for those who come with a SciPy matrix::

    model = cobuy.AlsoBought(measure="cosine", neighbours=50).fit(user_items)
    ids, scores = model.similar_items(3, n=10)

Vectors of customers and items, for the best suggestions where minutes are no matter, learns
:class:`Factors`. How good each is says :func:`evaluate`, and of any other tool's lists :func:`evaluate_lists`;
which settings are best, :func:`tune`.
"""

from cobuy._also_bought import AlsoBought
from cobuy._answers import (
    Explanation,
    Reason,
    Receipt,
    Report,
    Suggestion,
    Suggestions,
    Summary,
    Verdict,
)
from cobuy._core import __version__
from cobuy._errors import (
    DataError,
    InternalError,
    ModelFileError,
    NotFittedError,
    RuleError,
    UnknownCustomerError,
    UnknownItemError,
    UnknownOrderError,
)
from cobuy._evaluate import Evaluation, evaluate, evaluate_lists
from cobuy._factors import Factors
from cobuy._rules import Formula, Rule
from cobuy._shop import Shop, inspect, open
from cobuy._table import Table
from cobuy._tune import Tuning, tune

__all__ = [
    "AlsoBought",
    "DataError",
    "Evaluation",
    "Explanation",
    "Factors",
    "Formula",
    "InternalError",
    "ModelFileError",
    "NotFittedError",
    "Reason",
    "Receipt",
    "Report",
    "Rule",
    "RuleError",
    "Shop",
    "Suggestion",
    "Suggestions",
    "Summary",
    "Table",
    "Tuning",
    "UnknownCustomerError",
    "UnknownItemError",
    "UnknownOrderError",
    "Verdict",
    "__version__",
    "evaluate",
    "evaluate_lists",
    "inspect",
    "open",
    "tune",
]
