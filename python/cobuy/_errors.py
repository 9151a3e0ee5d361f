"""Exceptions for which Python has no name of its own."""

from __future__ import annotations


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
