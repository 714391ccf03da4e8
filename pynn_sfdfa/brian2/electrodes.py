"""PyNN's current sources: what each injects in a step follows from its parameters and the step, whenever they are set.

Those of pyNN.brian2 go through a list of times once: set later, or after a reset, they inject nothing.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from pyNN import errors
from pyNN.parameters import ParameterSpace
from pyNN.standardmodels import StandardCurrentSource, build_translations
from pyNN.standardmodels import electrodes as standard

from pynn_sfdfa.brian2 import simulator
from pynn_sfdfa.common.arguments import given
from pynn_sfdfa.common.numbers import number
from pynn_sfdfa.common.populations import check_injectable

__all__ = ["ACSource", "DCSource", "NoisyCurrentSource", "StepCurrentSource"]

_NANO = 1e-9


class _CurrentSource(StandardCurrentSource):
    """A current that changes at the beginning of time steps only."""

    units: ClassVar[dict[str, str]] = {
        "amplitude": "nA", "offset": "nA", "mean": "nA", "stdev": "nA", "amplitudes": "nA",
        "start": "ms", "stop": "ms", "dt": "ms", "times": "ms", "frequency": "Hz", "phase": "degree",
    }  # fmt: skip
    always_logged: ClassVar[bool] = False
    _injected: float  # A
    _log: list[tuple[int, float]]  # steps in which the current changed, and nA from then on

    def __init__(self, **parameters: Any) -> None:
        self._index = len(simulator.contents.sources)
        self._values: dict[str, Any] = {}
        self._cells: list[tuple[Any, list[int]]] = []  # groups of Brian2, and indices
        self.recording = self.always_logged
        self.restart()
        super().__init__(**given(type(self), parameters))
        self.parameter_space.shape = (1,)
        self.set_native_parameters(self.translate(self.parameter_space))
        simulator.contents.sources.append(self)

    # --- Parameters --------------------------------------------------------------------------------------------------

    def set_parameters(self, copy: bool = True, **parameters: Any) -> None:
        """Set parameters from the present time on."""
        super().set_parameters(copy, **given(self, parameters))

    def get_parameters(self) -> dict[str, Any]:
        """Return all parameters: numbers, and arrays of those that are sequences."""
        return dict(self._values)

    def set_native_parameters(self, parameters: ParameterSpace) -> None:
        """Set parameters, having checked them."""
        parameters.evaluate(simplify=True)
        values = {name: getattr(value, "value", value) for name, value in parameters.items()}
        self._values = self._checked({**self._values, **values})

    def _checked(self, values: dict[str, Any]) -> dict[str, Any]:
        kind = type(self).__name__
        return {
            name: value if name == "stop" and value == math.inf else number(f"{kind}: {name}", value, self.units[name])
            for name, value in values.items()
        }

    # --- Injection ---------------------------------------------------------------------------------------------------

    def inject_into(self, cells: Any) -> None:
        """Inject the current into a Population, PopulationView or Assembly, or into some cells of one."""
        indices: dict[Any, list[int]] = {}
        for cell in cells:
            check_injectable(cell.celltype, cell.parent.label)
            indices.setdefault(cell.parent.brian2_group, []).append(cell.parent.id_to_index(cell))
        for group, chosen in indices.items():
            self._cells.append((group, chosen))
            _add(group, chosen, self._injected)

    def act(self, step: int) -> None:
        """Inject the current of a time step; cells may receive several, so it is the change that is added."""
        amplitude = self._amplitude(step)
        if amplitude * _NANO == self._injected:
            return
        change, self._injected = amplitude * _NANO - self._injected, amplitude * _NANO
        for group, chosen in self._cells:
            _add(group, chosen, change)
        if self.recording:
            self._log.append((step, amplitude))

    def restart(self) -> None:
        """Return to t = 0, where nothing has been injected."""
        self._injected, self._log = 0.0, []

    def _amplitude(self, step: int) -> float:
        """Return the current of a time step in nA."""
        raise NotImplementedError

    def _step_of(self, name: str) -> float:
        """Return the step that is nearest to the time of that name."""
        return float(np.rint(self._values[name] / float(simulator.state.dt)))

    def _is_on(self, step: int) -> bool:
        return self._step_of("start") <= step < self._step_of("stop")

    # --- Recording ---------------------------------------------------------------------------------------------------

    def record(self) -> None:
        """Record the current from now on."""
        self.recording = True

    def _get_data(self) -> tuple[np.ndarray, np.ndarray]:
        """Return times in ms, one for each step until now, and the current in nA."""
        dt = float(simulator.state.dt)
        steps = np.arange(round(simulator.state.t / dt) + 1)
        changes, amplitudes = np.array([(-1, 0.0), *self._log]).T
        return steps * dt, amplitudes[np.searchsorted(changes, steps, side="right") - 1]


def _add(group: Any, indices: list[int], current: float) -> None:
    if current:
        group.variables["i_inj"].get_value()[indices] += current


def _identities(model: Any) -> Any:
    return build_translations(*((name, name) for name in model.default_parameters))


class DCSource(_CurrentSource, standard.DCSource):
    """Constant ``amplitude`` (nA) from ``start`` to ``stop`` (ms)."""

    translations = _identities(standard.DCSource)
    always_logged = True

    def _amplitude(self, step: int) -> float:
        return float(self._values["amplitude"]) if self._is_on(step) else 0.0


class StepCurrentSource(_CurrentSource, standard.StepCurrentSource):
    """Current that takes each of ``amplitudes`` (nA) at one of ``times`` (ms)."""

    translations = _identities(standard.StepCurrentSource)
    always_logged = True

    def _checked(self, values: dict[str, Any]) -> dict[str, Any]:
        times, amplitudes = (np.ravel(np.asarray(values[name], float)) for name in ("times", "amplitudes"))
        if times.size != amplitudes.size:
            raise errors.InvalidParameterValueError(
                f"StepCurrentSource: {times.size} times and {amplitudes.size} amplitudes were given; give one "
                "amplitude for each time, and set both at once."
            )
        if not (np.isfinite(times).all() and (times >= 0).all() and (np.diff(times) > 0).all()):
            raise errors.InvalidParameterValueError(
                "StepCurrentSource: times must be finite numbers >= 0 ms in rising order."
            )
        if not np.isfinite(amplitudes).all():
            raise errors.InvalidParameterValueError("StepCurrentSource: amplitudes must be finite numbers of nA.")
        return {"times": times, "amplitudes": amplitudes}

    def _amplitude(self, step: int) -> float:
        begun = np.searchsorted(np.rint(self._values["times"] / float(simulator.state.dt)), step, side="right")
        return float(self._values["amplitudes"][begun - 1]) if begun else 0.0


class ACSource(_CurrentSource, standard.ACSource):
    """``offset`` (nA) and a sine of an ``amplitude`` (nA), ``frequency`` (Hz) and ``phase`` (degrees at ``start``)."""

    translations = _identities(standard.ACSource)

    def _amplitude(self, step: int) -> float:
        if not self._is_on(step):
            return 0.0
        since = step * float(simulator.state.dt) - self._values["start"]
        cycles = self._values["frequency"] * since / 1000.0 + self._values["phase"] / 360.0
        return float(self._values["offset"] + self._values["amplitude"] * math.sin(2 * math.pi * cycles))


class NoisyCurrentSource(_CurrentSource, standard.NoisyCurrentSource):
    """Current of normally distributed values (``mean``, ``stdev`` in nA), drawn every ``dt`` (ms)."""

    translations = _identities(standard.NoisyCurrentSource)

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**{"dt": float(simulator.state.dt), **parameters})

    def _checked(self, values: dict[str, Any]) -> dict[str, Any]:
        checked = super()._checked(values)
        step = float(simulator.state.dt)
        times = checked["dt"] / step
        if times < 1 - 1e-6 or abs(times - round(times)) > 1e-6:
            raise errors.InvalidParameterValueError(
                f"NoisyCurrentSource: dt = {checked['dt']:g} ms is not valid; it must be a multiple of the timestep of "
                f"{step:g} ms."
            )
        return checked

    def restart(self) -> None:
        """Return to t = 0, where nothing has been injected; the noise is the same again."""
        super().restart()
        self._drawn: float | None = None
        self._generator = np.random.default_rng([simulator.contents.seed, self._index])

    def _amplitude(self, step: int) -> float:
        if not self._is_on(step):
            self._drawn = None
            return 0.0
        every = round(self._values["dt"] / float(simulator.state.dt))
        if self._drawn is None or (step - self._step_of("start")) % every == 0:
            self._drawn = float(self._generator.normal(self._values["mean"], self._values["stdev"]))
        return self._drawn
