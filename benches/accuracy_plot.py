"""Draws what `accuracy.py` and `peers/accuracy.py` print: `accuracy_plot.py OURS PEERS SVG`."""

import re
import sys

import matplotlib
from matplotlib import pyplot

matplotlib.use("svg")
# The same figures, the same file.
matplotlib.rcParams.update({"svg.hashsalt": "cobuy", "svg.fonttype": "none", "font.size": 9})

ROW = re.compile(r"(.{24}) +(0\.\d+) +(0\.\d+) +([\d.]+)")


def rows(path):
    """The set, the model, its NDCG@20 and the seconds of its fit."""
    name = None
    with open(path) as lines:
        for line in lines:
            if "recall@20" in line:
                name = line.split()[0]
            elif row := ROW.match(line):
                yield name, row[1].strip(), float(row[3]), float(row[4])


def main(ours, peers, svg):
    sets = ("gowalla", "yelp2018")
    figure, panels = pyplot.subplots(1, 2, figsize=(9, 4.2), constrained_layout=True)
    for name, axes in zip(sets, panels):
        for path, colour in ((peers, "C7"), (ours, "C0")):
            for of, model, ndcg, fit in rows(path):
                if of != name:
                    continue
                in_order = "order" in model
                axes.semilogx(fit, ndcg, "^" if in_order else "o", color="C1" if in_order else colour)
                axes.annotate(model, (fit, ndcg), xytext=(5, -3), textcoords="offset points", fontsize=6.5)
        axes.set(xlabel="seconds of a fit, 2 threads", ylabel="NDCG@20", title=name)
        axes.margins(x=0.25)
        axes.grid(alpha=0.3)
    figure.suptitle("cobuy (blue; orange where it counts the order of purchases) and others (grey)", fontsize=9)
    figure.savefig(svg, metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
