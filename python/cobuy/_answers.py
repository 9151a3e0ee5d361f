"""What a shop answers: suggestions with their reasons, and what was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reason:
    """Why an item is suggested; ``str(reason)`` says it in words."""

    #: The item it was bought with.
    with_: str
    #: What was counted: "customer" or "order".
    basis: str
    #: How many customers (or orders) bought both.
    both: int
    #: Their share of all who bought anything.
    support: float
    #: Their share of those who bought the item.
    confidence: float
    #: How many times oftener than chance.
    lift: float
    _words: str = field(default="", repr=False, compare=False)

    def __str__(self) -> str:
        return self._words

    def to_dict(self) -> dict[str, Any]:
        """The fields by the names that all faces share."""
        fields = asdict(self)
        del fields["_words"]
        return {"with": fields.pop("with_"), **fields}


@dataclass(frozen=True)
class Suggestion:
    """An item, how well it scored, and why."""

    item: str
    score: float
    reason: Reason

    def to_dict(self) -> dict[str, Any]:
        """The fields by the names that all faces share."""
        return {"item": self.item, "score": self.score, "reason": self.reason.to_dict()}


class Suggestions(list[Suggestion]):
    """Suggestions, best first: as many as were asked for, or fewer and why."""

    def __init__(
        self,
        suggestions: Iterable[Suggestion] = (),
        short_reason: str | None = None,
        unknown: Iterable[str] = (),
    ) -> None:
        super().__init__(suggestions)
        #: Why there are fewer than asked for; None where there are as many.
        self.short_reason = short_reason
        #: Ids of ``exclude`` and ``only`` that are no items of this shop.
        self.unknown = list(unknown)

    def to_dict(self) -> dict[str, Any]:
        """As the command line and the server answer."""
        answer: dict[str, Any] = {
            "items": [suggestion.to_dict() for suggestion in self],
            "short_reason": self.short_reason,
        }
        if self.unknown:
            answer["unknown"] = self.unknown
        return answer

    def __str__(self) -> str:
        width = max((len(suggestion.item) for suggestion in self), default=0)
        lines = [f"{s.item:<{width}}  {s.score:.3f}  {s.reason}" for s in self]
        if self.short_reason:
            lines.append(f"({self.short_reason})")
        return "\n".join(lines)

    __repr__ = __str__


class Summary(dict[str, Any]):
    """What was read, by name; ``print(summary)`` says it in words."""

    def __init__(self, fields: Mapping[str, Any], words: str) -> None:
        super().__init__(fields)
        self._words = words

    def __str__(self) -> str:
        return self._words.rstrip("\n")
