"""The index door: matrices in, arrays out, scikit-learn's manners."""

from __future__ import annotations

import copy
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import random_matrix
from sklearn.base import clone

import cobuy

MEASURES = ["count", "cosine", "jaccard", "lift", "confidence", "llr"]


def twin(user_items: np.ndarray, measure: str, i: int, j: int) -> float:
    """A measure by its formula, from columns of truths."""
    n = int(user_items.any(axis=1).sum())
    a, b = int(user_items[:, i].sum()), int(user_items[:, j].sum())
    both = int((user_items[:, i] & user_items[:, j]).sum())
    if both == 0:
        return 0.0
    if measure == "llr":
        if both * n <= a * b:
            return 0.0
        cells = [(both, a, b), (a - both, a, n - b), (b - both, n - a, b), (n + both - a - b, n - a, n - b)]
        return 2 * sum(k * math.log(k * n / (row * column)) for k, row, column in cells if k)
    return {
        "count": float(both),
        "cosine": both / math.sqrt(a * b),
        "jaccard": both / (a + b - both),
        "lift": n * both / (a * b),
        "confidence": both / a,
    }[measure]


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_is_its_formula(matrix: sp.csr_array, measure: str) -> None:
    model = cobuy.AlsoBought(measure=measure, neighbours=60).fit(matrix)
    similarity, bought = model.similarity_.toarray(), matrix.toarray() > 0
    for i in range(60):
        expected = [0.0 if i == j else twin(bought, measure, i, j) for j in range(60)]
        np.testing.assert_allclose(similarity[i], expected, rtol=2e-6, atol=1e-7)


def test_the_closed_form_is_ease_of_what_was_bought_together(matrix: sp.csr_array) -> None:
    numbers = {"customer_exponent": 0.0, "dropout": 0.0, "penalty": 5.0, "target_exponent": 0.0}
    model = cobuy.AlsoBought(model="closed_form", neighbours=60, **numbers).fit(matrix)
    bought = (matrix.toarray() > 0).astype(float)
    gram = bought.T @ bought
    inverse = np.linalg.inv(gram + 5 * np.eye(60))
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    expected = np.where(gram > 0, np.maximum(weights, 0), 0)
    np.testing.assert_allclose(model.similarity_.toarray(), expected, rtol=1e-6, atol=1e-9)


def test_lists_kept_per_target_are_the_best_of_each_column(matrix: sp.csr_array, tmp_path: Path) -> None:
    whole = cobuy.AlsoBought(neighbours=60).fit(matrix).similarity_.toarray()
    model = cobuy.AlsoBought(neighbours=5, kept="target").fit(matrix)
    expected = np.zeros_like(whole)
    for item in range(60):
        best = np.argsort(-whole[:, item], kind="stable")[:5]
        expected[best, item] = whole[best, item]
    np.testing.assert_array_equal(model.similarity_.toarray(), expected)
    model.save(tmp_path / "model.cobuy")
    assert cobuy.AlsoBought.load(tmp_path / "model.cobuy").kept == "target"
    assert cobuy.inspect(tmp_path / "model.cobuy")["measure"] == "cosine kept=target"


def test_rows_of_similarity_are_lists_best_first(matrix: sp.csr_array) -> None:
    model = cobuy.AlsoBought(neighbours=5).fit(matrix)
    similarity, counts = model.similarity_, model.counts_
    assert similarity.dtype == np.float32 and similarity.indices.dtype == np.int32
    for item in range(60):
        row = slice(similarity.indptr[item], similarity.indptr[item + 1])
        ids, scores = model.similar_items(item, n=60)
        assert similarity.indices[row].tolist() == ids.tolist()
        assert similarity.data[row].tolist() == scores.tolist()
        pairs = list(zip((-scores).tolist(), ids.tolist(), strict=True))
        assert pairs == sorted(pairs) and len(pairs) <= 5 and item not in ids
        for other, both in zip(ids, counts.data[row], strict=True):
            assert both == (matrix[:, [item]].multiply(matrix[:, [other]])).sum()


def test_fitted_attributes_count_customers_and_items() -> None:
    model = cobuy.AlsoBought().fit(np.array([[1, 1, 0], [0, 1, 0], [0, 0, 0]]))
    assert (model.n_customers_, model.n_items_) == (2, 3)
    assert model.item_counts_.tolist() == [1, 2, 0]


def test_several_items_are_padded_and_one_is_short(matrix: sp.csr_array) -> None:
    model = cobuy.AlsoBought(neighbours=4).fit(matrix)
    ids, scores = model.similar_items([3, 8], n=6)
    assert ids.shape == scores.shape == (2, 6) and ids.dtype == np.int32
    assert (ids[:, 4:] == -1).all() and np.isnan(scores[:, 4:]).all()
    one, its_scores = model.similar_items(8, n=6)
    assert one.ndim == 1 and one.tolist() == ids[1, :4].tolist()
    assert its_scores.tolist() == scores[1, :4].tolist()
    assert model.similar_items([], n=3)[0].shape == (0, 3)


def test_n_beyond_the_catalogue_is_the_catalogue(matrix: sp.csr_array) -> None:
    model = cobuy.AlsoBought().fit(matrix)
    assert model.similar_items([0], n=10**30)[0].shape == (1, 60)
    assert model.recommend([0], matrix[[0]], n=10**12)[0].shape == (1, 60)


def test_a_recommendation_is_the_sum_of_its_neighbours(matrix: sp.csr_array) -> None:
    model = cobuy.AlsoBought(neighbours=10).fit(matrix)
    ids, scores = model.recommend(range(200), matrix, n=8)
    expected = (matrix.astype(np.float32) @ model.similarity_).toarray()
    expected[matrix.toarray() > 0] = 0
    for row in range(200):
        told = ids[row] >= 0
        np.testing.assert_allclose(scores[row][told], expected[row][ids[row][told]], rtol=1e-5)
        assert told.sum() == min(8, (expected[row] > 0).sum())
        assert np.all(np.diff(scores[row][told]) <= 0)


def test_batch_equals_single(matrix: sp.csr_array) -> None:
    model = cobuy.AlsoBought(neighbours=10).fit(matrix)
    ids, scores = model.recommend(np.arange(20), matrix[:20], n=5)
    for row in range(20):
        one, its_scores = model.recommend(row, matrix[[row]], n=5)
        told = ids[row] >= 0
        assert one.tolist() == ids[row][told].tolist()
        assert its_scores.tolist() == scores[row][told].tolist()


def test_what_is_owned_is_left_out_unless_kept(matrix: sp.csr_array) -> None:
    model = cobuy.AlsoBought(neighbours=60).fit(matrix)
    owned = set(matrix[[4]].indices.tolist())
    ids, _ = model.recommend(4, matrix[[4]], n=60)
    assert owned and not owned & set(ids.tolist())
    kept, _ = model.recommend(4, matrix[[4]], n=60, keep_owned=True)
    assert owned & set(kept.tolist())


def test_exclude_and_only_narrow_and_never_widen(matrix: sp.csr_array) -> None:
    model = cobuy.AlsoBought(neighbours=60).fit(matrix)
    all_ids, _ = model.similar_items(3, n=60)
    some = all_ids[:3].tolist()
    assert model.similar_items(3, n=60, exclude=some)[0].tolist() == all_ids[3:].tolist()
    assert model.similar_items(3, n=60, only=some)[0].tolist() == some
    assert model.similar_items(3, n=2, only=some)[0].tolist() == some[:2]
    assert model.similar_items(3, n=60, only=some, exclude=some[0])[0].tolist() == some[1:]
    assert model.similar_items(3, only=[])[0].size == 0
    ids, _ = model.recommend(4, matrix[[4]], n=2, only=range(30))
    assert ids.size <= 2 and (ids < 30).all()


def test_an_empty_history_gets_nothing_singly_and_in_a_batch(matrix: sp.csr_array) -> None:
    model = cobuy.AlsoBought().fit(matrix)
    nobody = sp.csr_array((1, 60))
    ids, scores = model.recommend([9], nobody, n=3)
    assert ids.tolist() == [[-1, -1, -1]] and np.isnan(scores).all()
    assert model.recommend(9, nobody, n=3)[0].size == 0


def test_who_owns_everything_gets_nothing() -> None:
    model = cobuy.AlsoBought().fit(np.ones((3, 4)))
    ids, scores = model.recommend([0], np.ones((1, 4)), n=2)
    assert ids.tolist() == [[-1, -1]] and np.isnan(scores).all()


@pytest.mark.parametrize("bad", [-1, 60, [3, -1], [0, 99], np.array([60], dtype=np.uint64)])
def test_an_index_out_of_range_is_an_index_error(matrix: sp.csr_array, bad: object) -> None:
    model = cobuy.AlsoBought().fit(matrix)
    with pytest.raises(IndexError, match="out of range: there are 60 items"):
        model.similar_items(bad)
    with pytest.raises(IndexError, match="`exclude`"):
        model.similar_items(0, exclude=bad)
    with pytest.raises(IndexError, match="`only`"):
        model.recommend(0, matrix[[0]], only=bad)


@pytest.mark.parametrize("bad", [1.0, [1.5], True, [True, False], "tea", None, np.array([1], "m8[s]")])
def test_an_index_that_is_no_whole_number_is_a_type_error(matrix: sp.csr_array, bad: object) -> None:
    with pytest.raises(TypeError, match="`ids` must be whole numbers"):
        cobuy.AlsoBought().fit(matrix).similar_items(bad)


def test_indices_of_two_dimensions_are_refused(matrix: sp.csr_array) -> None:
    with pytest.raises(ValueError, match=r"shape \(1, 1\)"):
        cobuy.AlsoBought().fit(matrix).similar_items([[1]])


@pytest.mark.parametrize("n", [0, -3, 1.0, True, None, "3"])
def test_an_n_that_cannot_be_is_a_value_error(matrix: sp.csr_array, n: object) -> None:
    model = cobuy.AlsoBought().fit(matrix)
    with pytest.raises(ValueError, match="`n` is"):
        model.similar_items(0, n=n)
    with pytest.raises(ValueError, match="`n` is"):
        model.recommend(0, matrix[[0]], n=n)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"measure": "cosin"}, "did you mean `cosine`"),
        ({"measure": 3}, "`measure` is 3"),
        ({"neighbours": 0}, "`neighbours` is 0, but it must be at least 1"),
        ({"neighbours": -5}, "`neighbours` is -5"),
        ({"neighbours": 2.5}, "`neighbours` is 2.5"),
        ({"min_customers": 0}, "`min_customers` is 0"),
        ({"min_customers": None}, "`min_customers` is None"),
        ({"threads": 0}, "`threads` is 0"),
        ({"kept": "traget"}, "did you mean `target`"),
        ({"kept": None}, "`kept` is None, but it must be 'source' or 'target'"),
        ({"kept": "target", "model": "closed_form"}, "with the model closed_form it must be left out"),
        ({"model": "closed_form", "steps": 3}, "the model is closed_form"),
        ({"threads": 10**6}, "`threads` is 1000000"),
    ],
)
def test_a_setting_that_cannot_be_names_itself(
    matrix: sp.csr_array, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        cobuy.AlsoBought(**settings).fit(matrix)


@pytest.mark.parametrize(
    "dtype", ["int8", "int16", "int64", "uint8", "uint64", "bool", "float16", "float32", "longdouble"]
)
def test_the_type_of_the_values_does_not_matter(matrix: sp.csr_array, dtype: str) -> None:
    expected = cobuy.AlsoBought().fit(matrix).similarity_
    if dtype == "float16":  # SciPy has no sparse float16; NumPy has a dense one.
        found = cobuy.AlsoBought().fit(matrix.toarray().astype(dtype)).similarity_
    else:
        found = cobuy.AlsoBought().fit(matrix.astype(dtype)).similarity_
    assert (found != expected).nnz == 0


def test_complex_and_object_values_are_refused(matrix: sp.csr_array) -> None:
    for values in (matrix.astype(complex), matrix.toarray().astype(object)):
        with pytest.raises(ValueError, match="real numbers"):
            cobuy.AlsoBought().fit(values)


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf, -math.inf])
def test_values_that_are_no_purchases_are_refused_and_named(bad: float) -> None:
    values = np.array([[1.0, 2.0], [0.0, bad]])
    for given in (values, sp.csr_array(values)):
        with pytest.raises(ValueError, match="row 1, column 1"):
            cobuy.AlsoBought().fit(given)


def test_stored_zeros_are_dropped_and_duplicates_are_added_up_first() -> None:
    parts = (np.array([1.0, 0.0, 2.0, -2.0, 3.0, -1.0]), [0, 1, 2, 2, 1, 1], [0, 4, 6])
    model = cobuy.AlsoBought().fit(sp.csr_matrix(parts, shape=(2, 3)))
    assert model.item_counts_.tolist() == [1, 1, 0]


def test_values_stored_often_in_a_narrow_type_do_not_overflow() -> None:
    places = (np.zeros(257, dtype=int), np.r_[np.zeros(256, dtype=int), 1])
    for dtype in ("u1", "i1"):
        matrix = sp.coo_array((np.ones(257, dtype), places), shape=(1, 2))
        assert cobuy.AlsoBought().fit(matrix).item_counts_.tolist() == [1, 1]


def test_an_answer_that_no_memory_holds_is_a_memory_error() -> None:
    model = cobuy.AlsoBought().fit(sp.csr_array((1, 1_000_000)))
    with pytest.raises(MemoryError, match="ask for fewer"):
        model.similar_items(np.zeros(2**25, dtype=np.int64), n=10**9)


def test_unsorted_indices_are_sorted_and_the_input_is_left_alone(matrix: sp.csr_array) -> None:
    shuffled = matrix.copy()
    for row in range(200):
        part = slice(shuffled.indptr[row], shuffled.indptr[row + 1])
        shuffled.indices[part] = shuffled.indices[part][::-1]
    before = shuffled.indices.copy()
    expected = cobuy.AlsoBought().fit(matrix).similarity_
    assert (cobuy.AlsoBought().fit(shuffled).similarity_ != expected).nnz == 0
    assert (shuffled.indices == before).all()


@pytest.mark.parametrize("kind", ["coo", "csc", "lil", "dok", "bsr", "csr"])
def test_every_sparse_format_is_the_same_matrix(matrix: sp.csr_array, kind: str) -> None:
    expected = cobuy.AlsoBought().fit(matrix).similarity_
    assert (cobuy.AlsoBought().fit(matrix.asformat(kind)).similarity_ != expected).nnz == 0
    wide = matrix.copy()
    wide.indices, wide.indptr = wide.indices.astype(np.int64), wide.indptr.astype(np.int64)
    assert (cobuy.AlsoBought().fit(wide).similarity_ != expected).nnz == 0


def test_a_damaged_matrix_is_refused() -> None:
    for column, message in ((9, "stores column 9"), (-1, "-1 stands among")):
        matrix = sp.csr_array(np.eye(3))
        matrix.indices[1] = column
        with pytest.raises(ValueError, match=message):
            cobuy.AlsoBought().fit(matrix)
    matrix = sp.csr_array(np.eye(3))
    matrix.indptr[1] = 5
    with pytest.raises(ValueError, match="damaged"):
        cobuy.AlsoBought().fit(matrix)


@pytest.mark.parametrize("thing", [[[1, 0]], "orders.csv", None, {"a": 1}, 3])
def test_what_is_no_matrix_is_a_type_error(thing: object) -> None:
    with pytest.raises(TypeError, match="sparse matrix or a 2-d NumPy array"):
        cobuy.AlsoBought().fit(thing)


def test_arrays_of_other_dimensions_are_refused() -> None:
    for array in (np.ones(3), np.ones((2, 2, 2)), np.array(1.0)):
        with pytest.raises(ValueError, match="must be 2-d"):
            cobuy.AlsoBought().fit(array)


def test_another_width_or_number_of_rows_is_refused(matrix: sp.csr_array) -> None:
    model = cobuy.AlsoBought().fit(matrix)
    with pytest.raises(ValueError, match="59 columns, but the model was fitted on 60"):
        model.recommend(0, matrix[[0]][:, :59])
    with pytest.raises(ValueError, match="2 `ids` for 1 rows"):
        model.recommend([0, 1], matrix[[0]])
    with pytest.raises(ValueError, match="60 columns|columns, but"):
        cobuy.AlsoBought().fit(matrix.T).recommend(0, matrix[[0]])


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_a_matrix_of_nothing_fits_and_answers_nothing(shape: tuple[int, int]) -> None:
    model = cobuy.AlsoBought().fit(sp.csr_array(shape))
    assert model.similarity_.shape == (shape[1], shape[1]) and model.similarity_.nnz == 0
    ids, scores = model.recommend(range(shape[0]), sp.csr_array(shape), n=2)
    assert ids.shape == scores.shape == (shape[0], min(2, shape[1])) and (ids == -1).all()


def test_one_customer_and_one_item_have_no_neighbours() -> None:
    model = cobuy.AlsoBought().fit(np.ones((1, 1)))
    assert model.similar_items(0)[0].size == 0
    assert cobuy.AlsoBought().fit(np.ones((1, 3))).similar_items(0)[0].tolist() == [1, 2]


def test_an_unfitted_model_says_so() -> None:
    model = cobuy.AlsoBought()
    for ask in (
        lambda: model.similar_items(0),
        lambda: model.recommend(0, np.ones((1, 1))),
        lambda: model.similarity_,
        lambda: model.save("x"),
    ):
        with pytest.raises(cobuy.NotFittedError, match="call fit first"):
            ask()


def test_threads_change_nothing() -> None:
    matrix = random_matrix(2000, 500, seed=3)
    files = {cobuy.AlsoBought(threads=t).fit(matrix)._model.to_bytes() for t in (1, 2, 3, 7, None)}
    assert len(files) == 1


def test_a_fit_ends_where_its_memory_does(matrix: sp.csr_array) -> None:
    with pytest.raises(MemoryError, match="`memory_limit` is 1000 bytes, but .* keep fewer"):
        cobuy.AlsoBought(memory_limit=1000).fit(matrix)
    enough = cobuy.AlsoBought(memory_limit=2**40).fit(matrix)
    assert (enough.similarity_ != cobuy.AlsoBought().fit(matrix).similarity_).nnz == 0
    with pytest.raises(ValueError, match="`memory_limit` is 0, but it must be at least 1"):
        cobuy.AlsoBought(memory_limit=0).fit(matrix)


def test_one_row_of_a_matrix_answers_as_many_do(matrix: sp.csr_array) -> None:
    model = cobuy.AlsoBought(neighbours=20).fit(matrix)
    ids, scores = model.recommend(np.arange(matrix.shape[0]), matrix, n=7)
    for row in range(matrix.shape[0]):
        told = ids[row] >= 0
        one, of_one = model.recommend(row, matrix[[row]], n=7)
        assert one.tolist() == ids[row][told].tolist()
        assert of_one.tolist() == scores[row][told].tolist()


def test_save_and_load_answer_identically(matrix: sp.csr_array, tmp_path: Path) -> None:
    model = cobuy.AlsoBought(measure="llr", neighbours=9, min_customers=2).fit(matrix)
    path = tmp_path / "model.cobuy"
    first = model.save(path)
    loaded = cobuy.AlsoBought.load(str(path))
    assert loaded.get_params() == {**model.get_params(), "threads": None, "memory_limit": None}
    assert (loaded.similarity_ != model.similarity_).nnz == 0
    assert loaded.save(path) == first == cobuy.inspect(path)["id"]
    assert cobuy.inspect(path)["stored"] == "also_bought"


def test_pickle_and_copy_keep_the_model(matrix: sp.csr_array) -> None:
    model = cobuy.AlsoBought(neighbours=9).fit(matrix)
    for twin in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert twin.get_params() == model.get_params()
        assert (twin.similarity_ != model.similarity_).nnz == 0
    unfitted = pickle.loads(pickle.dumps(cobuy.AlsoBought()))
    with pytest.raises(cobuy.NotFittedError):
        unfitted.similar_items(0)


def test_a_damaged_pickle_is_refused(matrix: sp.csr_array) -> None:
    model = cobuy.AlsoBought().fit(matrix)._model
    damaged = bytearray(model.to_bytes())
    damaged[200] ^= 1
    with pytest.raises(cobuy.ModelFileError):
        type(model).from_bytes(bytes(damaged))


def test_scikit_learns_manners(matrix: sp.csr_array) -> None:
    model = cobuy.AlsoBought(neighbours=9)
    assert model.fit(matrix) is model
    fresh = clone(model)
    assert fresh.get_params() == model.get_params()
    with pytest.raises(cobuy.NotFittedError):
        fresh.similar_items(0)
    assert model.set_params(neighbours=3) is model and model.neighbours == 3
    with pytest.raises(ValueError, match="did you mean `neighbours`"):
        model.set_params(neighbors=3)
    assert repr(cobuy.AlsoBought(neighbours=3)) == "AlsoBought(neighbours=3)"
