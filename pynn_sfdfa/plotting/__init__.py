"""Pictures of training runs and of spiking activity, as matplotlib Figures without global state."""

from pynn_sfdfa.plotting.activity import LayerSpikes, raster, spike_counts
from pynn_sfdfa.plotting.augmentation import augmented_images
from pynn_sfdfa.plotting.confusion import confusion_matrix
from pynn_sfdfa.plotting.convergence import convergence
from pynn_sfdfa.plotting.duration import accuracy_over_seconds
from pynn_sfdfa.plotting.early import accuracy_over_time
from pynn_sfdfa.plotting.feature_maps import feature_maps, filters, has_filters, has_maps
from pynn_sfdfa.plotting.gradients import gradient_alignment, gradient_alignments
from pynn_sfdfa.plotting.pareto import front, pareto
from pynn_sfdfa.plotting.style import save
from pynn_sfdfa.plotting.sweeps import heat_map, is_grid, parallel_coordinates
from pynn_sfdfa.plotting.training import alignment, learning_curve

__all__ = [
    "LayerSpikes",
    "accuracy_over_seconds",
    "accuracy_over_time",
    "alignment",
    "augmented_images",
    "confusion_matrix",
    "convergence",
    "feature_maps",
    "filters",
    "front",
    "gradient_alignment",
    "gradient_alignments",
    "has_filters",
    "has_maps",
    "heat_map",
    "is_grid",
    "learning_curve",
    "pareto",
    "parallel_coordinates",
    "raster",
    "save",
    "spike_counts",
]
