"""Every item's 100 nearest items by cosine: the same work by cobuy and by other packages.

Each tool works in a process of its own, since some take their number of threads from the
environment, once. It is given the input it likes best, made before the clock starts, and timed on the
fit alone. Runs are interleaved, so that what else the machine does meets all tools alike. Before any
time is shown, the scores of all tools are compared with a plain sparse product.
"""

import argparse
import gzip
import os
import statistics
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from importlib import metadata, util
from multiprocessing import get_context
from pathlib import Path

K = 100
SAMPLE = 500
BESIDE = Path(__file__).resolve().parents[3] / "shared" / "datasets"

try:
    import numpy as np
    from scipy import sparse
except ImportError as problem:
    sys.exit(f"{problem}; pip install -r {Path(__file__).with_name('requirements.txt')}")


# A tool gets users x items and a number of threads. It gives back a function that fits, what that is
# to be called with, and a function that takes what was fitted and some items and tells the falling
# scores of each item's nearest others, padded with zeros to K.


def cobuy(matrix, threads):
    return cobuy_lists(matrix, measure="cosine", threads=threads)


def cobuy_weighted(matrix, threads):
    """Of customers who weigh less the more they bought (GF-CF): its scores are others, its work is more."""
    from cobuy import AlsoBought

    return cobuy_lists(matrix, **AlsoBought.preset("gfcf", threads=threads).get_params())


def cobuy_lists(matrix, **settings):
    from cobuy import AlsoBought

    def scores(model, items):
        return np.nan_to_num(model.similar_items(items, n=K)[1])

    return AlsoBought(**(settings | {"neighbours": K})).fit, [matrix], scores


def implicit(matrix, threads):
    from implicit.nearest_neighbours import CosineRecommender

    warnings.simplefilter("ignore")  # it warns of a matrix that it hands to itself

    def fit(matrix):
        model = CosineRecommender(K=K + 1, num_threads=threads)  # it counts the item itself
        model.fit(matrix, show_progress=False)
        return model.similarity

    return fit, [matrix], best_of_rows


def similaripy(matrix, threads):
    from similaripy import cosine

    def fit(items):
        return cosine(items, k=K + 1, num_threads=threads, verbose=False, format_output="csr")

    return fit, [matrix.T.tocsr()], best_of_rows


def sparse_dot_topn(matrix, threads):
    from sparse_dot_topn import sp_matmul_topn

    def fit(items, users):
        return sp_matmul_topn(items, users, top_n=K + 1, n_threads=threads)

    unit = of_length_one(matrix)
    return fit, [unit.T.tocsr(), unit], best_of_rows


def rusket_cosine(matrix, threads):
    """As it names it; it brings the users to length one, not the items, so its scores are others."""
    return rusket("cosine"), [matrix], best_of_rows


def rusket_count(matrix, threads):
    """What it calls count, of items brought to length one beforehand, is the cosine of items."""
    return rusket("count"), [of_length_one(matrix)], best_of_rows


def rusket(method):
    from rusket import ItemKNN

    def fit(matrix):
        model = ItemKNN(method=method, k=K).fit(matrix)
        shape = (matrix.shape[1], matrix.shape[1])
        return sparse.csr_matrix((model.w_data, model.w_indices, model.w_indptr), shape=shape)

    return fit


TOOLS = [cobuy, cobuy_weighted, implicit, similaripy, sparse_dot_topn, rusket_cosine, rusket_count]


def package(tool):
    names = [name for name in ("cobuy", "rusket") if tool.__name__.startswith(name)]
    return names[0] if names else tool.__name__


def of_length_one(matrix):
    """Each column divided by its length."""
    length = np.sqrt(matrix.multiply(matrix).sum(axis=0)).A1
    unit = (matrix @ sparse.diags_array(1 / np.maximum(length, 1))).tocsr()
    unit.sort_indices()
    return unit.astype(matrix.dtype)


def best_of_rows(similarity, items):
    scores = np.zeros((len(items), K), dtype=np.float32)
    for row, item in enumerate(items):
        stored = slice(similarity.indptr[item], similarity.indptr[item + 1])
        others = similarity.data[stored][similarity.indices[stored] != item]
        best = np.sort(others)[::-1][:K]
        scores[row, : len(best)] = best
    return scores


def plain_product(matrix, items):
    """The same scores the obvious way, in double precision."""
    unit = of_length_one(matrix.astype(np.float64))
    similarity = (unit.T.tocsr()[items] @ unit).tolil()
    similarity[np.arange(len(items)), items] = 0
    return np.array([np.sort(row.toarray().ravel())[::-1][:K] for row in similarity.tocsr()])


class Worker:
    """A process that fits with one tool, again and again."""

    def __init__(self, tool, matrix, threads):
        self.tool = tool
        self.seconds = []
        self.pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        os.environ["RAYON_NUM_THREADS"] = str(threads)
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        self.pool.submit(start, tool, matrix, threads).result()

    def fit(self):
        self.seconds.append(self.pool.submit(timed_fit).result())

    def scores(self, items):
        return self.pool.submit(scores, items).result()


STATE = {}


def start(tool, matrix, threads):
    STATE["fit"], STATE["input"], STATE["scores"] = tool(matrix, threads)
    timed_fit()


def timed_fit():
    STATE["model"] = None
    begin = time.perf_counter()
    STATE["model"] = STATE["fit"](*STATE["input"])
    return time.perf_counter() - begin


def scores(items):
    return STATE["scores"](STATE["model"], items)


def verdict(found, expected):
    """How near a tool's scores are to the plain product's, and whether that is the same work."""
    left_out = int(np.sum((expected > 0) & (found == 0)))
    off = np.abs(found - expected)[found > 0].max(initial=0)
    bound = next((bound for bound in (2e-6, 1e-5) if off <= bound), None)
    words = f"agrees within {bound:.0e}" if bound else f"differs by up to {off:.1e}"
    if left_out:
        words += f", leaves out {left_out:,} of {np.sum(expected > 0):,} neighbours"
    return words, bound is not None and not left_out


def read(folder, name):
    """Users x items from lines of a user and the user's items; None where there is no such file."""
    path = folder / name / "train.txt.gz"
    if not path.is_file():
        print(f"left out: {name}, since {path} is missing; datasets/README.md says where it is from")
        return None
    with gzip.open(path, "rt") as lines:
        rows = [np.array(line.split()[1:], dtype=np.int32) for line in lines]
    starts = np.cumsum([0] + [len(row) for row in rows], dtype=np.int32)
    items = np.concatenate(rows)
    matrix = sparse.csr_matrix((np.ones(len(items), dtype=np.float32), items, starts))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def compare(name, matrix, threads, runs, tools):
    """Rows of the table, after saying whose scores are right."""
    workers = [Worker(tool, matrix, threads) for tool in tools]
    items = np.sort(np.random.default_rng(1).choice(matrix.shape[1], SAMPLE, replace=False))
    expected = plain_product(matrix, items)
    print(f"\n{name}, threads {threads}: scores of {SAMPLE} items against a plain product")
    same = {}
    for worker in workers:
        words, same[worker] = verdict(worker.scores(items), expected)
        print(f"  {worker.tool.__name__:16} {words}")
    for _ in range(runs):
        for worker in workers:
            worker.fit()
    for worker in workers:
        worker.pool.shutdown()
    median = {worker: statistics.median(worker.seconds) for worker in workers}
    ours = median[workers[0]]
    for worker in workers:
        note = "" if same[worker] else "  (other scores)"
        tool = worker.tool.__name__
        seconds, best = median[worker], min(worker.seconds)
        yield f"{name:10} {threads:7}  {tool:16} {seconds:8.3f} {best:8.3f} {seconds / ours:9.2f}{note}"


def installed():
    """The tools whose packages are here; cobuy, to which the others are compared, must be."""
    tools = [tool for tool in TOOLS if util.find_spec(package(tool))]
    missing = {package(tool) for tool in TOOLS} - {package(tool) for tool in tools}
    if "cobuy" in missing:
        sys.exit("cobuy is not installed; pip install ./python")
    for name in sorted(missing):
        print(f"left out: {name} is not installed; pip install -r benches/peers/requirements.txt")
    names = dict.fromkeys(map(package, tools))
    print(", ".join(f"{name} {metadata.version(name)}" for name in names))
    return tools


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", default=["gowalla", "yelp2018"], metavar="NAME")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2], metavar="N")
    parser.add_argument("--runs", type=int, default=5, help="timed fits of each tool (5)")
    options = parser.parse_args()
    tools = installed()
    folder = Path(os.environ.get("COBUY_DATASETS") or BESIDE)
    table = []
    for name in options.data:
        matrix = read(folder, name)
        if matrix is None:
            continue
        for threads in options.threads:
            table += compare(name, matrix, threads, options.runs, tools)
    if not table:
        sys.exit("no data set was found")
    print(f"\nSeconds of a fit, median and best of {options.runs}, on {os.cpu_count()} cores.\n")
    print(f"{'data set':10} {'threads':>7}  {'tool':16} {'median':>8} {'best':>8} {'to cobuy':>9}")
    print("\n".join(table))


if __name__ == "__main__":
    main()
