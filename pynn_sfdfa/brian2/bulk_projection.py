"""What both kinds of projections share: synapses in groups of Brian2, read and set as arrays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.brian2 import simulator
from pynn_sfdfa.brian2.synapses import StaticSynapse
from pynn_sfdfa.common.bulk import split
from pynn_sfdfa.common.populations import parts
from pynn_sfdfa.common.projections import BulkProjection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pynn_sfdfa.common.bulk import Address

__all__ = ["GroupedProjection"]


class GroupedProjection(BulkProjection):
    """A projection whose synapses are in one group of Brian2 for each pair of populations that it connects."""

    _simulator = simulator
    _static_synapse_class = StaticSynapse

    def _is_present(self, population: Any) -> bool:
        return population in simulator.contents.populations

    def _create(self, values: dict[str, np.ndarray]) -> None:
        """Create the synapses and set their parameters, given in SI units."""
        self._sources, self._targets = parts(self.pre), parts(self.post)
        neurons = [i for _, i in self._sources], [j for _, j in self._targets]
        addresses = split(self.presynaptic_indices, self.postsynaptic_indices, *neurons)
        self.addresses = [address for address in addresses if address.synapses.size]
        self._check_given(values)
        self._given: dict[str, np.ndarray] = values
        self._groups = {(a.source, a.target): self._new_group(a) for a in self.addresses}
        for name, array in values.items():
            self._write_native(name, array)
        simulator.contents.projections.append(self)

    def _check_given(self, values: dict[str, np.ndarray]) -> None:
        """Check parameters before there are synapses, and take out what is none of their variables."""
        raise NotImplementedError

    def _new_group(self, address: Address) -> Any:
        """Return a new group with the synapses between two populations."""
        raise NotImplementedError

    def group(self, address: Address) -> Any:
        """Return the group of Brian2 that holds the synapses between two populations."""
        return self._groups[address.source, address.target]

    # --- Reading and setting of variables, for all synapses at once --------------------------------------------------

    def _translation(self, name: str) -> Mapping[str, Any]:
        translation: Mapping[str, Any] = self.synapse_type.translations[name]
        return translation

    def _in_pynn_units(self, name: str, values: np.ndarray) -> np.ndarray:
        """Return values in SI units in those of PyNN."""
        translation = self._translation(name)
        reverse = translation["reverse_transform"]
        return np.asarray(reverse(**{translation["translated_name"]: values}) if callable(reverse) else values, float)

    def _in_si_units(self, name: str, values: np.ndarray) -> np.ndarray:
        forward = self._translation(name)["forward_transform"]
        return np.asarray(forward(**{name: values}) if callable(forward) else values, float)

    def read(self, name: str) -> np.ndarray:
        """Return a variable of all synapses at the present time, in order of pre-, then postsynaptic neuron."""
        return self._in_pynn_units(name, self._read_native(self._translation(name)["translated_name"]))

    def write(self, name: str, values: np.ndarray) -> None:
        """Set a parameter of all synapses from the present time on."""
        self.check_values(name, values)
        if simulator.contents.standalone and simulator.state.running:
            raise RuntimeError(
                f"A standalone simulation has ended with its run: {name} cannot be set any more. Call setup() again."
            )
        self._write_native(self._translation(name)["translated_name"], self._in_si_units(name, values))

    def _read_native(self, name: str) -> np.ndarray:
        """Return a variable in SI units."""
        if simulator.contents.standalone and not simulator.state.running:
            # The program that holds the synapses does not exist yet.
            return self._given[name].copy() if name in self._given else np.zeros(len(self))
        values = np.empty(len(self))
        for address in self.addresses:
            values[address.synapses] = np.asarray(getattr(self.group(address), name)[:])
        return values

    def _write_native(self, name: str, values: np.ndarray) -> None:
        self._given[name] = values
        for address in self.addresses:
            setattr(self.group(address), f"{name}_", np.ascontiguousarray(values[address.synapses]))

    def parameter_values(self) -> dict[str, np.ndarray]:
        """Return what a reset of the simulation leaves as it is, in SI units."""
        return {name: self._read_native(name) for name in self._given}

    def restore(self, values: dict[str, np.ndarray]) -> None:
        """Set what `parameter_values` returned."""
        for name, array in values.items():
            self._write_native(name, array)

    def shortest_delay(self) -> float:
        """Return the smallest delay in ms; infinite if there are no synapses, or they have no delay."""
        if "delay" not in self.synapse_type.translations:
            return math.inf
        return float(np.min(self.read("delay"), initial=math.inf))
