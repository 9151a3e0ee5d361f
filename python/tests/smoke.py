"""What must work with nothing installed but the wheel and NumPy."""

import importlib.util
import pathlib
import tempfile

import numpy as np

import cobuy

assert importlib.util.find_spec("scipy") is None, "this environment is not clean"

user_items = np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1], [0, 0, 1]])
model = cobuy.AlsoBought(neighbours=2).fit(user_items)
ids, scores = model.similar_items(0, n=2)
assert ids.tolist() == [1, 2] and scores.dtype == np.float32
assert model.recommend([7], user_items[[3]], n=2)[0].tolist() == [[0, -1]]
try:
    model.similarity_
except ImportError as problem:
    assert "needs SciPy" in str(problem)
else:
    raise AssertionError("similarity_ came without SciPy")

folder = pathlib.Path(tempfile.mkdtemp())
(folder / "orders.csv").write_text("order_id,customer_id,item_id\n1,ann,tea\n1,ann,cup\n")
shop = cobuy.Shop.from_csv(folder / "orders.csv").fit(model)
shop.save(folder / "shop.cobuy")
assert cobuy.open(folder / "shop.cobuy").also_bought("tea", n=1)[0].item == "cup"
print("the wheel works in a clean environment")
