"""The same lists measured by cobuy and by other packages: where they define a metric alike, the means must be
equal; then how long each takes.

The lists are implicit's own, of a cosine model, so that it can rank for itself. implicit's `precision` is of another
kind (all hits over the sum of min(k, |truth|)); it is worked out from cobuy's values and compared, too. RecTools
joins in where it is installed.
"""

import argparse
import os
import sys
import warnings
from importlib import util
from pathlib import Path

import also_bought as peers
import numpy as np
from answers import in_turns
from scipy import sparse

K = 20


def halves(folder, name):
    """What is learnt from and what is held out, of one shape; None where a file is missing."""
    train = peers.read(folder, name)
    path = folder / name / "test.txt.gz"
    if train is None or not path.is_file():
        return None
    import gzip

    with gzip.open(path, "rt") as lines:
        rows = [np.array(line.split()[1:], dtype=np.int32) for line in lines]
    rows += [np.empty(0, dtype=np.int32)] * (train.shape[0] - len(rows))
    starts = np.cumsum([0] + [len(row) for row in rows], dtype=np.int32)
    items = np.concatenate(rows)
    width = max(train.shape[1], int(items.max()) + 1)
    test = sparse.csr_matrix((np.ones(len(items), np.float32), items, starts), (len(rows), width))
    train.resize(test.shape)
    return train, test


def implicit_metrics(model, train, test):
    from implicit.evaluation import ranking_metrics_at_k

    return lambda: ranking_metrics_at_k(model, train, test, K=K, show_progress=False, num_threads=2)


def rectools_metrics(lists, test):
    """Its metrics on the same lists, as a function that gives them by our names."""
    import pandas as pd
    from rectools import Columns
    from rectools.metrics import HitRate, MRR, Precision, Recall, calc_metrics

    users, ranks = np.nonzero(lists >= 0)
    shown = pd.DataFrame({Columns.User: users, Columns.Item: lists[users, ranks], Columns.Rank: ranks + 1})
    bought = test.tocoo()
    bought = pd.DataFrame({Columns.User: bought.row, Columns.Item: bought.col})
    asked = {
        "recall": Recall(k=K),
        "precision": Precision(k=K),
        "hit_rate": HitRate(k=K),
        "mrr": MRR(k=K),
    }
    return lambda: calc_metrics(asked, reco=shown, interactions=bought)


def differ(who, pairs):
    """Says how two tools' means differ, and whether any does."""
    off = {name: abs(one - other) for name, (one, other) in pairs.items()}
    for name, (one, other) in pairs.items():
        print(f"  {who:9} {name:22} {one:.10f} {other:.10f}  {'same' if off[name] < 1e-9 else 'OTHER'}")
    return any(value >= 1e-9 for value in off.values())


def compare(name, train, test, runs):
    import cobuy
    from implicit.nearest_neighbours import CosineRecommender

    model = CosineRecommender(K=100, num_threads=2)
    model.fit(train, show_progress=False)
    users = np.arange(train.shape[0])
    lists, scores = model.recommend(users, train, N=K, filter_already_liked_items=True)
    # What has no score is no suggestion of a list.
    lists = np.where(np.isfinite(scores), lists, -1).astype(np.int32)

    def ours():
        return cobuy.evaluate_lists(lists, test, k=K, resamples=0, threads=2)

    evaluation, theirs = ours(), implicit_metrics(model, train, test)()
    told = evaluation.metrics
    sizes = np.diff(test.indptr)[np.asarray(evaluation.customers)]
    hits = evaluation.per_customer[f"precision@{K}"] * K
    print(f"\n{name}: means by cobuy and by the other")
    pairs = {
        "ndcg": (told[f"ndcg@{K}"], theirs["ndcg"]),
        "map": (told[f"map@{K}"], theirs["map"]),
        "precision, its own kind": (hits.sum() / np.minimum(sizes, K).sum(), theirs["precision"]),
    }
    other = differ("implicit", pairs)
    works = [ours, lambda: model.recommend(users, train, N=K), implicit_metrics(model, train, test)]
    names = ["cobuy, lists given", "implicit, ranking", "implicit, ranking and metrics"]
    if util.find_spec("rectools"):
        measure = rectools_metrics(lists, test)
        found = measure()
        other |= differ("rectools", {metric: (told[f"{metric}@{K}"], value) for metric, value in found.items()})
        works.append(measure)
        names.append("rectools, lists given")
    else:
        print("  left out: rectools is not installed")
    for what, seconds in zip(names, in_turns(works, runs)):
        print(f"  {what:32} {seconds * 1e3:9.1f} ms")
    return other


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", default=["gowalla", "yelp2018"], metavar="NAME")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each (5)")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    folder = Path(os.environ.get("COBUY_DATASETS") or peers.BESIDE)
    measured = [
        compare(name, *both, options.runs) for name in options.data if (both := halves(folder, name)) is not None
    ]
    if not measured:
        sys.exit("no data set was found")
    if any(measured):
        sys.exit("means differ that should not")


if __name__ == "__main__":
    main()
