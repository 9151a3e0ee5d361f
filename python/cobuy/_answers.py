"""What a shop answers: suggestions with their reasons, and what was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reason:
    """Why an item is suggested; ``str(reason)`` says it in words.

    What was bought with another item has ``with_``, ``both``, ``support``, ``confidence`` and ``lift``;
    what is popular has ``buyers`` and ``support``. The others are None.
    """

    #: What was counted: "customer" or "order".
    basis: str
    #: The item it was bought with: of several, the one that speaks most for it.
    with_: str | None = None
    #: That item's name, where the shop tells one.
    with_name: str | None = None
    #: How many more of the items that were asked about speak for it.
    others: int = 0
    #: How many customers (or orders) bought both.
    both: int | None = None
    #: Their share of all who bought anything; of what is popular, the buyers' share.
    support: float | None = None
    #: Their share of those who bought the item.
    confidence: float | None = None
    #: How many times oftener than chance.
    lift: float | None = None
    #: Within how many days after the other it was bought, where the lists were learnt so.
    within_days: float | None = None
    #: The category it is popular in; None: in the whole shop.
    category: str | None = None
    #: How many customers (or orders) bought it.
    buyers: int | None = None
    _words: str = field(default="", repr=False, compare=False)

    def __str__(self) -> str:
        return self._words

    def to_dict(self) -> dict[str, Any]:
        """The fields by the names that all faces share, without those that tell nothing."""
        fields = {name: value for name, value in asdict(self).items() if value is not None}
        del fields["_words"]
        if fields["others"] == 0:
            del fields["others"]
        return {"with": fields.pop("with_"), **fields} if "with_" in fields else fields


@dataclass(frozen=True)
class Suggestion:
    """An item, how well it scored, and why."""

    item: str
    #: By the model's measure where ``source`` is "also_bought", else how many bought it; where there is a
    #: boost, multiplied by it.
    score: float
    reason: Reason
    #: "also_bought", "category_popular" or "popular": the level it comes from.
    source: str = "also_bought"
    #: The item's name, where the shop tells one.
    name: str | None = None
    #: What the score was multiplied by; None where there is no boost.
    boost: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The fields by the names that all faces share."""
        named = {} if self.name is None else {"name": self.name}
        boosted = {} if self.boost is None else {"boost": self.boost}
        told: dict[str, Any] = {"item": self.item, **named, "score": self.score, **boosted}
        return {**told, "source": self.source, "reason": self.reason.to_dict()}


class Suggestions(list[Suggestion]):
    """Suggestions, best first: as many as were asked for, or fewer and why."""

    def __init__(
        self,
        suggestions: Iterable[Suggestion] = (),
        short_reason: str | None = None,
        unknown: Iterable[str] = (),
        let_through: int | None = None,
    ) -> None:
        super().__init__(suggestions)
        #: Why there are fewer than asked for; None where there are as many.
        self.short_reason = short_reason
        #: Ids of ``exclude`` and ``only`` that are no items of this shop.
        self.unknown = list(unknown)
        #: How many items of the shop the filter lets through; None where there is no filter.
        self.let_through = let_through

    def to_dict(self) -> dict[str, Any]:
        """As the command line answers."""
        answer: dict[str, Any] = {
            "items": [suggestion.to_dict() for suggestion in self],
            "short_reason": self.short_reason,
        }
        if self.let_through is not None:
            answer["let_through"] = self.let_through
        if self.unknown:
            answer["unknown"] = self.unknown
        return answer

    def __str__(self) -> str:
        ids = max((len(s.item) for s in self), default=0)
        names = max((len(s.name or "") for s in self), default=0)
        lines = []
        for s in self:
            name = f"  {s.name or '':<{names}}" if names else ""
            counted = s.source != "also_bought" and s.boost is None
            score = f"{s.score:.0f}" if counted else _score(s.score)
            lines.append(f"{s.item:<{ids}}{name}  {score}  {s.reason}")
        if self.short_reason:
            lines.append(f"({self.short_reason})")
        return "\n".join(lines)

    __repr__ = __str__


def _score(score: float) -> str:
    """A score as people read it: three places, or three digits where they would tell nothing."""
    return f"{score:.3f}" if score >= 0.01 or score == 0 else f"{score:.3g}"


class Told(dict[str, Any]):
    """What the core tells, by name; ``print`` says it in words."""

    def __init__(self, fields: Mapping[str, Any], words: str) -> None:
        super().__init__(fields)
        self._words = words

    def __str__(self) -> str:
        return self._words.rstrip("\n")


class Summary(Told):
    """What was read, by name."""


class Receipt(Told):
    """What was taken out of a shop for a customer who is forgotten. It does not name them."""


class Explanation(Told):
    """Why an item is suggested, or which stage keeps it out, and what each item adds."""


class Verdict(Told):
    """What a rule says of a customer or an item: ``verdict["text"]``, and its ``"parts"``, clause by clause."""

    @property
    def holds(self) -> bool | None:
        """Whether the rule holds; None: unknown, which does not count."""
        holds: bool | None = self["holds"]
        return holds


class Report(Told):
    """What is odd in a shop's data: ``report["findings"]``, worst first."""

    def __init__(self, fields: Mapping[str, Any], words: str, is_clean: bool) -> None:
        super().__init__(fields, words)
        #: Whether there is no warning and no problem.
        self.is_clean = is_clean
