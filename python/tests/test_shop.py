"""The labels door: a shop's file in, suggestions with reasons out."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import cobuy

Write = Callable[..., Path]
HEADER = "order_id,customer_id,item_id"


@pytest.fixture
def shop(corner_shop: Path) -> cobuy.Shop:
    return cobuy.Shop.from_csv(corner_shop).fit(cobuy.AlsoBought(neighbours=5))


def test_a_suggestion_tells_its_evidence_in_data_and_in_words(write: Write) -> None:
    path = write(HEADER, "1,ann,tea", "1,ann,cup", "2,bo,tea", "2,bo,cup", "3,cy,pen")
    (answer,) = cobuy.Shop.from_csv(path).fit().also_bought("tea")
    assert (answer.item, answer.score) == ("cup", 1.0)
    assert str(answer.reason) == "bought with `tea` by 2 customers, 1.5 times chance"
    assert answer.to_dict() == {
        "item": "cup",
        "score": 1.0,
        "source": "also_bought",
        "reason": {
            "with": "tea",
            "basis": "customer",
            "both": 2,
            "support": 2 / 3,
            "confidence": 1.0,
            "lift": 1.5,
        },
    }


def test_fewer_than_asked_for_say_why(write: Write) -> None:
    path = write(HEADER, "1,ann,tea", "1,ann,cup", "2,bo,pen")
    shop = cobuy.Shop.from_csv(path).fit()
    answer = shop.also_bought("tea", n=3)
    assert [suggestion.item for suggestion in answer] == ["cup"]
    assert answer.short_reason == "only 1 other item was bought with `tea`"
    assert shop.also_bought("tea", n=1).short_reason is None
    assert shop.also_bought("pen").short_reason == "no other item was bought with `pen`"
    assert "(only 1 other item" in str(answer)


def test_a_whole_number_and_its_text_are_one_id(write: Write) -> None:
    shop = cobuy.Shop.from_csv(write(HEADER, "1,7,22423", "1,7,22424")).fit()
    assert shop.also_bought(22423) == shop.also_bought("22423")
    assert shop.also_bought("22423", exclude=22424) == []
    assert [s.item for s in shop.also_bought(22423, only=[22424])] == ["22424"]
    for bad in (1.5, None, True, b"22423"):
        with pytest.raises(TypeError, match="`item` must be an id"):
            shop.also_bought(bad)


def test_an_unknown_item_is_a_key_error_with_near_ids(shop: cobuy.Shop) -> None:
    with pytest.raises(KeyError, match="did you mean `tea`") as raised:
        shop.also_bought("tee")
    assert isinstance(raised.value, cobuy.UnknownItemError)
    assert str(raised.value).startswith("item `tee` never appeared")


def test_unknown_ids_of_a_filter_are_told(shop: cobuy.Shop) -> None:
    assert shop.also_bought("tea", exclude=["no such item"]).unknown == ["no such item"]
    assert shop.also_bought("tea").unknown == []


@pytest.mark.parametrize("n", [0, -1, 1.5, True])
def test_an_n_that_cannot_be_is_a_value_error(shop: cobuy.Shop, n: object) -> None:
    with pytest.raises(ValueError, match="`n` is"):
        shop.also_bought("tea", n=n)


def test_filters_reach_past_the_kept_neighbours(corner_shop: Path) -> None:
    shop = cobuy.Shop.from_csv(corner_shop)
    everything = [s.to_dict() for s in shop.fit(cobuy.AlsoBought(neighbours=50)).also_bought("tea", n=50)]
    few = shop.fit(cobuy.AlsoBought(neighbours=2))
    assert [s.to_dict() for s in few.also_bought("tea", n=50)] == everything
    rest = few.also_bought("tea", n=3, exclude=[s["item"] for s in everything[:2]])
    assert [s.to_dict() for s in rest] == everything[2:5]


def test_a_saved_shop_answers_identically(shop: cobuy.Shop, tmp_path: Path) -> None:
    path = tmp_path / "shop.cobuy"
    first = shop.save(path)
    opened = cobuy.open(str(path))
    assert opened.items == shop.items
    for item in shop.items:
        assert opened.also_bought(item, n=20).to_dict() == shop.also_bought(item, n=20).to_dict()
    assert opened.save(path) == first == cobuy.inspect(path)["id"]
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert opened.fit(cobuy.AlsoBought(neighbours=5)).save(path) == first


def test_every_list_comes_out_for_a_nightly_load(shop: cobuy.Shop) -> None:
    lists = dict(shop.all_also_bought())
    assert list(lists) == shop.items
    for item, suggestions in lists.items():
        assert suggestions == shop.also_bought(item, n=5).to_dict()["items"]
    assert all(len(suggestions) <= 1 for _, suggestions in shop.all_also_bought(n=1))
    with pytest.raises(ValueError, match="from 1 to 5"):
        shop.all_also_bought(n=6)


def test_both_doors_learn_the_same(corner_shop: Path) -> None:
    shop = cobuy.Shop.from_csv(corner_shop)
    model = cobuy.AlsoBought(neighbours=5).fit(shop.purchases())
    shop.fit(model)
    for index, item in enumerate(shop.items):
        ids, scores = model.similar_items(index, n=5)
        answer = shop.also_bought(item, n=5)
        assert [s.item for s in answer] == [shop.items[i] for i in ids]
        assert [s.score for s in answer] == pytest.approx(scores.tolist(), rel=1e-7)


def test_the_summary_is_data_and_words(corner_shop: Path) -> None:
    summary = cobuy.Shop.from_csv(corner_shop).summary
    assert summary["rows"] == len(corner_shop.read_text().splitlines()) - 1
    assert f"{summary['orders']:,} orders" in str(summary)
    json.dumps(summary)


def test_lines_are_what_was_understood_and_own_columns_stand_apart(write: Write) -> None:
    path = write(
        HEADER + ",quantity,price,ordered_at,amount,at",
        "1,ann,tea,2,3.50,2024-01-01 10:00,99,shelf 1",
        "2,ann,tea,-1,3.50,2024-01-02,,",
    )
    lines = cobuy.Shop.from_csv(path).lines()
    assert lines["order_id"] == ["1", "2"] and lines["customer_id"] == ["ann", "ann"]
    assert lines["quantity"].tolist() == [2.0, -1.0] and lines["left"].tolist() == [1.0, 0.0]
    assert lines["amount"].tolist() == [7.0, -3.5] and np.isnan(lines["margin"]).all()
    assert lines["at"][0] == np.datetime64("2024-01-01T10:00")
    assert lines["own"] == {"amount": [99.0, None], "at": ["shelf 1", None]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"order_id,customer_id,item_id\n", "a header but no rows"),
        (b"order_id,customer_id\n1,ann\n", "no column is recognised as `item_id`"),
        (b"order_id,customer_id,item_id,item_id\n1,ann,tea,cup\n", "names column `item_id` twice"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no text in UTF-8"),
        (b"PK\x03\x04rest", "a zip archive or an Excel workbook"),
        (b"PAR1rest", "no Parquet file: it is too short"),
        (b"order_id,customer_id,item_id\n1,ann,t\xe9\n", "line 2, column `item_id`: byte 0xE9"),
        (b"order_id,customer_id,item_id\n1,ann,t\x00\n", "NUL byte"),
        (b"order_id,customer_id,item_id\n1,ann,tea\n2,bo," + b"x" * 10_000_000, "line 3: the row is longer"),
        (b"order_id,customer_id,item_id\n1,ann,tea\n1,bo,tea\n", "`ann` on line 2 and `bo` on line 3"),
        (b"order_id,customer_id,item_id,price\n1,ann,tea,nan\n", "is not a finite number"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_orders_is_a_data_error(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    with pytest.raises(cobuy.DataError, match=message):
        cobuy.Shop.from_csv(path)


def test_a_gzip_file_that_is_cut_is_an_os_error(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv.gz"
    whole = gzip.compress(b"order_id,customer_id,item_id\n" + b"1,ann,tea\n" * 1000)
    path.write_bytes(whole)
    assert cobuy.Shop.from_csv(path).summary["rows"] == 1000
    path.write_bytes(whole[:-20])
    with pytest.raises(OSError):
        cobuy.Shop.from_csv(path)


def test_items_to_ignore_count_for_nothing(write: Write) -> None:
    path = write(HEADER, "1,ann,tea", "1,ann,cup", "1,ann,POST")
    shop = cobuy.Shop.from_csv(path, ignore="POST").fit()
    assert [suggestion.item for suggestion in shop.also_bought("tea")] == ["cup"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_a_pipe_is_refused_before_it_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for ask in (cobuy.Shop.from_csv, cobuy.open, cobuy.AlsoBought.load, cobuy.inspect):
        with pytest.raises(OSError, match="no plain file"):
            ask(tmp_path / "pipe")


def test_an_unfitted_shop_says_so(corner_shop: Path) -> None:
    shop = cobuy.Shop.from_csv(corner_shop)
    with pytest.raises(cobuy.NotFittedError, match="call fit first"):
        shop.also_bought("tea")
    assert "not fitted" in repr(shop)


def test_a_bad_row_names_file_line_and_column(write: Write) -> None:
    path = write(HEADER + ",quantity", "1,ann,tea,2", "2,bo,cup,many")
    with pytest.raises(cobuy.DataError, match="`many` is not a number") as raised:
        cobuy.Shop.from_csv(path)
    problem = raised.value
    assert (problem.file, problem.line, problem.column) == ("orders.csv", 3, "quantity")
    summary = cobuy.Shop.from_csv(path, on_error="skip").summary
    assert (summary["rows"], summary["skipped"]) == (1, 1)
    assert "line 3" in summary["skipped_rows"][0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"columns": {"custmer_id": "a"}}, "did you mean `customer_id`"),
        ({"columns": {"customer_id": "custmer_id"}}, "did you mean `customer_id`"),
        ({"on_error": "ignore"}, "must be one of 'stop', 'skip'"),
        ({"rounding": "up"}, "must be one of 'refuse', 'nearest'"),
        ({"duplicates": "merge"}, "must be one of 'keep', 'drop'"),
        ({"clock_change": "x"}, "must be one of 'refuse', 'earlier', 'later'"),
        ({"time_zone": "Europe/Warsav"}, "did you mean `Europe/Warsaw`"),
        ({"encoding": "utf-9"}, "there is no encoding `utf-9`"),
        ({"delimiter": "é"}, "`delimiter`"),
        ({"types": {"item_id": "number"}}, "whose kind is known"),
        ({"types": {"colour": "text"}}, "no column in the file called `colour`"),
        ({"types": {"item_id": "texts"}}, "must be one of 'text'"),
        ({"fulfilled": [1]}, "`fulfilled` must be texts, but holds 1"),
    ],
)
def test_an_argument_that_cannot_be_names_itself(
    write: Write, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        cobuy.Shop.from_csv(write(HEADER, "1,ann,tea"), **arguments)


def test_a_basis_and_a_model_that_are_none_are_refused(corner_shop: Path) -> None:
    shop = cobuy.Shop.from_csv(corner_shop)
    with pytest.raises(ValueError, match="must be one of 'customer', 'order'"):
        shop.fit(basis="basket")
    with pytest.raises(TypeError, match=r"must be a cobuy\.AlsoBought"):
        shop.fit("cosine")


def test_a_missing_file_and_a_folder_are_os_errors(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as raised:
        cobuy.Shop.from_csv(tmp_path / "none.csv")
    assert raised.value.filename.endswith("none.csv")
    for ask in (cobuy.Shop.from_csv, cobuy.open, cobuy.AlsoBought.load, cobuy.inspect):
        with pytest.raises(OSError):
            ask(tmp_path)


def test_files_that_are_no_models_are_refused(shop: cobuy.Shop, tmp_path: Path) -> None:
    path = tmp_path / "shop.cobuy"
    shop.save(path)
    whole = path.read_bytes()
    newer = bytearray(whole)
    newer[8] = 2
    for content, message in [
        (b"", "0 bytes"),
        (b"order_id,customer_id,item_id\n" * 10, "does not start as a cobuy model"),
        (whole[:-1], "should have"),
        (whole + b"\0", "should have"),
        (bytes(newer), "a newer cobuy wrote it"),
    ]:
        path.write_bytes(content)
        with pytest.raises(cobuy.ModelFileError, match=message):
            cobuy.open(path)
    path.write_bytes(whole)
    with pytest.raises(cobuy.ModelFileError, match="a shop's file; open it as a shop"):
        cobuy.AlsoBought.load(path)


@pytest.mark.skipif(sys.platform == "win32", reason="limits file sizes by setrlimit")
def test_a_full_disk_keeps_the_old_file(shop: cobuy.Shop, tmp_path: Path) -> None:
    path = tmp_path / "shop.cobuy"
    shop.save(path)
    before = path.read_bytes()
    script = (
        "import cobuy, resource, signal, sys\n"
        "shop = cobuy.open(sys.argv[1])\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n    shop.save(sys.argv[1])\n"
        "except OSError as problem:\n    print('kept', problem.errno)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("kept")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["shop.cobuy"]
