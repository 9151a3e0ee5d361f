"""A progress bar on a terminal or in a notebook, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable

#: How wide the bar is.
_WIDTH = 30


def teller(show: bool | None) -> Callable[[str, int, int | None], None] | None:
    """Whom long work tells how far it is; None for nobody.

    Parameters
    ----------
    show : bool or None
        None: where somebody may look.
    """
    if show is None:
        # ipykernel is there already where a notebook runs this.
        show = sys.stderr.isatty() or "ipykernel" in sys.modules
    return _tell if show else None


def _tell(stage: str, done: int, total: int | None) -> None:
    """Draws the bar over the one before."""
    if not total:
        return
    share = min(done / total, 1.0)
    bar = "#" * round(share * _WIDTH)
    end = "\n" if done >= total else ""
    sys.stderr.write(f"\r{stage:>12} [{bar:<{_WIDTH}}] {share:4.0%}{end}")
    sys.stderr.flush()
