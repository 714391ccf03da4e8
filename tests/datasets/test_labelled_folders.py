"""A user's own files, in folders that are named as their classes are."""

from __future__ import annotations

import pytest
from sounds import write_tone

from pynn_sfdfa.datasets import DatasetError, load


def test_every_fifth_file_of_a_class_is_for_testing(tmp_path):
    for label in ("yes", "no"):
        for number in range(6):
            write_tone(tmp_path / label / f"{number}.wav", 300 + 50 * number, seconds=0.01, rate=16000)
    (tmp_path / "yes" / "notes.txt").write_text("left out")
    (tmp_path / ".hidden").write_text("of no interest")
    for place in ("loose", "yes/deeper/a"):
        write_tone(tmp_path / f"{place}.wav", 300, seconds=0.01)
    (tmp_path / "maybe").mkdir()
    told = r"3 files are left out, 1 not ending in .wav \(yes/notes.txt\) and 2 not in a folder LABEL .* \(loose.wav\)"
    told += r". 1 folder is empty \(maybe\)"
    with pytest.warns(UserWarning, match=told):
        dataset = load(f"sound:{tmp_path}")
    assert (dataset.n_classes, len(dataset.train), len(dataset.test)) == (2, 8, 4)
    assert dataset.train.labels.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]  # no, yes
    assert (dataset.name, dataset.classes) == (f"sound:{tmp_path}", ("no", "yes"))


def test_folders_of_a_split_are_taken_and_numbers_are_in_their_order(tmp_path):
    for label in ("10", "9"):
        write_tone(tmp_path / "Train" / label / "a.wav", 400, seconds=0.01)
    write_tone(tmp_path / "Test" / "10" / "a.wav", 400, seconds=0.01)
    write_tone(tmp_path / "9" / "a.wav", 400, seconds=0.01)
    with pytest.warns(UserWarning, match=r"1 file is left out, 1 not in a folder LABEL of the splits \(9/a.wav\)"):
        dataset = load(f"sound:{tmp_path}")
    assert (dataset.train.labels.tolist(), dataset.test.labels.tolist()) == ([0, 1], [1])
    assert dataset.classes == ("9", "10")
    write_tone(tmp_path / "Test" / "11" / "a.wav", 400, seconds=0.01)
    with pytest.raises(DatasetError, match=r"Test/11 has a class that .*Train has not"):
        load(f"sound:{tmp_path}")


@pytest.mark.parametrize(("there", "missing"), [("Train", "Test"), ("test", "Train")])
def test_a_split_that_is_missing_is_named(there, missing, tmp_path):
    write_tone(tmp_path / there / "yes" / "a.wav", 400, seconds=0.01)
    with pytest.raises(DatasetError, match=rf"has a folder {there} but no folder {missing}. Put files of each class"):
        load(f"sound:{tmp_path}")
    for label in (there, "car"):  # now these are classes
        for number in range(2):
            write_tone(tmp_path / label / f"{number}.wav", 400, seconds=0.01)
    with pytest.warns(UserWarning, match="1 file is left out"):
        assert load(f"sound:{tmp_path}").classes == tuple(sorted([there, "car"]))


def test_what_cannot_be_a_data_set_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"absent is not a folder. Write sound:PATH"):
        load(f"sound:{tmp_path / 'absent'}")
    with pytest.raises(DatasetError, match=r"no folders with files that end in .wav.*LABEL/FILE"):
        load(f"sound:{tmp_path}")
    write_tone(tmp_path / "yes" / "a.wav", 400, seconds=0.01)
    with pytest.raises(DatasetError, match="yes has one file only; a class needs two"):
        load(f"sound:{tmp_path}")
    (tmp_path / "yes" / "b.wav").write_bytes(b"RIFF")
    with pytest.raises(DatasetError, match=r"yes/b.wav is no wav file"):
        load(f"sound:{tmp_path}")
