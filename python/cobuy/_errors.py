"""Exceptions for which Python has no name of its own."""

from __future__ import annotations

from collections.abc import Iterable


class DataError(ValueError):
    """A shop's data cannot be read, or means two things.

    Attributes
    ----------
    file : str
        The file's name.
    line : int or None
        The line the row starts on, from 1; None where the file as a whole is meant.
    column : str or None
        The column, as the file names it.
    """

    def __init__(
        self, message: str, file: str = "", line: int | None = None, column: str | None = None
    ) -> None:
        super().__init__(message, file, line, column)
        self.file = file
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return str(self.args[0])


class RuleError(ValueError):
    """A rule, a filter or a formula that cannot be read, or that the shop has no answer to.

    Attributes
    ----------
    problem : str
        What is wrong, and the way out, without the place.
    line, column : int or None
        Where in the text, from 1; None in the JSON form, and where the whole of it is meant.
    near : list of str
        Names like the one that is not known, nearest first.
    path : str or None
        Where in the JSON form: "$.rule.all[1].eq".
    """

    def __init__(
        self,
        message: str,
        problem: str = "",
        line: int | None = None,
        column: int | None = None,
        near: Iterable[str] = (),
        path: str | None = None,
    ) -> None:
        near = list(near)
        super().__init__(message, problem, line, column, near, path)
        self.problem = problem
        self.line = line
        self.column = column
        self.near = near
        self.path = path

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownItemError(KeyError):
    """An item that never appeared in the orders."""

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownOrderError(KeyError):
    """An order that was never told."""

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownCustomerError(KeyError):
    """A customer that no table names."""

    def __str__(self) -> str:
        return str(self.args[0])


class ModelFileError(ValueError):
    """A model file that is damaged, foreign, or of a newer version."""


class NotFittedError(ValueError, AttributeError):
    """A question to a model or shop that was not fitted yet."""


class InternalError(Exception):
    """A defect of cobuy itself. What was asked is still usable; please report it."""
