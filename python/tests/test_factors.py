"""Factors, and the model merged, as Python has them."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp

import cobuy

SMALL = {"dimensions": 8, "steps": 20, "batch": 40, "sample": 30}


@pytest.fixture(scope="module")
def matrix() -> sp.csr_array:
    random = np.random.default_rng(7)
    held = random.random((120, 50)) < random.random(50) * 0.2
    held[:, 49] = False
    held[119] = False
    return sp.csr_array(held.astype(np.float32))


@pytest.fixture(scope="module")
def factors(matrix: sp.csr_array) -> cobuy.Factors:
    return cobuy.Factors(**SMALL).fit(matrix)


def test_vectors_have_length_one_or_none(matrix: sp.csr_array, factors: cobuy.Factors) -> None:
    for vectors, axis in ((factors.user_factors, 1), (factors.item_factors, 0)):
        assert vectors.shape == (matrix.shape[1 - axis], 8)
        assert vectors.dtype == np.float32
        bought = matrix.sum(axis=axis) > 0
        assert not bought.all()
        assert np.allclose(np.linalg.norm(vectors, axis=1), bought, atol=1e-5)


def test_suggestions_are_the_nearest_items(matrix: sp.csr_array, factors: cobuy.Factors) -> None:
    near = factors.user_factors @ factors.item_factors.T
    near[:, 49] = -np.inf
    near[matrix.toarray() > 0] = -np.inf
    best, scores = factors.recommend(np.arange(119), matrix[:119], n=5)
    assert best.shape == scores.shape == (119, 5)
    expected = np.exp((-np.sort(-near[:119], axis=1)[:, :5] - 1) / 0.1)
    told = best[:, 0] >= 0
    assert (told == (matrix[:119].sum(axis=1) > 0)).all()
    assert np.allclose(scores[told], expected[told], rtol=1e-3)
    one, score = factors.recommend(3, matrix[[3]], n=5)
    assert one.tolist() == best[3].tolist()
    assert score.tolist() == scores[3].tolist()
    assert factors.recommend(119, matrix[[119]])[0].size == 0
    new, _ = factors.recommend(None, matrix[:119], n=5, exclude=[1, 2])
    assert new.shape == (119, 5)
    assert not np.isin(new, [1, 2, 49]).any()


def test_beside_a_model_both_count(matrix: sp.csr_array, factors: cobuy.Factors) -> None:
    ridge = cobuy.AlsoBought(model="ridge").fit(matrix)
    ids = np.arange(120)
    lists, _ = ridge.recommend(ids, matrix, n=3)
    whole, _ = factors.recommend(ids, matrix, n=3, beside=ridge, share=1.0)
    assert whole.tolist() == lists.tolist()
    none, _ = factors.recommend(ids, matrix, n=3, beside=ridge, share=0.0)
    assert none.tolist() == factors.recommend(ids, matrix, n=3)[0].tolist()
    held_out = sp.csr_array(np.eye(120, 50, k=2, dtype=np.float32))
    judged = cobuy.evaluate_lists(none, held_out, k=3, resamples=0)
    assert 0 <= judged.metrics["recall@3"] <= 1


def test_a_pickle_and_any_threads_are_the_same(matrix: sp.csr_array, factors: cobuy.Factors) -> None:
    again = pickle.loads(pickle.dumps(factors))
    other = cobuy.Factors(**SMALL, threads=3).fit(matrix)
    for model in (again, other):
        assert np.array_equal(model.user_factors, factors.user_factors)
        assert np.array_equal(model.item_factors, factors.item_factors)
        assert model.recommend(0, matrix[[0]])[0].tolist() == factors.recommend(0, matrix[[0]])[0].tolist()
    seeded = cobuy.Factors(**SMALL, seed=2).fit(matrix)
    assert not np.array_equal(seeded.item_factors, factors.item_factors)


def test_times_make_what_was_bought_later_count_more(matrix: sp.csr_array, factors: cobuy.Factors) -> None:
    times = matrix.copy()
    times.data = np.random.default_rng(1).random(times.nnz)
    aware = cobuy.Factors(**SMALL, recency_exponent=1.0)
    with pytest.raises(ValueError, match="it needs times"):
        aware.fit(matrix)
    assert not np.array_equal(aware.fit(matrix, times).item_factors, factors.item_factors)
    with pytest.raises(ValueError, match="other items than the purchases"):
        aware.fit(matrix, sp.csr_array(matrix.shape))
    with pytest.raises(ValueError, match="shape"):
        aware.fit(matrix, times[:3])
    with pytest.raises(TypeError, match="sparse"):
        aware.fit(matrix, times.toarray())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dimensions": 0}, "`dimensions` is 0"),
        ({"temperature": float("nan")}, "`temperature` is NaN"),
        ({"steps": 1.5}, "whole number"),
        ({"seed": -1}, "`seed`"),
        ({"batch": "many"}, "`batch` is 'many'"),
    ],
)
def test_settings_that_cannot_be_name_themselves(
    matrix: sp.csr_array, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        cobuy.Factors(**settings).fit(matrix)


def test_too_little_memory_tells_how_much_is_needed(matrix: sp.csr_array) -> None:
    with pytest.raises(MemoryError, match="memory_limit. is 1000 bytes"):
        cobuy.Factors(memory_limit=1000).fit(matrix)


def test_what_is_asked_wrongly_is_refused(matrix: sp.csr_array, factors: cobuy.Factors) -> None:
    with pytest.raises(cobuy.NotFittedError):
        cobuy.Factors().recommend(0, matrix[[0]])
    with pytest.raises(IndexError, match="customer index 120"):
        factors.recommend(120, matrix[[0]])
    with pytest.raises(ValueError, match="2 `ids` for 1 rows"):
        factors.recommend([0, 1], matrix[[0]])
    with pytest.raises(ValueError, match="`share` is 2"):
        factors.recommend(0, matrix[[0]], beside=cobuy.AlsoBought().fit(matrix), share=2.0)
    with pytest.raises(TypeError, match="AlsoBought"):
        factors.recommend(0, matrix[[0]], beside=factors)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="did you mean `steps`"):
        factors.set_params(step=3)
    assert repr(cobuy.Factors(steps=3)) == "Factors(steps=3)"


def test_merged_lists_are_saved_asked_and_named(matrix: sp.csr_array, tmp_path: object) -> None:
    settings = {"dimensions": 8, "factor_steps": 20, "factor_share": 0.3}
    merged = cobuy.AlsoBought(model="merged", neighbours=10, **settings).fit(matrix)
    path = f"{tmp_path}/merged.cobuy"
    merged.save(path)
    opened = cobuy.AlsoBought.load(path)
    assert opened.get_params()["factor_share"] == 0.3
    assert opened.get_params()["seed"] == 1
    assert (opened.similarity_ != merged.similarity_).nnz == 0
    assert merged.counts_.data.min() >= 1
    alone = cobuy.AlsoBought(model="merged", neighbours=10, factor_share=0.0).fit(matrix)
    ridge = cobuy.AlsoBought(model="ridge", neighbours=10).fit(matrix)
    assert (alone.similarity_ != ridge.similarity_).nnz == 0
    with pytest.raises(ValueError, match="it goes with the model merged"):
        cobuy.AlsoBought(model="ridge", factor_share=0.3).fit(matrix)
