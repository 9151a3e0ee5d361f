"""Rules over customers and goods, and formulas over goods."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from cobuy import _core
from cobuy._answers import Verdict
from cobuy._arguments import ids, one_id

if TYPE_CHECKING:
    from cobuy._shop import Shop

_Id = str | int


_F = TypeVar("_F", bound="_Form")


class _Form:
    """What rules and formulas have in common: two forms that say the same."""

    __slots__ = ("_form",)

    _reader: ClassVar[type[_core.Rule] | type[_core.Formula]]
    _form: _core.Rule | _core.Formula

    def __init__(self, text: str) -> None:
        self._form = self._reader.parse(_text("text", text))

    @classmethod
    def parse(cls: type[_F], text: str) -> _F:
        """Read the text form, as the constructor does."""
        return cls(text)

    @classmethod
    def from_json(cls: type[_F], json: str | Mapping[str, Any]) -> _F:
        """Read the JSON form, as :meth:`to_json` writes it: a text, or what it was read to.

        Raises
        ------
        RuleError
            With ``path``, the place in the JSON.
        """
        form = cls.__new__(cls)
        form._form = cls._reader.from_json(_json(json))
        return form

    def to_json(self) -> str:
        """The JSON form, in its one spelling."""
        return self._form.to_json()

    @property
    def version(self) -> str:
        """The version of what it says: what is equal has one version."""
        return self._form.version

    @property
    def fields(self) -> list[str]:
        """The names of the fields it asks for, each once: of rows as ``orders.amount``."""
        return self._form.fields

    def __str__(self) -> str:
        return str(self._form)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return self._form == other._form if isinstance(other, _Form) else NotImplemented

    def __hash__(self) -> int:
        return hash((self._reader.__name__, str(self)))

    def __reduce__(self) -> tuple[type[_Form], tuple[str]]:
        return type(self), (str(self),)


class Rule(_Form):
    """A condition over customers or goods: whom a segment means, which goods may be suggested.

    Parameters
    ----------
    text : str
        Such as ``"count(orders in last 90d) >= 2 and country = 'PL'"`` over customers, or
        ``"in_stock and price <= context.price * 1.5"`` over goods. Names are looked up once it
        meets a shop.

    Raises
    ------
    RuleError
        A ValueError with ``line``, ``column`` and near names.

    Notes
    -----
    Rules are equal where they say the same, however they were written; ``str(rule)`` is the one spelling of
    it. What is missing makes a comparison neither true nor false: such a rule is unknown of a
    customer or an item, and lets nobody through.

    Examples
    --------
    >>> import cobuy
    >>> rule = cobuy.Rule("price<=20 and not (brand in('acme'))")
    >>> print(rule)
    price <= 20 and brand not in ('acme')
    >>> rule.fields
    ['brand', 'price']
    >>> cobuy.Rule.from_json(rule.to_json()) == rule
    True
    """

    __slots__ = ()

    _reader = _core.Rule
    _form: _core.Rule

    def holds(
        self,
        shop: Shop,
        *,
        customer: _Id | None = None,
        segments: Mapping[str, str | Rule] | None = None,
        item: _Id | None = None,
        context: _Id | Iterable[_Id] | None = None,
    ) -> bool | None:
        """Whether it holds of a customer, or of an item; None: unknown, which does not count.

        Parameters and errors are those of :meth:`explain`.
        """
        if item is None:
            told = self._of_customer(shop, customer, segments, context)
            return self._form.holds_customer(*told)
        return self.explain(
            shop, customer=customer, segments=segments, item=item, context=context
        ).holds

    def members(self, shop: Shop, *, segments: Mapping[str, str | Rule] | None = None) -> list[str]:
        """The ids of all customers of whom it holds, by index.

        Parameters
        ----------
        shop : Shop
            It need not be fitted.
        segments : mapping of str to str or Rule, optional
            Rules over customers by name, for ``in segment 'vip'``.

        Raises
        ------
        RuleError
            For names that this shop does not have, types that do not fit, and rows within rows that are
            too many to look at.
        """
        return self._form.members(_shop(shop)._told(), _named(segments))

    def explain(
        self,
        shop: Shop,
        *,
        customer: _Id | None = None,
        segments: Mapping[str, str | Rule] | None = None,
        item: _Id | None = None,
        context: _Id | Iterable[_Id] | None = None,
    ) -> Verdict:
        """Why it holds of a customer, or of an item, or does not, clause by clause.

        Parameters
        ----------
        shop : Shop
            It must be fitted where an item is asked about.
        customer : str or int
            The customer; beside ``item``, whom ``customer.`` means.
        segments : mapping of str to str or Rule, optional
            Rules over customers by name, for ``in segment 'vip'``.
        item : str or int, optional
            The item, where the rule is one over goods.
        context : str or int, or an iterable of those, optional
            The item or basket that is looked at, which ``context.`` means.

        Returns
        -------
        Verdict
            ``print(verdict)`` says it in words; ``verdict.holds`` is True, False or None: unknown.

        Raises
        ------
        RuleError
            For names that this shop does not have, and types that do not fit.
        UnknownCustomerError, UnknownItemError
            KeyErrors; beside ``item``, of a customer who is not known all is missing.
        """
        if item is None:
            told = self._form.explain_customer(*self._of_customer(shop, customer, segments, context))
        else:
            if segments is not None:
                raise ValueError("`segments` are for rules over customers, but an `item` is given")
            told = self._form.explain_item(
                _shop(shop)._asked(),
                one_id("item", item),
                [] if context is None else ids("context", context),
                None if customer is None else one_id("customer", customer),
            )
        return Verdict(json.loads(told[0]), told[1])

    def _of_customer(
        self, shop: Shop, customer: _Id | None, segments: Any, context: Any
    ) -> tuple[_core.History, str, list[tuple[str, _core.Rule]]]:
        if customer is None:
            raise ValueError("say a `customer`, or an `item`")
        if context is not None:
            raise ValueError("`context` is for rules over goods: say the `item` as well")
        return _shop(shop)._told(), one_id("customer", customer), _named(segments)


def _named(segments: Any) -> list[tuple[str, _core.Rule]]:
    """Rules by the names of their segments."""
    named = {} if segments is None else segments
    if not isinstance(named, Mapping):
        raise TypeError(f"`segments` must be rules by name, but is {named!r}")
    return [(_text("segments", name), _rule("segments", rule)._form) for name, rule in named.items()]


class Formula(_Form):
    """An expression over goods with a number as its value, such as ``"margin / price"``.

    Parameters
    ----------
    text : str
        Names are looked up once it meets a shop.

    Raises
    ------
    RuleError
        A ValueError with ``line``, ``column`` and near names.

    Examples
    --------
    >>> import cobuy
    >>> print(cobuy.Formula("margin/price*2"))
    margin / price * 2
    """

    __slots__ = ()

    _reader = _core.Formula
    _form: _core.Formula


def filters(value: Any) -> list[str]:
    """``filter``: None, a text or a rule."""
    if value is None:
        return []
    if isinstance(value, (str, Rule)):
        return [str(value)]
    raise TypeError(f"`filter` must be a rule, a text or a cobuy.Rule, but is {value!r}")


def factor(value: Any) -> str | None:
    """``boost``: None, a text or a formula."""
    if value is None:
        return None
    if isinstance(value, (str, Formula)):
        return str(value)
    raise TypeError(f"`boost` must be a formula, a text or a cobuy.Formula, but is {value!r}")


def _shop(value: Any) -> Shop:
    from cobuy._shop import Shop

    if isinstance(value, Shop):
        return value
    raise TypeError(f"`shop` must be a cobuy.Shop, but is {value!r}")


def _rule(name: str, value: Any) -> Rule:
    if isinstance(value, Rule):
        return value
    if isinstance(value, str):
        return Rule(value)
    raise TypeError(f"`{name}` must hold rules, texts or cobuy.Rules, but holds {value!r}")


def _text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    raise TypeError(f"`{name}` must be a text, but is {value!r}")


def _json(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return json.dumps(dict(value))
    raise TypeError(f"`json` must be a text or a mapping, but is {value!r}")
