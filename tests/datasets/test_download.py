"""Downloads, from a server on this machine: complete and verified, or nothing."""

from __future__ import annotations

import errno
import gzip
import http.server
import threading
from pathlib import Path

import pytest
from numpy.testing import assert_array_equal

from pynn_sfdfa.datasets import DatasetError, load, registry
from pynn_sfdfa.datasets.download import download
from pynn_sfdfa.support.files import WriteError

IMAGES = "train-images-idx3-ubyte.gz"


class Server:
    """Serves ``files`` by path; ``cut`` names those it announces in full but sends in half."""

    def __init__(self):
        self.files, self.cut, self.asked, self.announce = {}, set(), [], True
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                content = outer.files.get(self.path)
                if content is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                if isinstance(outer.announce, str):
                    self.send_header("Content-Length", outer.announce)
                elif outer.announce:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: len(content) // 2] if self.path in outer.cut else content)

            def log_message(self, *arguments):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/"


@pytest.fixture
def server():
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


@pytest.fixture
def online(tiny, server, monkeypatch):
    """The tiny data set, with the server's folders good/ and other/ as mirrors."""
    for name, content in tiny.contents.items():
        server.files[f"/good/{name}.gz"] = gzip.compress(content)
    source = tiny.source(mirrors=(f"{server.url}good/", f"{server.url}other/"))
    monkeypatch.setitem(registry.sources(), "mnist", source)
    return server


def files_below(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_missing_files_are_downloaded_once_into_the_cache(tiny, online, cache):
    reports = []
    dataset = load("mnist", progress=lambda *report: reports.append(report))
    assert_array_equal(dataset.train.values, tiny.arrays["train-images-idx3-ubyte"])
    assert dataset.source == str(cache / "mnist")
    assert files_below(cache) == {f"{name}.gz" for name in tiny.contents}
    size = len(online.files[f"/good/{IMAGES}"])
    assert (IMAGES, size, size) in reports
    assert len(online.asked) == 4
    load("mnist")
    assert len(online.asked) == 4


def test_only_what_is_found_nowhere_is_downloaded(tiny, online, cache, tmp_path):
    (tiny.write(tmp_path / "data") / IMAGES).unlink()
    load("mnist", tmp_path / "data")
    assert online.asked == [f"/good/{IMAGES}"]
    assert files_below(cache) == {IMAGES}


def test_the_next_mirror_serves_what_the_first_lacks_or_has_wrong(tiny, online, cache):
    content = online.files.pop(f"/good/{IMAGES}")
    online.files[f"/other/{IMAGES}"] = content
    labels = "train-labels-idx1-ubyte.gz"
    online.files[f"/other/{labels}"] = online.files[f"/good/{labels}"]
    online.files[f"/good/{labels}"] = content
    assert_array_equal(load("mnist").train.labels, tiny.arrays["train-labels-idx1-ubyte"])
    assert files_below(cache) == {f"{name}.gz" for name in tiny.contents}


def test_the_size_may_be_unknown(online):
    online.announce = False
    reports = []
    load("mnist", progress=lambda *report: reports.append(report))
    assert {total for _, _, total in reports} == {None}


def wrong(kind, online):
    path = f"/good/{IMAGES}"
    if kind == "absent":
        del online.files[path]
        return "Not Found"
    if kind == "cut":
        online.cut.add(path)
        return r"the connection ended after \d+ of \d+ bytes"
    if kind == "cut, size unknown":
        online.cut.add(path)
        online.announce = False
        return "it is truncated"
    if kind == "a page of HTML":
        online.files[path] = b"<html>Please log in</html>"
        return "must begin with the magic number 00000803"
    changed = bytearray(gzip.decompress(online.files[path]))
    changed[-1] ^= 1
    online.files[path] = gzip.compress(bytes(changed))
    return "must have the MD5 sum"


@pytest.mark.parametrize("kind", ["absent", "cut", "cut, size unknown", "a page of HTML", "altered"])
def test_a_failed_download_leaves_nothing_and_says_how_to_get_the_file(online, cache, tmp_path, kind):
    reason = wrong(kind, online)
    (tmp_path / "data").mkdir()
    with pytest.raises(DatasetError, match=reason) as error:
        load("mnist", tmp_path / "data")
    message = str(error.value)
    assert message.startswith(f"mnist: {IMAGES} was not found in {tmp_path / 'data' / 'mnist'}, {tmp_path / 'data'}, ")
    assert f"Get it from {online.url}good/{IMAGES}" in message
    assert f"put it into {cache / 'mnist'}" in message
    assert f"{online.url}other/{IMAGES}: Not Found" in message
    assert files_below(cache) == set()


def test_an_interrupted_download_leaves_nothing(online, cache):
    def interrupt(*report):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load("mnist", progress=interrupt)
    assert files_below(cache) == set()


def test_without_a_network_there_is_one_clear_error(tiny, cache):
    with pytest.raises(DatasetError, match=rf"{IMAGES} was not found .*Connection refused.*Get it from http"):
        load("mnist")
    assert not cache.exists()


def test_downloads_can_be_switched_off(online, cache):
    with pytest.raises(DatasetError, match="downloading is switched off"):
        load("mnist", download=False)
    assert online.asked == []


def test_a_cache_that_cannot_be_written_is_named_once_and_done_without(tiny, online, cache, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    cache.parent.mkdir()
    cache.write_text("a file where the folder should be")
    with pytest.warns(UserWarning, match=rf"cannot be kept in {cache / 'mnist'} \(Not a directory\), so") as told:
        dataset = load("mnist")
    assert len(told) == 1
    assert_array_equal(dataset.train.values, tiny.arrays["train-images-idx3-ubyte"])


def test_a_disk_on_which_nothing_can_be_written_is_told_and_nothing_is_left(online, cache, tmp_path, monkeypatch):
    def no_space(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(Path, "touch", no_space)
    with pytest.warns(UserWarning), pytest.raises(WriteError, match=f"{IMAGES} cannot be written: No space .*; free"):
        load("mnist")
    assert files_below(tmp_path) == set()


def test_a_silent_server_runs_into_the_timeout(tmp_path):
    with http.server.socketserver.TCPServer(("127.0.0.1", 0), None) as mute:  # accepts connections, never answers
        url = f"http://127.0.0.1:{mute.server_address[1]}/file"
        with pytest.raises(DatasetError, match=f"{url}: timed out"):
            download([url], tmp_path / "file", lambda path: None, timeout=0.05)
    assert files_below(tmp_path) == set()


def test_a_length_that_is_no_number_is_none(tiny, online, cache):
    online.announce = "many"
    assert_array_equal(load("mnist").train.values, tiny.arrays["train-images-idx3-ubyte"])


def test_an_answer_without_end_is_given_up(server, tmp_path, monkeypatch):
    server.files["/x"], server.announce = bytes(5000), False
    monkeypatch.setattr("pynn_sfdfa.datasets.download._MOST", 4000)
    with pytest.raises(DatasetError, match="/x: it sends more than 4,000 bytes, which no file of a data set here has"):
        download([f"{server.url}x"], tmp_path / "x", lambda path: None)
    assert not list(tmp_path.iterdir())
