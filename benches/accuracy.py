"""How good the suggestions of each model are on the public sets, with the settings of accuracy.toml: recall@20 and
NDCG@20 of all users, every item ranked, what they had masked; and what a fit takes."""

import argparse
import os
import sys
import tomllib
from pathlib import Path

import cobuy

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))

from metrics import halves  # noqa: E402


def learner(model, name):
    """The settings of a model for a set."""
    settings = model["settings"] | model.get(name, {})
    if "preset" in model:
        return cobuy.AlsoBought.preset(model["preset"], **settings)
    return cobuy.AlsoBought(**settings)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("COBUY_DATASETS", "../shared/datasets")))
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    models = tomllib.loads((HERE / "accuracy.toml").read_text())["model"]
    for name in ("gowalla", "yelp2018"):
        sets = halves(arguments.data, name)
        if sets is None:
            print(f"{name}: not there")
            continue
        train, test = sets
        print(f"{name:24} recall@20  ndcg@20   fit s  rank s")
        for model in models:
            learn = learner(model, name).set_params(threads=arguments.threads)
            judged = cobuy.evaluate(learn, train, test=test, k=20, resamples=0, show_progress=False)
            means, took = judged.metrics, judged.took
            figures = f"{means['recall@20']:9.4f} {means['ndcg@20']:8.4f}"
            print(f"{model['name']:24} {figures} {took['fit']:7.2f} {took['rank']:7.2f}", flush=True)


if __name__ == "__main__":
    main()
