"""Draws the table that `cargo bench --bench growth` prints: `growth.py TABLE SVG`."""

import re
import sys

import matplotlib
from matplotlib import pyplot

matplotlib.use("svg")
# The same figures, the same file.
matplotlib.rcParams.update({"svg.hashsalt": "cobuy", "svg.fonttype": "none", "font.size": 9})


def shops(path):
    """The name of each shop with its figures."""
    with open(path) as lines:
        for line in lines:
            words = line.split()
            figures = [word for word in words if re.fullmatch(r"\d+(\.\d+)?", word)]
            if len(figures) >= 10 and words[-10:] == figures[-10:]:
                name = " ".join(words[:-10])
                keys = "items users updates neighbours fit each floor speed memory weighed".split()
                yield name, dict(zip(keys, map(float, figures[-10:])))


def main(table, svg):
    figure, (total, each) = pyplot.subplots(1, 2, figsize=(9, 3.6), constrained_layout=True)
    for name, shop in shops(table):
        kind = "real" if name in ("gowalla", "yelp2018") else "large" if "one of" in name else "made up"
        colour = {"real": "C1", "large": "C2", "made up": "C0"}[kind]
        updates, fit = shop["updates"], shop["fit"]
        alone = fit / shop["floor"]
        total.loglog(updates, fit, "o", color=colour)
        total.loglog(updates, alone, "_", color=colour, markersize=9)
        total.annotate(name, (updates, fit), xytext=(4, 4), textcoords="offset points", fontsize=6.5)
        each.semilogx(updates, 1e9 * fit / updates, "o", color=colour)
        each.semilogx(updates, 1e9 * alone / updates, "_", color=colour, markersize=9)
    total.set(ylabel="seconds", xlim=(None, 2e10))
    each.set(ylabel="nanoseconds a meeting", ylim=(0, None))
    total.set_title("a fit (dots), and counting alone (dashes); 2 threads, k = 100", fontsize=9)
    each.set_title("the same by meeting", fontsize=9)
    for axes in (total, each):
        axes.set_xlabel("meetings to be counted, sum of d²")
        axes.grid(alpha=0.3)
    figure.savefig(svg, metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
