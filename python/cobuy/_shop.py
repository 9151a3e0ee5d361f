"""The labels door: a shop's own ids in, suggestions with their reasons out."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from cobuy import _core
from cobuy._also_bought import AlsoBought
from cobuy._answers import Explanation, Reason, Receipt, Report, Suggestion, Suggestions, Summary
from cobuy._arguments import ids, one_id, whole
from cobuy._errors import NotFittedError
from cobuy._progress import teller
from cobuy._rules import Formula, Rule, factor, filters
from cobuy._table import Table
from cobuy._tables import options, sources

if TYPE_CHECKING:
    from datetime import date

    from scipy.sparse import csr_array

_Path = str | PathLike[str]
_Id = str | int
#: A file's path, or a data frame: anything with ``__arrow_c_stream__``.
_Rows = Any


class Shop:
    """A shop: its tables and what was learnt from them.

    Made by :meth:`from_orders` or, from a saved file, by :func:`cobuy.open`.

    Examples
    --------
    >>> import cobuy, pathlib, tempfile
    >>> rows = ["order_id,customer_id,item_id", "1,ann,tea", "1,ann,cup", "2,bo,tea", "3,bo,cup"]
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "orders.csv"
    >>> _ = path.write_text("\\n".join(rows))
    >>> shop = cobuy.Shop.from_orders(path).fit(cobuy.AlsoBought(neighbours=10))
    >>> shop.also_bought("tea", n=1)
    cup  1.000  bought with `tea` by 2 customers, 1.0 times chance
    """

    def __init__(self, history: _core.History | None, engine: _core.ShopEngine | None) -> None:
        self._history = history
        self._engine = engine
        # One change at a time: each begins with what the one before left.
        self._changing = threading.RLock()

    @classmethod
    def from_orders(
        cls,
        orders: _Rows | Sequence[_Rows],
        *,
        items: _Rows | None = None,
        customers: _Rows | None = None,
        events: _Rows | None = None,
        spend: _Rows | None = None,
        columns: Mapping[str, str | None | Mapping[str, str | None]] | None = None,
        config: _Path | None = None,
        show_progress: bool | None = None,
        **settings: Any,
    ) -> Shop:
        """Understand a shop's tables.

        Parameters
        ----------
        orders : path or data frame, or a list of those
            Lines of orders: order_id, customer_id and item_id, and where they are there quantity,
            price, ordered_at, status, channel, campaign, discount, cost, return_of and currency. Usual
            spellings of these names are recognised; any other column is kept as the shop's own. A
            path is a CSV file, plain or gzip, or a Parquet file; a data frame is anything with
            ``__arrow_c_stream__``: pandas, polars, pyarrow, DuckDB. The same data give the same shop by
            any of them, but for how columns of the shop's own are written (``16000.00``, 16000.0).
        items : path or data frame, optional
            What the shop sells: item_id, and name, category (a path such as "toys/wood"), brand, price,
            cost, stock, group (the article a variant belongs to).
        customers : path or data frame, optional
            Who the customers are: customer_id and columns of the shop's own.
        events : path or data frame, optional
            What customers did: customer_id, kind, at, and item_id, value, price, query.
        spend : path or data frame, optional
            What was spent on adverts: channel, from, to, amount, and campaign, keyword.
        columns : mapping, optional
            What the orders call a column, as ``{"customer_id": "Client"}``; None: they have none. Of
            another table: ``{"items": {"category": "Kind"}}``.
        config : path, optional
            A ``shop.toml``; what is said here wins over it.
        show_progress : bool, optional
            Whether to draw a bar; where not given, on a terminal and in a notebook.
        **settings
            As below, each once.

        Other Parameters
        ----------------
        delimiter : str, optional
            What stands between fields; recognised where not given.
        encoding : str, optional
            Such as "windows-1252"; UTF-8 where not given.
        time_format : str, optional
            The form of times in strftime's letters, such as "%d.%m.%Y %H:%M"; RFC 3339 and
            "YYYY-MM-DD[ HH:MM[:SS]]" where not given.
        decimal_comma : bool
            Whether numbers are written 2,55.
        on_error : {"stop", "skip"}
            What to do with a row that cannot be read: stop, or leave it out, count and list it.
        time_zone : str
            The IANA name of the zone that times without an offset are in.
        clock_change : {"refuse", "earlier", "later"}
            What to do with local times that the clocks skipped or showed twice.
        fulfilled, unfulfilled : iterable of str
            Statuses of orders that count, in place of the usual ones; statuses of orders that do not,
            besides the usual ones.
        c_returns : bool, optional
            Whether order ids such as C536379 mark returns; where not given, they do where ids of
            digits alone outnumber them.
        rounding : {"refuse", "nearest"}
            What to do with money finer than four digits and quantities finer than three.
        duplicates : {"keep", "drop"}
            What to do with rows that equal another in every column.
        missing : iterable of str, optional
            Texts that mean "nothing told" besides a blank.
        ignore : iterable of str
            Items that are no goods, such as postage: they count for nothing.
        types : mapping, optional
            The kind of a column of the shop's own: "text", "number", "flag" or "time".

        currency : str, optional
            The shop's currency; rows that tell another are refused.
        groups : mapping, optional
            Named groups of items, variants of one article: ``{"cup": ["cup-red", "cup-blue"]}``.

        Raises
        ------
        DataError
            For what cannot be read or means two things, with ``file``, ``line`` and ``column``.
        ValueError
            For an argument that cannot be.
        TypeError
            For rows that are neither a path nor a data frame, and an argument that there is not.
        OSError
            For a file that cannot be read.
        """
        tables = sources(orders, items, customers, events, spend)
        told = options(columns, config, settings)
        return cls(_core.History.read(tables, told, teller(show_progress)), None)

    @classmethod
    def from_csv(cls, path: _Path, **arguments: Any) -> Shop:
        """Read order lines from a CSV or Parquet file: :meth:`from_orders` by its other name."""
        return cls.from_orders(path, **arguments)

    @property
    def summary(self) -> Summary:
        """What was read, and what was taken for what."""
        fields, words = self._told().summary()
        return Summary(json.loads(fields), words)

    @property
    def items(self) -> list[str]:
        """The ids of all items, by index."""
        return self._told().ids()[1] if self._engine is None else self._engine.items()

    @property
    def customers(self) -> list[str]:
        """The ids of all customers, by index."""
        return self._told().ids()[0] if self._engine is None else self._engine.customers()

    @property
    def orders(self) -> list[str]:
        """The ids of all orders, by index."""
        return self._told().ids()[2]

    def table(self, name: str) -> Table:
        """One of the shop's tables as understood.

        Parameters
        ----------
        name : {"orders", "items", "customers", "events", "spend"}
            Of orders a row a line, with ``left`` (what counts after status and returns), ``amount`` and
            ``margin``; of items and customers a row for every id that any table names.
        """
        return Table(self._told().table(name))

    def lines(self) -> dict[str, Any]:
        """All order lines as understood, by column.

        Returns
        -------
        dict of str to column
            Ids, status, channel, campaign and return_of as lists of texts (None: not told); quantity,
            left (what counts after status and returns), price, discount, cost, amount and margin as
            float64 (NaN: not known); at and ordered_at as datetime64[us] in UTC. Under ``"own"`` a dict of
            the shop's own columns, as lists. Lines run by order id, time and item.
        """
        columns: dict[str, Any] = self._told().lines()
        for name in ("at", "ordered_at"):
            columns[name] = columns[name].view("datetime64[us]")
        return columns

    def purchases(self, basis: str = "customer") -> csr_array:
        """Who bought what, after status and returns. Needs SciPy.

        Returns
        -------
        csr_array of shape (customers, items), or (orders, items) for ``basis="order"``
            Ones, as int8; rows and columns by index, as :attr:`customers` and :attr:`items` are.
        """
        from scipy.sparse import csr_array

        starts, items = self._told().purchases(basis)
        shape = (len(starts) - 1, len(self._told().ids()[1]))
        return csr_array((np.ones(len(items), dtype=np.int8), items, starts), shape=shape)

    def doctor(self) -> Report:
        """What is odd in the data, what it does to results, and the way out.

        Returns
        -------
        Report
            ``print(report)`` says it in words; ``report["findings"]`` holds counts and examples.
        """
        return Report(*_told(self._told().doctor()))

    def fit(
        self,
        *models: AlsoBought,
        basis: str = "customer",
        by_group: bool = False,
        show_progress: bool | None = None,
    ) -> Shop:
        """Learn what sells with what.

        Parameters
        ----------
        *models : AlsoBought
            The settings, at most one of each kind; the defaults where not given. One of the model "auto" is
            told what was picked (``model_``, ``reason_``); what the shop learns anew later is that.
        basis : {"customer", "order"}
            Whether two items go together when one customer bought both, or when one order holds both.
        by_group : bool
            Whether the variants of a group count as one item; else each counts by itself and is
            never suggested beside another.
        show_progress : bool, optional
            Whether to draw a bar; where not given, on a terminal and in a notebook.

        Returns
        -------
        self
        """
        if len(models) > 1:
            raise ValueError(f"{len(models)} models were given, but a shop has one of each kind")
        settings = models[0] if models else AlsoBought()
        if not isinstance(settings, AlsoBought):
            raise TypeError(f"a model must be a cobuy.AlsoBought, but is {type(settings).__name__}")
        tell = teller(show_progress)
        history, checked = self._told(), settings._checked()
        if settings.model == "auto":
            settings._picked(history.auto(checked, basis, bool(by_group), tell))
            checked = settings.model_._checked()
        self._engine = history.fit(checked, basis, bool(by_group), tell)
        return self

    def also_bought(
        self,
        item: _Id,
        n: int = 10,
        *,
        exclude: Iterable[_Id] | None = (),
        only: Iterable[_Id] | None = None,
        fallback: bool = False,
        filter: str | Rule | None = None,
        boost: str | Formula | None = None,
        customer: _Id | None = None,
    ) -> Suggestions:
        """What customers who bought an item also buy.

        Parameters
        ----------
        item : str or int
            The item's id; ``22423`` and ``"22423"`` are one.
        n : int, default 10
            How many.
        exclude, only : iterable of str or int
            Items never to suggest; the only items to suggest.
        fallback : bool
            Whether to fill up with what is popular in the item's category, and then in the shop.
        filter : str or Rule, optional
            Suggest only items of which this rule over goods holds, such as
            ``"in_stock and price <= context.price * 1.5"``. Its fields are the item's: product, name, category,
            brand, group, price, cost, stock, margin, in_stock and the shop's own columns; behind
            ``context.`` those of the item that is asked about, and behind ``customer.`` the customer's. An item
            of which it is unknown is left out.
        boost : str or Formula, optional
            Multiply scores by this formula over the same fields, such as ``"margin / price"``, and choose by
            what comes out; where it is missing it counts as 0.
        customer : str or int, optional
            Whom ``customer.`` means; of one who is not known all is missing.

        Returns
        -------
        Suggestions
            A list, best first; shorter than n only with a ``short_reason``. ``let_through`` is how many items
            of the shop the filter lets through.

        Raises
        ------
        UnknownItemError
            A KeyError that names near ids.
        RuleError
            A ValueError for a filter or a boost that cannot be read, or that this shop has no answer to.
        """
        rules = (filter, boost, customer)
        asked = _question("also_bought", [one_id("item", item)], n, exclude, only, rules, fallback=fallback)
        return _suggestions(*self._asked().ask(asked))

    def popular(
        self,
        n: int = 10,
        *,
        category: str | None = None,
        exclude: Iterable[_Id] | None = (),
        only: Iterable[_Id] | None = None,
        filter: str | Rule | None = None,
        boost: str | Formula | None = None,
        customer: _Id | None = None,
    ) -> Suggestions:
        """What is bought most, in the shop or in a category and those under it.

        Parameters
        ----------
        n : int, default 10
            How many.
        category : str, optional
            Such as "toys/wood".
        exclude, only, filter, boost, customer
            As for :meth:`also_bought`; no item is looked at, so that rules cannot name ``context.``.
        """
        if category is not None and not isinstance(category, str):
            raise TypeError(f"`category` must be a text, but is {category!r}")
        about = [] if category is None else [category]
        asked = _question("popular", about, n, exclude, only, (filter, boost, customer))
        return _suggestions(*self._asked().ask(asked))

    def recommend(
        self,
        customers: _Id | Iterable[_Id] | None = None,
        n: int = 10,
        *,
        baskets: Iterable[Iterable[_Id]] | None = None,
        exclude: Iterable[_Id] | None = (),
        only: Iterable[_Id] | None = None,
        keep_owned: bool = False,
        fallback: bool = True,
        explain: bool = False,
        filter: str | Rule | None = None,
        boost: str | Formula | None = None,
        customer: _Id | None = None,
        show_progress: bool | None = None,
    ) -> Table:
        """What goes with all that customers bought, or with baskets.

        Parameters
        ----------
        customers : str or int, or an iterable of those, optional
            Whom to suggest to. One who is not known, or bought nothing, gets what is popular.
        n : int, default 10
            How many each: exactly so many, or fewer with the reason in ``short_reasons``.
        baskets : iterable of iterables of str or int, optional
            Baskets to suggest for, in place of customers.
        exclude, only : iterable of str or int
            Items never to suggest; the only items to suggest.
        keep_owned : bool
            Whether what is owned, or in the basket, may be suggested as well.
        fallback : bool
            Whether to fill up with what is popular in the categories of what was bought, then in the shop.
        explain : bool
            Whether to add the evidence: with, both, support, confidence and lift.
        filter, boost
            As for :meth:`also_bought`; ``context.`` means the basket: the mean of a number, and any other
            value that all its items share. ``customer.`` means each of the customers.
        customer : str or int, optional
            Whom ``customer.`` means where baskets are asked about.
        show_progress : bool, optional
            Whether to draw a bar; where not given, on a terminal and in a notebook.

        Returns
        -------
        Table
            A row a suggestion: customer (or basket, its number from 0), rank, item, name, score, source,
            reason; boost behind score where a boost is given. ``table.short_reasons`` says who got fewer
            than n, and why.
        """
        if (customers is None) == (baskets is None):
            raise ValueError("say either `customers` or `baskets`, and not both")
        if baskets is None and customer is not None:
            raise ValueError("`customer` is for baskets: each of `customers` is asked about as themselves")
        if baskets is None:
            who, about = "customer", "customer"
            asked = [(name, [name]) for name in ids("customers", customers)]
        else:
            who, about = "basket", "basket"
            if isinstance(baskets, (str, bytes)):
                raise ValueError(f"`baskets` is the text {baskets!r}; for one basket pass [[{baskets!r}]]")
            asked = [(str(at), ids("baskets", basket)) for at, basket in enumerate(baskets)]
        rules = (filter, boost, customer)
        rest = (n, exclude, only, rules, bool(keep_owned), bool(fallback))
        questions = [(name, _question(about, names, *rest)) for name, names in asked]
        shown = (bool(explain), boost is not None)
        table, short = self._asked().ask_all(who, questions, *shown, teller(show_progress))
        return Table(table, dict(short))

    def page(
        self,
        *lists: Mapping[str, Any],
        n: int = 10,
        filter: str | Rule | None = None,
        boost: str | Formula | None = None,
        customer: _Id | None = None,
    ) -> list[Suggestions]:
        """Several lists of one page, each without what those before it show.

        Parameters
        ----------
        *lists : mapping
            What each list is about: ``{"also_bought": item}``, ``{"basket": items}``, ``{"customer": id}``,
            ``{"popular": None}`` or ``{"popular": category}``; beside it ``n``, ``exclude``, ``only``,
            ``keep_owned``, ``fallback``, ``filter``, ``boost`` and, of what is not about a customer, ``customer``
            where they differ.
        n : int, default 10
            How many each.
        filter, boost, customer
            As for :meth:`also_bought`, of each list that says nothing else.
        """
        usual = {"n": n, "filter": filter, "boost": boost, "customer": customer}
        questions = [_of_page(told, usual) for told in lists]
        return [_suggestions(*told) for told in self._asked().page(questions)]

    def explain(
        self,
        item: _Id,
        *,
        customer: _Id | None = None,
        basket: Iterable[_Id] | None = None,
        n: int = 10,
        exclude: Iterable[_Id] | None = (),
        only: Iterable[_Id] | None = None,
        keep_owned: bool = False,
        fallback: bool = True,
        filter: str | Rule | None = None,
        boost: str | Formula | None = None,
    ) -> Explanation:
        """Why an item is suggested to a customer or for a basket, or which stage keeps it out.

        Parameters
        ----------
        item : str or int
            The item.
        customer, basket : str or int, iterable of str or int
            What was asked about, one of the two; beside a basket and a rule, ``customer`` is whom
            ``customer.`` means.
        n, exclude, only, keep_owned, fallback, filter, boost
            As for :meth:`recommend`.

        Returns
        -------
        Explanation
            ``rank``, ``score`` and ``source`` where it is suggested, else ``kept_out`` with its ``stage``;
            ``contributions``: what each item of the history adds to its score. What a filter keeps out has
            its ``verdict``, clause by clause.
        """
        ruled = filter is not None or boost is not None
        if basket is None and customer is None or not (basket is None or customer is None or ruled):
            raise ValueError("say either `customer` or `basket`, and not both")
        about = "customer" if basket is None else "basket"
        names = [one_id("customer", customer)] if basket is None else ids("basket", basket)
        rules = (filter, boost, None if basket is None else customer)
        asked = _question(about, names, n, exclude, only, rules, bool(keep_owned), bool(fallback))
        told, words = self._asked().explain(asked, one_id("item", item))
        return Explanation(json.loads(told), words)

    def all_also_bought(self, n: int | None = None) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Every item with its list, for a nightly load.

        Parameters
        ----------
        n : int, optional
            At most this many of each list; all that it keeps where not given.

        Yields
        ------
        item : str
        suggestions : list of dict
            As in :meth:`Suggestions.to_dict`.
        """
        lists = self._asked().all_also_bought(None if n is None else whole("n", n))
        return ((item, json.loads(suggestions)) for item, suggestions in lists)

    def append(
        self,
        orders: _Rows | Sequence[_Rows] | None = None,
        *,
        items: _Rows | None = None,
        customers: _Rows | None = None,
        events: _Rows | None = None,
        spend: _Rows | None = None,
        columns: Mapping[str, str | None | Mapping[str, str | None]] | None = None,
        config: _Path | None = None,
        replace: bool = False,
        **settings: Any,
    ) -> Shop:
        """Add new orders, and rows of other tables; a fitted shop learns anew.

        Rows of items and customers replace those of the same id. The shop is as if all had been read
        at once.

        Parameters
        ----------
        orders, items, customers, events, spend, columns, config
            As for :meth:`from_orders`.
        replace : bool
            Whether orders that are known already are replaced; else they are refused.
        **settings
            As for :meth:`from_orders`. What rows mean is as it was, but for what is said anew: statuses
            (fulfilled, unfulfilled), ignore, groups, types, duplicates, c_returns. What was settled while
            the rows were read (time_zone, clock_change, rounding, missing) stays.

        Returns
        -------
        self
        """
        tables = sources(orders, items, customers, events, spend)
        told = options(columns, config, settings)
        with self._changing:
            return self._become(self._told().append(tables, told, bool(replace)))

    def upsert(self, orders: _Rows | Sequence[_Rows], **arguments: Any) -> Shop:
        """Put orders in place of those of the same ids: :meth:`append` with ``replace=True``."""
        return self.append(orders, replace=True, **arguments)

    def retract(self, orders: _Id | Iterable[_Id]) -> Shop:
        """Take orders back, as if they had never been; a fitted shop learns anew.

        Raises
        ------
        UnknownOrderError
            A KeyError that names near ids.
        """
        with self._changing:
            return self._become(self._told().retract(ids("orders", orders)))

    def forget(self, customer: _Id) -> Receipt:
        """Forget a customer, as if they had never been; a fitted shop learns anew.

        Their orders, events and row go, and items known only through them; rows that name nobody
        stay and are counted.

        Returns
        -------
        Receipt
            What was taken out.

        Raises
        ------
        UnknownCustomerError
            A KeyError.
        """
        with self._changing:
            history, told, words = self._told().forget(one_id("customer", customer))
            self._become(history)
        return Receipt(json.loads(told), words)

    def as_of(self, instant: str | date) -> Shop:
        """The shop as it was just before an instant; a fitted one is learnt from what was known then.

        Parameters
        ----------
        instant : str, date, datetime or datetime64
            Such as "2024-06-01"; without an offset it is in the shop's zone.
        """
        text = str(instant) if isinstance(instant, (str, np.datetime64)) else instant.isoformat()
        return Shop(None, self._engine)._become(self._told().as_of(text))

    def save(self, path: _Path) -> str:
        """Save the shop's private file; the file that was there stays on any failure.

        Returns
        -------
        str
            The file's id: equal data and settings, equal id.
        """
        return self._asked().save(path)

    def __repr__(self) -> str:
        learnt = "not fitted" if self._engine is None else "fitted"
        return f"<cobuy.Shop of {len(self.items)} items, {learnt}>"

    def _become(self, history: _core.History) -> Shop:
        """Takes another history, once what was learnt of the old one is learnt of it."""
        if self._engine is not None:
            self._engine = self._engine.refit(history)
        self._history = history
        return self

    def _told(self) -> _core.History:
        if self._history is None:
            # An opened shop understands its tables once somebody asks for them.
            self._history = self._asked().history()
        return self._history

    def _asked(self) -> _core.ShopEngine:
        if self._engine is None:
            raise NotFittedError("this shop is not fitted yet; call fit first")
        return self._engine


def open(path: _Path) -> Shop:
    """Open a shop's file, after checking all of it.

    Raises
    ------
    ModelFileError
        For a file that is damaged, foreign, or of a newer version.
    OSError
        For a file that cannot be read.
    """
    return Shop(None, _core.ShopEngine.open(path))


def inspect(path: _Path) -> dict[str, Any]:
    """What is inside a model file, after checking all of it."""
    told: dict[str, Any] = json.loads(_core.inspect(path))
    return told


def _told(told: tuple[str, str, bool]) -> tuple[dict[str, Any], str, bool]:
    fields, words, is_clean = told
    return json.loads(fields), words, is_clean


def _suggestions(answer: str, words: list[str]) -> Suggestions:
    told = json.loads(answer)
    suggestions = map(_suggestion, told["items"], words)
    unknown, let_through = told.get("unknown", ()), told.get("let_through")
    return Suggestions(suggestions, told["short_reason"], unknown, let_through)


def _suggestion(told: dict[str, Any], words: str) -> Suggestion:
    reason = dict(told["reason"])
    with_ = reason.pop("with", None)
    return Suggestion(
        told["item"],
        told["score"],
        Reason(with_=with_, **reason, _words=words),
        told["source"],
        told.get("name"),
        told.get("boost"),
    )


def _question(
    about: str,
    names: list[str],
    n: int,
    exclude: Iterable[_Id] | None,
    only: Iterable[_Id] | None,
    rules: tuple[Any, Any, Any],
    keep_owned: bool = False,
    fallback: bool | None = None,
) -> _core._Question:
    """A question as the core takes it; the rules are a filter, a boost, and whom they mean."""
    filter, boost, whose = rules
    return {
        "about": about,
        "ids": names,
        "n": whole("n", n),
        "exclude": ids("exclude", () if exclude is None else exclude),
        "only": None if only is None else ids("only", only),
        "keep_owned": keep_owned,
        "fallback": None if fallback is None else bool(fallback),
        "filters": filters(filter),
        "boost": factor(boost),
        "whose": None if whose is None else one_id("customer", whose),
    }


def _of_page(told: Mapping[str, Any], usual: Mapping[str, Any]) -> _core._Question:
    """What a list of a page is about, and what is said of it; else what is usual on the page."""
    kinds = ("also_bought", "basket", "customer", "popular")
    about = [kind for kind in kinds if kind in told]
    if len(about) == 2 and "customer" in about:
        # Beside another kind, a customer is whom rules mean.
        about.remove("customer")
    rest = ("n", "exclude", "only", "keep_owned", "fallback", "filter", "boost")
    unknown = [name for name in told if name not in kinds + rest]
    if len(about) != 1 or unknown:
        raise ValueError(
            f"a list of a page has one of {', '.join(kinds)}, and may have {', '.join(rest)}; but it is {told!r}"
        )
    subject = told[about[0]]
    if about[0] == "basket":
        names = ids("basket", subject)
    else:
        names = [] if subject is None else [one_id(about[0], subject)]
    said = {**usual, **told}
    whose = None if about[0] == "customer" else said["customer"]
    return _question(
        about[0],
        names,
        said["n"],
        told.get("exclude", ()),
        told.get("only"),
        (said["filter"], said["boost"], whose),
        bool(told.get("keep_owned", False)),
        told.get("fallback"),
    )
