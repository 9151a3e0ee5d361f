"""How good the suggestions of other packages are, judged as `make accuracy` judges cobuy's: recall@20 and NDCG@20 of
all users, every item ranked, what they had masked; and what a fit takes. With the settings that each package has by
default, or its documentation names for data of this kind; 100 neighbours where it asks for a number.
"""

import argparse
import os
import sys
import time
import warnings
from importlib import util
from pathlib import Path

import cobuy
import numpy as np
from metrics import halves
from scipy import sparse

K = 20


def implicit_neighbours(kind):
    def fit(train, threads):
        from implicit import nearest_neighbours

        model = getattr(nearest_neighbours, kind)(K=101, num_threads=threads)  # it counts the item itself
        model.fit(train, show_progress=False)
        return lambda users: model.recommend(users, train[users], N=K)[0]

    return fit


def implicit_als(train, threads):
    from implicit.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(factors=128, num_threads=threads, random_state=1, use_gpu=False)
    model.fit(train, show_progress=False)
    return lambda users: model.recommend(users, train[users], N=K)[0]


def similaripy_rp3beta(train, threads):
    import similaripy

    nearest = similaripy.rp3beta(
        train.T.tocsr(), alpha=1.0, beta=0.5, k=101, num_threads=threads, verbose=False, format_output="csr"
    )
    # Its README multiplies by the transposed lists, with which these sets come out worse.
    return lambda users: best(train[users] @ nearest, train[users])


def rusket(kind, **settings):
    def fit(train, threads):
        import rusket

        model = getattr(rusket, kind)(**settings).fit(train)
        return lambda users: np.array([model.recommend_items(int(user), n=K)[0] for user in users])

    return fit


def best(scores, owned):
    """The items of the highest scores of each row that it does not own."""
    scores = scores.toarray()
    scores[owned.nonzero()] = -np.inf
    chosen = np.argpartition(-scores, K, axis=1)[:, :K]
    order = np.argsort(-np.take_along_axis(scores, chosen, 1), axis=1, kind="stable")
    return np.take_along_axis(chosen, order, 1)


TOOLS = [
    ("implicit cosine", "implicit", implicit_neighbours("CosineRecommender")),
    ("implicit bm25", "implicit", implicit_neighbours("BM25Recommender")),
    ("implicit als", "implicit", implicit_als),
    ("similaripy rp3beta", "similaripy", similaripy_rp3beta),
    ("rusket ItemKNN", "rusket", rusket("ItemKNN", method="bm25", k=100)),
    ("rusket EASE", "rusket", rusket("EASE")),
]
#: The closed form takes the square of the items in memory and their cube in time.
MOST_ITEMS = {"rusket EASE": 20_000}


def judged(lists_of, train, test):
    """The figures of those who have something held out, asked by some hundred at a time."""
    held_out = sparse.csr_matrix(test - test.multiply(train > 0))
    held_out.eliminate_zeros()
    users = np.flatnonzero(np.diff(held_out.indptr)).astype(np.int32)
    lists = [lists_of(users[at : at + 512]) for at in range(0, len(users), 512)]
    return cobuy.evaluate_lists(np.vstack(lists), held_out[users], k=K, resamples=0, show_progress=False).metrics


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("COBUY_DATASETS", "../shared/datasets")))
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for name in ("gowalla", "yelp2018"):
        sets = halves(arguments.data, name)
        if sets is None:
            print(f"{name}: not there")
            continue
        train, test = sets
        print(f"{name:24} recall@20  ndcg@20   fit s")
        for label, package, fit in TOOLS:
            if util.find_spec(package) is None:
                print(f"{label:24} is not installed", file=sys.stderr)
                continue
            if train.shape[1] > MOST_ITEMS.get(label, train.shape[1]):
                print(f"{label:24} would need {4e-9 * train.shape[1] ** 2:.0f} GB for each copy of its matrix")
                continue
            start = time.perf_counter()
            lists_of = fit(train, arguments.threads)
            took = time.perf_counter() - start
            means = judged(lists_of, train, test)
            print(f"{label:24} {means['recall@20']:9.4f} {means['ndcg@20']:8.4f} {took:7.2f}", flush=True)


if __name__ == "__main__":
    main()
