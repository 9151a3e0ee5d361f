"""How good the suggestions of each model are on the public sets, with the settings of accuracy.toml: recall@20 and
NDCG@20 of all users, every item ranked, what they had masked; and what a fit takes."""

import argparse
import gzip
import os
import sys
import time
import tomllib
from pathlib import Path

import cobuy
import numpy as np
from scipy import sparse

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))

from metrics import halves  # noqa: E402


def learner(model, name):
    """The settings of a model for a set."""
    settings = model["settings"] | model.get(name, {})
    if "preset" in model:
        return cobuy.AlsoBought.preset(model["preset"], **settings)
    return cobuy.AlsoBought(**settings)


def places(folder, name, train):
    """For each purchase its place in the user's line, as a time in days; of one told twice the last."""
    with gzip.open(folder / name / "train.txt.gz", "rt") as lines:
        rows = [line.split()[1:] for line in lines]
    told = [(user, int(item), place + 1) for user, row in enumerate(rows) for place, item in enumerate(row)]
    users, items, at = map(np.array, zip(*{(user, item): (user, item, place) for user, item, place in told}.values()))
    return sparse.csr_matrix((at.astype(float), (users, items)), train.shape)


def ranked(factors, train, test, beside):
    """The figures of factors, alone and beside a model, of those who have something held out."""
    held_out = test - test.multiply(train > 0)
    held_out.eliminate_zeros()
    customers = np.flatnonzero(np.diff(held_out.indptr))
    for model in (None, beside) if beside is not None else (None,):
        start = time.perf_counter()
        lists, _ = factors.recommend(customers, train[customers], n=20, beside=model)
        took = time.perf_counter() - start
        judged = cobuy.evaluate_lists(lists, held_out[customers], k=20, resamples=0)
        yield judged.metrics, took


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("COBUY_DATASETS", "../shared/datasets")))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--slow", action="store_true", help="also what takes minutes to fit")
    arguments = parser.parse_args()
    told = tomllib.loads((HERE / "accuracy.toml").read_text())
    models = [model for model in told["model"] if arguments.slow or not model.get("slow")]
    for name in ("gowalla", "yelp2018"):
        sets = halves(arguments.data, name)
        if sets is None:
            print(f"{name}: not there")
            continue
        train, test = sets
        times = places(arguments.data, name, train)
        print(f"{name:24} recall@20  ndcg@20   fit s  rank s")
        for model in models:
            learn = learner(model, name).set_params(threads=arguments.threads)
            when = times if model.get("in_order") else None
            judged = cobuy.evaluate(learn, train, test=test, times=when, k=20, resamples=0, show_progress=False)
            means, took = judged.metrics, judged.took
            figures = f"{means['recall@20']:9.4f} {means['ndcg@20']:8.4f}"
            print(f"{model['name']:24} {figures} {took['fit']:7.2f} {took['rank']:7.2f}", flush=True)
        by_name = {model["name"]: model for model in models}
        for model in told["factors"] if arguments.slow else ():
            start = time.perf_counter()
            factors = cobuy.Factors(threads=arguments.threads, **model.get(name, {})).fit(train)
            fit = time.perf_counter() - start
            other = model.get("beside")
            beside = learner(by_name[other], name).fit(train) if other else None
            for label, (means, took) in zip((model["name"], f"  beside {other}"), ranked(factors, train, test, beside)):
                print(f"{label:24} {means['recall@20']:9.4f} {means['ndcg@20']:8.4f} {fit:7.2f} {took:7.2f}", flush=True)


if __name__ == "__main__":
    main()
