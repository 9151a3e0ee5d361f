"""Ctrl-C, forks, threads, panics: the host process stays well."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from conftest import random_matrix

import cobuy
from cobuy import _core


def heavy_matrix(customers: int) -> sp.csr_array:
    """Customers who bought half of a thousand items each: four thousand are seconds of work."""
    random = np.random.default_rng(0)
    return sp.csr_array((random.random((customers, 1000)) < 0.5).astype(np.int8))


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to itself")
def test_ctrl_c_stops_a_fit_and_leaves_all_usable() -> None:
    matrix = heavy_matrix(12_000)
    sent: list[float] = []

    def interrupt() -> None:
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(0.3, interrupt)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        cobuy.AlsoBought(threads=2).fit(matrix)
    waited = time.monotonic() - sent[0]
    print(f"interrupted after {waited * 1000:.0f} ms")
    # The fit takes seconds: whoever waits for it fails here however loaded the machine is.
    assert waited < 1.0
    small = random_matrix(50, 20, seed=1)
    assert cobuy.AlsoBought().fit(small).n_items_ == 20


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to itself")
def test_ctrl_c_is_never_lost_between_small_calls() -> None:
    random = np.random.default_rng(5)
    dense = np.eye(4, dtype=np.int8)
    for _ in range(40):
        timer = threading.Timer(random.random() * 0.02, os.kill, (os.getpid(), signal.SIGINT))
        ends = time.monotonic() + 10
        with pytest.raises(KeyboardInterrupt):
            timer.start()
            while time.monotonic() < ends:
                cobuy.AlsoBought(threads=1).fit(dense)
        timer.join()


def test_a_fit_lets_other_threads_run() -> None:
    matrix = heavy_matrix(1000)
    turns = 0
    done = threading.Event()

    def count() -> None:
        nonlocal turns
        while not done.is_set():
            turns += 1

    counter = threading.Thread(target=count)
    counter.start()
    before = turns
    cobuy.AlsoBought(threads=1).fit(matrix)
    during = turns - before
    done.set()
    counter.join()
    assert during > 10_000


def fit_in_a_child(matrix: sp.csr_array) -> bytes:
    return cobuy.AlsoBought(threads=2).fit(matrix)._model.to_bytes()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_child_process_fits_as_its_parent_does(method: str) -> None:
    matrix = random_matrix(500, 200, seed=2)
    expected = cobuy.AlsoBought(threads=2).fit(matrix)._model.to_bytes()
    with multiprocessing.get_context(method).Pool(2) as pool:
        results = pool.map_async(fit_in_a_child, [matrix] * 4).get(timeout=60)
    assert results == [expected] * 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_answers_whatever_its_parent_was_asking() -> None:
    random = np.random.default_rng(3)
    rows = [(f"o{at // 4}", f"c{at // 4 % 97}", f"i{item}") for at, item in enumerate(random.integers(0, 300, 4_000))]
    orders = pd.DataFrame(rows, columns=["order_id", "customer_id", "item_id"])
    shop = cobuy.Shop.from_orders(orders).fit()
    item, done = shop.items[0], threading.Event()

    def ask(thread: int) -> None:
        at = 0
        while not done.is_set():
            at += 1
            shop.also_bought(item, 5, filter=f"product != 'x{at}_{thread}'")

    threads = [threading.Thread(target=ask, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(60):
            child = os.fork()
            if child == 0:
                signal.alarm(20)  # ends the child where it waits for ever
                shop.also_bought(item, 5, filter="product != 'i1'")
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        done.set()
        for thread in threads:
            thread.join()


def test_many_threads_ask_one_model() -> None:
    matrix = random_matrix(500, 200, seed=2)
    model = cobuy.AlsoBought(threads=2).fit(matrix)
    expected = model.recommend(range(500), matrix, n=10)[0]
    wrong: list[int] = []

    def ask() -> None:
        for _ in range(10):
            if not (model.recommend(range(500), matrix, n=10)[0] == expected).all():
                wrong.append(1)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_an_input_that_changes_during_the_fit_does_no_harm() -> None:
    matrix = random_matrix(3000, 500, seed=4)
    done = threading.Event()

    def scribble() -> None:
        while not done.is_set():
            matrix.indices[:] = 2**31 - 1

    original = matrix.indices.copy()
    scribbler = threading.Thread(target=scribble)
    scribbler.start()
    try:
        for _ in range(5):
            try:
                cobuy.AlsoBought(threads=2).fit(matrix)
            except ValueError as problem:
                assert "damaged" in str(problem)
            matrix.indices[:] = original
    finally:
        done.set()
        scribbler.join()


def test_importing_starts_no_thread_and_needs_numpy_only() -> None:
    script = (
        "import sys, threading, os, cobuy\n"
        "assert threading.active_count() == 1\n"
        "print([name for name in ('scipy', 'pandas', 'pyarrow', 'sklearn') if name in sys.modules])\n"
        "print(len(os.listdir('/proc/self/task')) if os.path.exists('/proc/self/task') else 1)\n"
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.split("\n")[:2] == ["[]", "1"]


def test_the_binarys_classes_cannot_be_made_empty() -> None:
    for made in (_core.AlsoBoughtModel, _core.History, _core.ShopEngine):
        with pytest.raises(TypeError):
            made()


@pytest.mark.parametrize("behind_long", [False, True])
def test_a_panic_is_an_internal_error_that_except_exception_catches(behind_long: bool) -> None:
    with pytest.raises(cobuy.InternalError, match="please report it: as asked") as raised:
        _core._panic(behind_long)
    assert isinstance(raised.value, Exception)
    assert cobuy.AlsoBought().fit(np.ones((1, 2))).n_items_ == 2


def test_errors_are_exceptions_that_an_except_clause_catches() -> None:
    for error in (cobuy.InternalError, cobuy.DataError, cobuy.ModelFileError, cobuy.NotFittedError):
        assert issubclass(error, Exception)
    assert issubclass(cobuy.DataError, ValueError)
    assert issubclass(cobuy.NotFittedError, (ValueError, AttributeError))
