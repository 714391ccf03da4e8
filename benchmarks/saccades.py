"""How alike simulated events and genuine recordings of the same images are: ``python benchmarks/saccades.py``.

Needs recordings of N-MNIST, all or a subset, and MNIST, whose images they are of: recording NNNNN of Train is training
image NNNNN - 1, that of Test test image NNNNN - 1.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from pynn_sfdfa import datasets
from pynn_sfdfa.encoding.saccades import SACCADE, Saccades


def event_maps(events, sensor):
    """Return how many events each pixel has, shape (saccades, polarities, height, width)."""
    maps = np.zeros((3, 2, *sensor))
    saccade = np.minimum(events.time // int(1000 * SACCADE), 2)
    np.add.at(maps, (saccade, events.polarity, events.y, events.x), 1)
    return maps


def correlation(a, b):
    """Return Pearson's coefficient of two arrays."""
    return np.corrcoef(np.ravel(a), np.ravel(b))[0, 1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of mnist and nmnist")
    data = parser.parse_args().data
    images, genuine = datasets.load("mnist", data), datasets.load("nmnist", data)
    camera = Saccades()
    print(f"{genuine.source}\n")
    columns = ("split", "recordings", "events, genuine", "simulated", "r of counts", "r of maps")
    print(f"| {' | '.join((*columns, 'of maps by saccade and polarity', 'r of rates over time'))} |")
    print("|---|---|---|---|---|---|---|---|")
    for split in ("train", "test"):
        recordings, of_images = getattr(genuine, split), getattr(images, split)
        counts, rates, of_maps, of_parts = [], np.zeros((2, 34)), [], []
        for k, file in enumerate(recordings.files):
            number = int(file.stem) - 1
            if of_images.labels[number] != recordings.labels[k]:
                raise SystemExit(f"{file} is not of image {number} of MNIST.")
            pair = recordings.recording(k), camera.events(of_images.values[number] / 255.0, number)
            maps = [event_maps(events, recordings.shape) for events in pair]
            counts.append([events.time.size for events in pair])
            rates += [np.histogram(events.time, rates.shape[1], (0, 340_000))[0] for events in pair]
            of_maps.append(correlation(*(one.sum((0, 1)) for one in maps)))
            of_parts.append(correlation(*maps))
        counts = np.array(counts)
        coefficients = correlation(*counts.T), np.mean(of_maps), np.mean(of_parts), correlation(*rates)
        figures = [f"{len(counts):,}", *(f"{mean:,.0f}" for mean in counts.mean(0))]
        print(f"| {' | '.join([split, *figures, *(f'{r:.3f}' for r in coefficients)])} |")


if __name__ == "__main__":
    main()
