"""``report.html``: what ``train`` and ``pynn-sfdfa report`` write to look at runs in a browser."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil

import numpy as np
import pytest
from browser import CHROMIUM, browser
from click.testing import CliRunner
from numpy.testing import assert_allclose, assert_array_equal

from pynn_sfdfa.cli import main
from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.experiments import assembly
from pynn_sfdfa.experiments.page import answers, run_page, weights
from pynn_sfdfa.experiments.page.render import render
from pynn_sfdfa.network.connectivity import Convolution, Dense, Pooling
from pynn_sfdfa.network.layers import Input
from pynn_sfdfa.network.network import Network
from pynn_sfdfa.training.readouts import FirstSpike, MostSpikes
from pynn_sfdfa.training.responses import OutputSpikes

SMALL = ("--epochs", "2", "--threads", "1", "--set")


def invoke(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def train(experiment, out, *settings):
    result = invoke("train", experiment, *SMALL, "network.hidden_sizes=[15]", *settings, "--out", out)
    assert result.exit_code == 0, result.output
    return result


def shown(page):
    """What a page shows, as its scripts read it."""
    return json.loads(re.search(r'id="data">(.*)</script>', page.read_text())[1])


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("pages") / "first"
    train("digits", out)
    return out


@pytest.fixture(scope="module")
def deeper(tmp_path_factory):
    out = tmp_path_factory.mktemp("pages") / "deeper"
    train("digits", out, "--set", "network.hidden_sizes=[12, 11]", "--set", "learning.rule=dfa")
    return out


def test_a_page_is_small_and_names_nothing_to_load(run):
    text = (run / "report.html").read_text()
    assert len(text) < 120_000
    assert set(re.findall(r"https?://[^\"'\s]*", text)) == {"http://www.w3.org/2000/svg"}  # a name, not an address
    assert "default-src 'none'" in text
    assert not re.search(r"\s(src|href)=\"(?!#)", text)


def test_the_page_of_an_old_run_is_the_one_that_training_wrote(run, tmp_path):
    result = invoke("report", run, "--out", tmp_path / "again.html")
    assert {path.name for path in tmp_path.iterdir()} == {"again.html", "again-accuracy_over_time.png"}
    assert result.exit_code == 0, result.output
    assert (tmp_path / "again.html").read_bytes() == (run / "report.html").read_bytes()


def test_a_page_agrees_with_what_evaluate_and_the_metrics_say(run):
    page = shown(run / "report.html")
    figures = json.loads(invoke("evaluate", run / "best.safetensors", "--json").stdout)
    assert page["confusion"] == figures["confusion"]
    assert page["accuracy"] == figures["accuracy"]
    records = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert page["epochs"] == [1, 2]
    lines = {line["name"]: line["values"] for line in page["curves"][0]["lines"]}
    assert lines["test"] == pytest.approx([100 * record["test_accuracy"] for record in records], rel=1e-4)
    assert page["early"]["samples"] == 360
    assert page["early"]["accuracy"][-1] == pytest.approx(figures["accuracy"], abs=1e-5)


def test_samples_are_wrong_ones_first_with_the_spikes_that_decided(run):
    samples = shown(run / "report.html")["samples"]
    listed = samples["list"]
    is_wrong = [one["label"] != one["prediction"] for one in listed]
    assert is_wrong == sorted(is_wrong, reverse=True)
    assert sum(is_wrong) == min(16, samples["wrong"])
    output = samples["layers"][-1]
    units = np.frombuffer(base64.b64decode(output["units"]), "<u2")
    for one, start, stop in zip(listed, output["offsets"][:-1], output["offsets"][1:], strict=True):
        assert np.bincount(units[start:stop], minlength=10).argmax() == one["prediction"]


def test_a_sample_of_every_class_that_is_answered_is_among_the_right_ones():
    labels = np.array([3, 3, 3, 1, 1, 0, 2])
    predictions = np.array([3, 3, 3, 1, 0, 0, 2])
    assert answers.chosen(labels, predictions).tolist() == [4, 0, 3, 5, 6, 1, 2]


def test_how_early_is_the_decision_of_the_readout_on_the_spikes_until_then():
    times = np.array([10, 20, 30, 40], np.float32)
    output = OutputSpikes(np.array([0, 0, 0, 1]), np.array([1, 0, 0, 1]), times, 50.0)
    labels = np.array([0, 1])
    counted = answers.early(output, 2, labels, MostSpikes())
    first = answers.early(output, 2, labels, FirstSpike())
    assert [counted["accuracy"][k] for k in (5, 15, 25, 35, 50)] == [0.5, 0.0, 0.5, 0.5, 1.0]
    assert [first["accuracy"][k] for k in (5, 15, 35, 50)] == [0.5, 0.0, 0.0, 0.5]


def test_early_decisions_are_of_the_spikes_that_pynn_records(run):
    settings, _ = assembly.from_checkpoint(run / "best.safetensors")
    network = assembly.trained_network(run / "best.safetensors")
    few = presented(assembly.build(settings, None, io.StringIO(), "evaluate")[1].test, np.arange(20))
    recorded, found = answers.events(network, few)[-1], answers.output_of(network, few)
    order = np.lexsort((found.units, found.times, found.samples))
    assert_array_equal(found.samples[order], recorded.trials)
    assert_array_equal(found.units[order], recorded.units)
    assert_allclose(found.times[order], recorded.times, atol=1e-3)


def test_samples_with_more_spikes_than_a_page_holds_are_left_out(run, monkeypatch):
    settings, saved = assembly.from_checkpoint(run / "best.safetensors")
    network, samples = assembly.build(settings, None, io.StringIO(), "evaluate")
    assembly.restore(network, saved, run)
    whole = shown(run / "report.html")["samples"]
    spikes = [sum(layer["offsets"][k + 1] for layer in whole["layers"]) for k in range(len(whole["list"]))]
    monkeypatch.setattr(answers, "MOST_SPIKES", spikes[4] + 1)
    told = answers.content(network, samples.test, settings.loss.build(), MostSpikes(), None)["samples"]
    assert told["list"] == whole["list"][:5]
    assert [layer["offsets"] for layer in told["layers"]] == [layer["offsets"][:6] for layer in whole["layers"]]


def test_pictures_of_weights_are_those_of_the_neurons_with_the_largest_ones():
    network = Network([Input((2, 2, 3)), Dense(60), Dense(4)])
    first, output = weights.content(network, None)
    assert (first["height"], first["width"], first["of"], len(first["numbers"])) == (2, 6, 60, 48)
    levels = np.frombuffer(base64.b64decode(first["levels"]), np.int8).reshape(48, 2, 6)
    neuron = network.weights[0][:, first["numbers"][7]].reshape(2, 2, 3)
    np.testing.assert_allclose(levels[7] / 127 * first["largest"], np.concatenate(list(neuron), axis=1), atol=0.01)
    assert (output["height"], output["width"], sum(output["counts"])) == (1, 60, 240)
    image = weights.content(Network([Input((6,)), Dense(3)]), (2, 3))[0]
    assert (image["height"], image["width"]) == (2, 3)


def test_filters_are_shown_in_the_shape_of_their_windows_with_channels_side_by_side():
    network = Network([Input((2, 6, 7)), Convolution(3, (1, 4)), Pooling(2), Dense(4)])
    first, output = weights.content(network, None)
    assert (first["height"], first["width"], first["of"]) == (1, 8, 3)
    assert output["height"] * output["width"] == network.weights[1].shape[0]


def test_what_a_run_is_called_cannot_become_markup():
    page = render("</title><b>", {"kind": "run", "name": "</script><script>alert(1)</script>"})
    assert "<b>" not in page
    assert page.count("</script>") == 2
    assert json.loads(re.search(r'id="data">(.*)</script>', page)[1])["name"].startswith("</script>")


@pytest.mark.parametrize(
    ("experiment", "settings"),
    [
        ("digits-hm2bp", ()),
        ("yin-yang", ("--set", "learning.rule=bp", "--set", "network.hidden_sizes=[8, 7]")),
        ("digits-online", ("--set", 'readout={name="first-spike"}', "--set", "data.validation=0.2")),
    ],
)
def test_every_kind_of_run_has_a_page(experiment, settings, tmp_path):
    train(experiment, tmp_path / "run", "--set", "training.epochs=1", *settings)
    page = shown(tmp_path / "run" / "report.html")
    assert np.sum(page["confusion"]) == page["samples"]["of"]
    assert (page["samples"]["image"] is None) == (experiment == "yin-yang")
    assert len(page["weights"]) == len(page["layers"]) == len(page["samples"]["layers"]) - 1


def test_a_fault_of_the_page_loses_no_run(tmp_path, monkeypatch):
    monkeypatch.setattr(run_page.answers, "content", lambda *_: 1 / 0)
    result = train("digits", tmp_path / "run")
    assert "its page could not be made (ZeroDivisionError" in result.stderr
    assert f"pynn-sfdfa report {tmp_path / 'run'}" in result.stderr
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["epochs"] == 2
    assert not (tmp_path / "run" / "report.html").exists()


def test_runs_are_compared_by_the_settings_in_which_they_differ(run, deeper, tmp_path):
    result = invoke("report", run, deeper, "--out", tmp_path / "both.html")
    assert result.exit_code == 0, result.output
    page = shown(tmp_path / "both.html")
    assert [one["name"] for one in page["runs"]] == ["first", "deeper"]
    differ = {one["key"]: one["values"] for one in page["differences"]}
    assert differ["network.hidden_sizes"] == ["[15]", "[12, 11]"]
    assert differ["learning.rule"] == ['"sfdfa"', '"dfa"']
    assert differ["rules.dfa.rho"] == ["", "1.0"]
    assert not any(key.startswith(("encoding", "data")) for key in differ)


def test_what_is_no_run_is_refused_by_name(run, tmp_path):
    for words, said in (
        (("report", tmp_path), "holds no run; name the folder of one"),
        (("report", run, tmp_path), "holds no run; name the folder of one"),
        (("report", run, run), "is named twice"),
        (("report", run, "--out", tmp_path / "page.png"), "is no name for a page; call it page.html"),
    ):
        result = invoke(*words)
        assert result.exit_code == 2
        assert said in result.stderr
    begun = tmp_path / "begun"
    shutil.copytree(run, begun)
    (begun / "metrics.jsonl").write_text("")
    assert "has no finished epoch yet" in invoke("report", begun).stderr


needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("browser")) as tab:
        yield tab


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize("width", [375, 1280])
def test_a_page_loads_at_once_and_fits_the_screen(run, deeper, page, width, tmp_path):
    invoke("report", run, deeper, "--out", tmp_path / "both.html")
    for file in (run / "report.html", tmp_path / "both.html"):
        seconds = page.open(file, width, dark=width == 375)
        assert seconds < 2
        assert page.run("document.documentElement.scrollWidth") <= width
        assert page.run("[...document.querySelectorAll('section > *')].every((e) => e.scrollWidth <= innerWidth)")
        background = page.run("getComputedStyle(document.body).backgroundColor")
        assert background == ("rgb(18, 22, 27)" if width == 375 else "rgb(255, 255, 255)")
        assert page.complaints == []
        assert {address.split(":")[0] for address in page.requests} == {"file"}


@needs_chromium
@pytest.mark.slow
def test_the_controls_of_a_run_do_what_they_say(run, page):
    page.open(run / "report.html", 1280)
    samples = shown(run / "report.html")["samples"]["list"]
    verdict = "document.querySelector('.verdict').textContent"
    said = [f"Test sample {one['number']}: label {one['label']}, answer {one['prediction']}." for one in samples]
    assert page.run(verdict).startswith(said[0])
    page.click("#next")
    assert page.run(verdict).startswith(said[1])
    page.click("#previous")
    page.click("#previous")
    assert page.run(verdict).startswith(said[-1])

    def ink():
        return page.run("document.querySelector('canvas.raster').toDataURL()")

    at_the_end = ink()
    page.click("canvas.raster", x=0.06)
    assert "no output spike yet" in page.run(verdict)
    assert ink() != at_the_end
    page.run("document.querySelector('#moment').focus()")
    before = float(page.run("document.querySelector('#moment').value"))
    page.press("ArrowRight")
    assert float(page.run("document.querySelector('#moment').value")) > before
    page.click("#play")
    assert page.text("#play") == "Pause"
    page.run("new Promise((done) => setTimeout(done, 300))")
    page.click("#play")
    assert page.text("#play") == "Play"
    assert float(page.run("document.querySelector('#moment').value")) > before + 1

    page.run("document.querySelector('.confusion svg').focus()")
    page.press("ArrowDown")
    page.press("ArrowRight")
    assert page.text(".confusion .says").startswith("Label 1 taken for 1: ")
    page.press("Enter")
    assert "label 1, answer 1" in page.run(verdict) or "None is among" in page.text(".confusion .says")
    page.run("document.querySelector('.chart svg').focus()")
    page.press("ArrowLeft")
    assert page.text(".chart .says").startswith("epoch 1: test ")
    assert page.complaints == []


@needs_chromium
@pytest.mark.slow
def test_the_curves_of_several_runs_are_chosen_by_name(run, deeper, page, tmp_path):
    invoke("report", run, deeper, "--out", tmp_path / "both.html")
    page.open(tmp_path / "both.html", 1280)
    assert page.run("document.querySelectorAll('#curves polyline').length") == 2
    page.run("document.querySelector('#curve').focus()")
    page.press("ArrowDown")
    assert page.text("#curves h3") == "Accuracy, training (%)"
    assert page.text("#curves .legend") == "firstdeeper"
    assert page.complaints == []


@needs_chromium
@pytest.mark.slow
def test_everything_on_a_page_has_a_name_for_those_who_do_not_see_it(run, page):
    page.open(run / "report.html", 1280)
    nameless = "[...document.querySelectorAll('canvas, main svg[role], select, input, button')].filter((e) => "
    nameless += "!e.ariaLabel && !(e.labels && e.labels.length) && !e.textContent.trim()).length"
    assert page.run(nameless) == 0
    assert page.run("document.querySelectorAll('h1').length") == 1
