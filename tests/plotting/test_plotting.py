from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from epoch_records import epoch_record

from pynn_sfdfa import plotting
from pynn_sfdfa.encoding import Augmentation


def records(test_accuracies, alignment=(0.5,)):
    return [
        epoch_record(epoch, test_accuracy=accuracy, alignment=tuple(a * epoch / 10 for a in alignment))
        for epoch, accuracy in enumerate(test_accuracies, start=1)
    ]


def lines_by_label(axes):
    return {line.get_label(): line for line in axes.get_lines()}


def test_learning_curve_shows_both_accuracies_and_marks_the_first_best_epoch():
    axes = plotting.learning_curve({"SFDFA": records([0.5, 0.97, 0.97, 0.6])}, "digits").axes[0]
    lines = lines_by_label(axes)
    assert set(lines) == {"training", "test", "best test: 97.00 % (epoch 2)"}
    np.testing.assert_allclose(lines["test"].get_ydata(), [50, 97, 97, 60])
    np.testing.assert_allclose(lines["training"].get_ydata(), 90)
    np.testing.assert_allclose(lines["best test: 97.00 % (epoch 2)"].get_xydata(), [[2, 97]])
    assert axes.get_ylabel() == "accuracy (%)"
    assert axes.get_xlabel() == "epoch"


def test_learning_curves_of_several_runs_differ_in_colour():
    runs = {name: records([0.5, 0.6]) for name in ("SFDFA", "DFA")}
    lines = lines_by_label(plotting.learning_curve(runs, "mnist").axes[0])
    assert lines["SFDFA, test"].get_color() != lines["DFA, test"].get_color()
    assert lines["SFDFA, test"].get_color() == lines["SFDFA, training"].get_color()


def test_alignment_has_a_line_for_each_hidden_layer():
    axes = plotting.alignment(records([0.5] * 3, alignment=(0.1 * np.arange(8))), "deep").axes[0]
    lines = lines_by_label(axes)
    assert {f"hidden layer {number}" for number in range(1, 9)} <= set(lines)
    np.testing.assert_allclose(lines["hidden layer 8"].get_ydata(), [0.07, 0.14, 0.21])


def test_alignment_shows_negative_cosines_too():
    axes = plotting.alignment(records([0.5] * 10, alignment=(-0.4,)), "x").axes[0]
    assert axes.get_ylim()[0] < -0.4


def test_confusion_matrix_numbers_cells_and_shades_by_row():
    axes = plotting.confusion_matrix([[8, 2], [0, 40]], "x").axes[0]
    np.testing.assert_allclose(axes.images[0].get_array(), [[80, 20], [0, 100]])
    assert {(text.get_position(), text.get_text()) for text in axes.texts} == {
        ((0, 0), "8"),
        ((1, 0), "2"),
        ((1, 1), "40"),
    }


def test_confusion_matrix_names_classes_that_have_names():
    axes = plotting.confusion_matrix([[8, 2], [0, 40]], "x", ("left", "right")).axes[0]
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [label.get_text() for label in labels] == ["left", "right"]


def test_confusion_matrix_of_many_classes_and_of_absent_classes(tmp_path):
    figure = plotting.confusion_matrix(np.diag([0] + [5] * 46), "emnist47")
    assert not figure.axes[0].texts
    assert figure.axes[0].images[0].get_array()[0].sum() == 0
    plotting.save(figure, tmp_path / "x.png")


def layer(name, size, units):
    return plotting.LayerSpikes(name, size, np.linspace(1.0, 90.0, len(units)), np.array(units, dtype=np.int64))


def test_raster_shows_every_spike_and_the_output_counts(tmp_path):
    layers = [layer("input", 64, [0, 63, 5]), layer("hidden", 30, [29] * 7), layer("output", 3, [2, 0, 2, 2])]
    figure = plotting.raster(layers, 200.0, 2, "digits, sample 0")
    output, hidden, stimulus = figure.axes
    for axes, expected in ((output, [2, 0, 2, 2]), (hidden, [29] * 7), (stimulus, [0, 63, 5])):
        assert sorted(np.concatenate([line.get_ydata() for line in axes.get_lines()])) == sorted(expected)
    assert [text.get_text() for text in output.texts] == ["4 spikes, 2 of 3 neurons active", "1", "0", "3"]
    assert stimulus.get_xlim() == (-2, 200)
    plotting.save(figure, tmp_path / "raster.png")
    assert (tmp_path / "raster.png").read_bytes().startswith(b"\x89PNG")


def test_raster_of_a_silent_network(tmp_path):
    layers = [layer("input", 64, [1]), layer("hidden", 30, []), layer("output", 47, [])]
    plotting.save(plotting.raster(layers, 200.0, 46, "x"), tmp_path / "raster.png")


def test_spike_counts_are_shares_of_label_and_other_neurons():
    counts = np.array([[15, 3, 3], [2, 14, 3]])
    axes = plotting.spike_counts(counts, [0, 1], 15, 3, "x").axes[0]
    filled = [patch for patch in axes.patches if patch.get_fill()]
    others, label = (patch.get_data().values for patch in filled)
    np.testing.assert_allclose(others[:5], [0, 0, 25, 75, 0])
    np.testing.assert_allclose(label[13:], [0, 50, 50])
    assert {"target 15", "target 3"} <= set(lines_by_label(axes))


@pytest.mark.parametrize("name", ["x.pdf", "x", "x.png.old"])
def test_a_name_that_is_not_of_a_png_picture_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match=f"{name} does not name a PNG picture; let it end in .png"):
        plotting.save(plotting.learning_curve({"x": records([0.5])}, "x"), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_failed_save_leaves_nothing(tmp_path):
    figure = plotting.learning_curve({"x": records([0.5])}, "$\\nonsense$")
    with pytest.raises(ValueError, match="nonsense"):
        plotting.save(figure, tmp_path / "x.png")
    assert list(tmp_path.iterdir()) == []


def test_pyplot_is_not_imported():
    code = "import sys, pynn_sfdfa.plotting; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_gradient_alignment_has_a_line_for_every_run_and_hidden_layer():
    measured = records([0.5, 0.6, 0.7], alignment=(0.5, 0.4))
    for record in measured[1:]:  # the first epoch was trained without measuring
        for layer in (1, 2):
            record.extra[f"gradient_angle_{layer}"] = 10.0 * record.epoch + layer
            record.extra[f"sign_agreement_{layer}"] = 0.1 * layer
    angles, signs = plotting.gradient_alignment({"SFDFA": measured, "DFA": measured}, "mnist").axes
    names = {f"{rule}, hidden layer {layer}" for rule in ("SFDFA", "DFA") for layer in (1, 2)}
    for axes, values in ((angles, [22.0, 32.0]), (signs, [20.0, 20.0])):
        lines = lines_by_label(axes)
        assert names <= set(lines)
        np.testing.assert_allclose(lines["DFA, hidden layer 2"].get_xydata(), list(zip([2, 3], values, strict=True)))
        assert lines["DFA, hidden layer 2"].get_linestyle() != lines["DFA, hidden layer 1"].get_linestyle()
        assert lines["DFA, hidden layer 2"].get_color() != lines["SFDFA, hidden layer 2"].get_color()
    assert angles.get_title(loc="left") == "mnist"


def test_augmented_images_show_the_originals_above_what_epochs_make_of_them():
    images = np.random.default_rng(2).integers(0, 17, (3, 8, 8), np.uint8)
    figure = plotting.augmented_images(images, Augmentation(rotation=40.0, seed=1), epochs=2)
    shown = np.array([axes.get_images()[0].get_array() for axes in figure.axes]).reshape(3, 3, 8, 8)
    np.testing.assert_array_equal(shown[0], images)
    assert not np.array_equal(shown[1], shown[2])
    assert [axes.get_ylabel() for axes in figure.axes[::3]] == ["original", "epoch 1", "epoch 2"]


def _drawn(figure):
    """A figure after its layout is known, as it is saved."""
    figure.draw_without_rendering()
    return figure


@pytest.mark.parametrize(
    "figure",
    [
        plotting.learning_curve({"SFDFA": records([0.9, 0.1]), "DFA": records([0.2, 0.1])}, "falls"),
        plotting.alignment(records([0.9, 0.1], alignment=(0.1, 0.2)), "low"),
        plotting.spike_counts(np.full((4, 3), 7), [0, 1, 2, 0], 15, 3, "high"),
        plotting.convergence({"digits": {"sfdfa": [[0.9, 0.1]], "dfa": [[0.5, 0.4]]}, "mnist": {"bp": [[0.2, 0.1]]}}),
    ],
)
def test_a_legend_covers_nothing_and_lies_within_the_picture(figure):
    legends = [axes.get_legend() for axes in _drawn(figure).axes]
    assert any(legends)
    for legend in filter(None, legends):
        box = legend.get_window_extent()
        assert not any(box.overlaps(axes.get_window_extent()) for axes in figure.axes)
        assert figure.bbox.x0 <= box.x0 <= box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 <= box.y1 <= figure.bbox.y1


def test_a_raster_shows_spikes_at_the_beginning_of_the_trial_beside_the_axis():
    layer = plotting.LayerSpikes("output", 3, np.array([0.0]), np.array([1]))
    axes = _drawn(plotting.raster([layer, layer], 100.0, 0, "at once")).axes[-1]
    spine = axes.spines["left"].get_window_extent().x1
    assert axes.transData.transform((0.0, 1))[0] > spine + 2  # pixels
