"""Wav files that anybody may have made."""

from __future__ import annotations

import wave

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.io import wavfile
from sounds import as_pcm, tone, write_tone

from pynn_sfdfa.datasets import DatasetError
from pynn_sfdfa.datasets.wav import read_sounds, read_wav


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32, np.float64])
@pytest.mark.parametrize("rate", [8000, 44100])
def test_any_width_and_rate_is_read_as_the_same_sound(dtype, rate, tmp_path):
    sound = read_wav(write_tone(tmp_path / "a.wav", 440, dtype, rate=rate))
    expected = tone(440, rate=rate)
    assert sound.rate == rate
    assert_allclose(sound.wave, expected.wave, atol=0.01 if dtype is np.uint8 else 1e-4)


def test_24_bits_are_read(tmp_path):
    samples = as_pcm(tone(440).wave, np.int32) >> 8
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 3, 8000, 0, "NONE", "none"))
        file.writeframes(b"".join(int(sample).to_bytes(3, "little", signed=True) for sample in samples))
    assert_allclose(read_wav(tmp_path / "a.wav").wave, tone(440).wave, atol=1e-4)


def test_sounds_of_files_have_labels_or_none(tmp_path):
    files = [str(write_tone(tmp_path / f"{number}.wav", 400)) for number in range(2)]
    assert read_sounds(files).labels.tolist() == [-1, -1]
    assert read_sounds(files, [3, 0]).labels.tolist() == [3, 0]
    with pytest.raises(ValueError, match="2 sounds but 1 labels; each needs one"):
        read_sounds(files, [3])
    with pytest.raises(TypeError, match=r"files must be a list of paths, not one: read_sounds\(\['.*0.wav'\]\)"):
        read_sounds(files[0])


def test_channels_become_their_mean(tmp_path):
    left, right = tone(440).wave, tone(880).wave
    wavfile.write(tmp_path / "a.wav", 8000, np.stack([left, right], axis=1))
    assert_allclose(read_wav(tmp_path / "a.wav").wave, (left + right) / 2, rtol=1e-6)


def cut(content):
    return content[: len(content) // 2]


def silent(content):
    return content[:44] + bytes(len(content) - 44)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (cut, "a.wav is truncated: .*prematurely.*Fetch or record it again"),
        (silent, "a.wav is silent from beginning to end"),
        (lambda content: content[:30], "a.wav is (no wav file that can be read|truncated)"),
        (lambda content: b"", "a.wav is no wav file"),
        (lambda content: b"not a sound at all, but text", "a.wav is no wav file that can be read: .*Write it as PCM"),
    ],
)
def test_damage_is_named(damage, message, tmp_path):
    path = write_tone(tmp_path / "a.wav", 440)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DatasetError, match=message):
        read_wav(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"absent.wav cannot be read: No such file"):
        read_wav(tmp_path / "absent.wav")


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    wavfile.write(tmp_path / "a.wav", 8000, np.array([0.1, np.nan], np.float32))
    with pytest.raises(DatasetError, match="a.wav holds numbers that are not finite"):
        read_wav(tmp_path / "a.wav")
