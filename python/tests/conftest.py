"""What the tests share: where things are, small shops, random matrices."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

ROOT = Path(__file__).resolve().parents[2]
CORNER_SHOP = ROOT / "datasets" / "corner_shop" / "orders.csv"


@pytest.fixture
def corner_shop() -> Path:
    return CORNER_SHOP


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes lines to a file and returns its path."""

    def writer(*lines: str, name: str = "orders.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return writer


@pytest.fixture
def matrix() -> sp.csr_array:
    """A seeded customers x items matrix with a long tail."""
    return random_matrix(200, 60, seed=7)


def random_matrix(customers: int, items: int, seed: int, density: float = 0.1) -> sp.csr_array:
    random = np.random.default_rng(seed)
    popular = random.pareto(1.0, items) + 0.1
    chance = np.minimum(0.9, popular / popular.mean() * density)
    return sp.csr_array((random.random((customers, items)) < chance).astype(np.int8))


def data_set(*parts: str) -> Path:
    """A file of the public data sets; skips where it is missing, fails where it must be there."""
    folder = Path(os.environ.get("COBUY_DATASETS", ROOT.parent / "shared" / "datasets"))
    path = folder.joinpath(*parts)
    if not path.exists():
        if os.environ.get("COBUY_REQUIRE_DATA") == "1":
            pytest.fail(f"{'/'.join(parts)} is missing, but COBUY_REQUIRE_DATA is 1")
        pytest.skip(f"{'/'.join(parts)} is missing; see datasets/README.md")
    return path


def interactions(path: Path) -> sp.csr_array:
    """Lines of `user item item ...` as a customers x items matrix."""
    rows: list[int] = []
    columns: list[int] = []
    with gzip.open(path, "rt") as lines:
        for line in lines:
            user, *items = map(int, line.split())
            rows += [user] * len(items)
            columns += items
    return sp.csr_array((np.ones(len(rows)), (rows, columns)))
