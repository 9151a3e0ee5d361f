"""The weights of EASE by cobuy and by other packages, of the most bought items of gowalla.

cobuy keeps the best of each item and how many bought both; the others keep all weights. Each is timed in turns in one
process, medians, after its weights were compared with those that NumPy inverts.
"""

import argparse
import os
import sys
from importlib import metadata, util
from pathlib import Path

PENALTY = 100.0
K = 100


def cobuy_lists(matrix, threads):
    import cobuy

    numbers = {"customer_exponent": 0.0, "dropout": 0.0, "penalty": PENALTY, "target_exponent": 0.0}
    return cobuy.AlsoBought(model="closed_form", neighbours=K, threads=threads, **numbers).fit(matrix)


def numpy_weights(matrix):
    """As published: Steck, WWW 2019, listing 1."""
    gram = (matrix.T @ matrix).toarray()
    gram[np.diag_indices_from(gram)] += PENALTY
    inverse = np.linalg.inv(gram)
    weights = inverse / -np.diag(inverse)
    weights[np.diag_indices_from(weights)] = 0
    return weights


def scipy_weights(matrix):
    """Likewise by Cholesky's way, which takes half the steps."""
    from scipy.linalg import lapack

    gram = (matrix.T @ matrix).toarray(order="F")
    gram[np.diag_indices_from(gram)] += PENALTY
    factor, _ = lapack.dpotrf(gram, lower=1, overwrite_a=1)
    inverse, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
    inverse += np.tril(inverse, -1).T
    weights = inverse / -np.diag(inverse)
    weights[np.diag_indices_from(weights)] = 0
    return weights


def rusket_weights(matrix):
    from rusket import EASE

    return EASE(regularization=PENALTY).fit(matrix).item_factors


def most_bought(matrix, items):
    totals = np.asarray(matrix.sum(axis=0)).ravel()
    kept = np.sort(np.argsort(-totals, kind="stable")[:items])
    return matrix[:, kept].tocsr()


def off(weights, expected):
    """How far weights are off at most."""
    return np.abs(np.asarray(weights) - expected).max()


def off_of_lists(found, expected, matrix):
    """Likewise of lists: what they keep, and what they leave out of the best K above zero of items that were bought
    together, beyond the last of these."""
    whole = np.where((matrix.T @ matrix).toarray() > 0, np.maximum(expected, 0), 0)
    least = np.partition(whole, -min(K, len(whole)), axis=1)[:, -min(K, len(whole))]
    missed = np.where(found == 0, whole - least[:, None], 0).max()
    return max(missed, np.abs(found - whole)[found > 0].max())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", nargs="+", type=int, default=[1_000, 2_000, 4_000], metavar="N")
    parser.add_argument("--threads", type=int, default=2, metavar="N")
    parser.add_argument("--runs", type=int, default=3, help="timed fits of each tool (3)")
    options = parser.parse_args()
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS"):
        os.environ[name] = str(options.threads)

    global np
    import also_bought as peers
    import numpy as np
    from answers import in_turns

    matrix = peers.read(Path(os.environ.get("COBUY_DATASETS") or peers.BESIDE), "gowalla")
    if matrix is None:
        sys.exit("no data set was found")
    tools = {"numpy": numpy_weights, "scipy": scipy_weights}
    if util.find_spec("rusket"):
        tools["rusket"] = rusket_weights
    else:
        print("left out: rusket is not installed; pip install -r benches/peers/requirements.txt")
    print(", ".join(f"{name} {metadata.version(name)}" for name in ["cobuy", *tools]))
    wrong = False
    for items in options.items:
        some = most_bought(matrix, items)
        expected = numpy_weights(some.astype(np.float64))
        found = cobuy_lists(some, options.threads).similarity_.toarray()
        errors = {"cobuy": off_of_lists(found, expected, some)}
        errors |= {name: off(work(some.astype(np.float64)), expected) for name, work in tools.items()}
        wrong |= errors["cobuy"] > 1e-6
        works = [lambda: cobuy_lists(some, options.threads)]
        works += [lambda work=work: work(some.astype(np.float64)) for work in tools.values()]
        taken = in_turns(works, options.runs)
        print(f"\n{items:,} items, {some.nnz:,} purchases, {options.threads} threads")
        for name, seconds in zip(errors, taken):
            print(f"  {name:8} {seconds:8.3f} s {seconds / taken[0]:7.2f}  off by {errors[name]:.0e} at most")
    if wrong:
        sys.exit("weights differ that should not")


if __name__ == "__main__":
    main()
