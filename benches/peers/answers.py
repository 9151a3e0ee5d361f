"""Suggestions of cobuy and of implicit, from the same lists: all users at once, one at a time, and a model
read from its file.

Both have every item's 100 nearest by cosine of the same purchases. Before any time is shown, what they
suggest is compared. Timed in turns in one process; medians.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path

import also_bought as peers
import numpy as np

N = 20
CALLS = 2_000


def seconds(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def in_turns(works, runs):
    """The median of each."""
    taken = [[seconds(work) for work in works] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*taken)]


def each(rows, work):
    """Microseconds of single calls: the middle and the slowest of a hundred."""
    taken = sorted(seconds(lambda row=row: work(row)) * 1e6 for row in rows)
    return taken[len(taken) // 2], taken[len(taken) * 99 // 100]


def alike(scores, others):
    """The share of scores that are the same."""
    return (np.abs(scores - others) <= 1e-5 * np.maximum(scores, 1)).mean()


def best(scores, n):
    """The n highest of each row, falling, filled up with zeros."""
    found = np.zeros((scores.shape[0], n))
    for row, some in zip(found, scores.tocsr()):
        highest = np.sort(some.data)[::-1][:n]
        row[: len(highest)] = highest
    return found


def agree(matrix, model, other, ours, theirs):
    """What is the same, and where what is not comes from: of neighbours that are equally near, the last that
    fit a list, each tool keeps others. All scores of the lists are the same, and what each suggests are the
    sums of its own lists."""
    lists, others = model.similarity_, other.similarity.tocsr(copy=True)
    others.setdiag(0)
    others.eliminate_zeros()
    same = alike(best(lists, peers.K), best(others, peers.K))
    ours, theirs = np.nan_to_num(ours[1]), theirs[1].clip(min=0)
    some = np.random.default_rng(2).choice(matrix.shape[0], 500)
    rows = matrix[some]

    def sums(own, suggested):
        open_to = rows @ own
        open_to = open_to - open_to.multiply(rows > 0)
        open_to.eliminate_zeros()
        return alike(best(open_to, N), suggested[some])

    print(
        f"the same: {same:.2%} of the lists' scores, {alike(ours, theirs):.1%} of those suggested, since of equally"
        f" near neighbours each keeps others; of suggestions the sums of their own lists are {sums(lists, ours):.2%}"
        f" and {sums(others, theirs):.2%}"
    )


def line(name, ours, theirs, unit):
    print(f"{name:44} {ours:9.1f} {theirs:9.1f} {unit}   {theirs / ours:6.1f} x")


def compare(name, matrix, runs):
    from cobuy import AlsoBought
    from implicit.nearest_neighbours import CosineRecommender

    model = AlsoBought(measure="cosine", neighbours=peers.K, threads=2).fit(matrix)
    other = CosineRecommender(K=peers.K + 1, num_threads=2)
    other.fit(matrix, show_progress=False)
    users = np.arange(matrix.shape[0])

    def ours():
        return model.recommend(users, matrix, n=N)

    def theirs():
        return other.recommend(users, matrix, N=N, filter_already_liked_items=True)

    print(f"\n{name}")
    agree(matrix, model, other, ours(), theirs())
    print(f"{'':44} {'cobuy':>9} {'implicit':>9}")
    all_ours, all_theirs = in_turns([ours, theirs], runs)
    line(f"all {len(users):,} users, n={N}, 2 threads", all_ours * 1e3, all_theirs * 1e3, "ms")
    some = np.random.default_rng(0).choice(len(users), CALLS)
    rows = [matrix[user] for user in some]
    items = [int(item) for item in np.random.default_rng(1).choice(matrix.shape[1], CALLS)]
    calls = [
        ("one user", rows, lambda row: model.recommend(0, row, n=N), lambda row: other.recommend(0, row, N=N)),
        (
            "one item",
            items,
            lambda item: model.similar_items(item, n=N),
            lambda item: other.similar_items(item, N=N),
        ),
    ]
    for what, asked, our_call, their_call in calls:
        first, second = each(asked, our_call), each(asked, their_call)
        for middle, our_time, their_time in zip(("p50", "p99"), first, second):
            line(f"{what}, {middle}", our_time, their_time, "us")
    with tempfile.TemporaryDirectory() as folder:
        files(Path(folder), model, other, runs)


def files(folder, model, other, runs):
    """Saving, which is not the same work (ours waits until the disk has it), and opening."""
    from cobuy import AlsoBought
    from implicit.nearest_neighbours import CosineRecommender

    ours, theirs = folder / "ours.cobuy", folder / "theirs"
    saved = in_turns([lambda: model.save(ours), lambda: other.save(str(theirs))], runs)
    line("save, the disk waited for by cobuy only", saved[0] * 1e3, saved[1] * 1e3, "ms")
    opened = in_turns(
        [lambda: AlsoBought.load(ours), lambda: CosineRecommender.load(f"{theirs}.npz")], runs
    )
    line("open, all checks on", opened[0] * 1e3, opened[1] * 1e3, "ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", default=["gowalla", "yelp2018"], metavar="NAME")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each (5)")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    folder = Path(os.environ.get("COBUY_DATASETS") or peers.BESIDE)
    found = False
    for name in options.data:
        matrix = peers.read(folder, name)
        if matrix is not None:
            compare(name, matrix, options.runs)
            found = True
    if not found:
        sys.exit("no data set was found")


if __name__ == "__main__":
    main()
