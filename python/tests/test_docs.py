"""Everything that is shown is run: docstrings, and the blocks of README and docs."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

import cobuy
import cobuy._also_bought
import cobuy._evaluate
import cobuy._rules
import cobuy._shop
import cobuy._tune

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
DOCUMENTS = ["README.md", "datasets/corner_shop/README.md"]


def blocks(language: str) -> list[tuple[str, str]]:
    found = [
        (f"{name}:{number}", block)
        for name in DOCUMENTS
        for number, (kind, block) in enumerate(BLOCK.findall((ROOT / name).read_text()))
        if kind == language
    ]
    assert found, f"no document shows {language}"
    return found


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the data sets of the project and a shop's file, as the documents have it."""
    shutil.copytree(ROOT / "datasets", tmp_path / "datasets")
    shutil.copy(ROOT / "datasets" / "corner_shop" / "orders.csv", tmp_path / "orders.csv")
    cobuy.Shop.from_csv(tmp_path / "orders.csv").fit().save(tmp_path / "shop.cobuy")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("module", [cobuy, cobuy._also_bought, cobuy._evaluate, cobuy._rules, cobuy._shop, cobuy._tune])
def test_docstrings_are_true(module: object) -> None:
    failed, _ = doctest.testmod(module)  # type: ignore[arg-type]
    assert failed == 0


@pytest.mark.parametrize(("name", "block"), blocks("python"))
def test_python_blocks_run(name: str, block: str, workplace: Path) -> None:
    done = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True)
    assert done.returncode == 0, f"{name}: {done.stderr}"


@pytest.mark.parametrize(("name", "block"), blocks("sh"))
def test_shell_blocks_run(name: str, block: str, workplace: Path) -> None:
    command = os.environ.get("COBUY_BIN", str(ROOT / "target" / "debug"))
    assert shutil.which("cobuy", path=command), "build the command first: cargo build --features cli"
    environment = {**os.environ, "PATH": f"{command}{os.pathsep}{os.environ['PATH']}"}
    lines = [line for line in block.splitlines() if line.strip().startswith("cobuy")]
    for line in lines:
        done = subprocess.run(
            ["sh", "-c", line], capture_output=True, text=True, env=environment, cwd=workplace
        )
        assert done.returncode == 0, f"{name}: {line}\n{done.stderr}"
