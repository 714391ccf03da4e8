"""What an experiment consists of: the sections and keys of its TOML file, with units and valid ranges.

Numbers have no defaults here; every number of a run stands in its file.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from pynn_sfdfa import models
from pynn_sfdfa.support.limits import LARGEST_WEIGHT, LEAST, MOST
from pynn_sfdfa.training import migration

__all__ = ["Cell", "Experiment", "Network", "Section"]


def _rising(bounds: tuple[float, float]) -> tuple[float, float]:
    if not bounds[0] < bounds[1]:
        raise ValueError("the first number must be smaller than the second")
    return bounds


def _weights(bounds: tuple[float, float]) -> tuple[float, float]:
    if max(map(abs, bounds)) > LARGEST_WEIGHT:
        raise ValueError(f"weights must lie between -{LARGEST_WEIGHT:g} and {LARGEST_WEIGHT:g} nA")
    return bounds


# TOML arrays arrive as lists, so tuples alone are not strict about the type.
Range = Annotated[tuple[float, float], Field(strict=False), AfterValidator(_rising), AfterValidator(_weights)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1, lt=2**31)]
Duration = Annotated[float, Field(ge=1e-6, le=1e9)]


class Section(BaseModel):
    """A table of the file: immutable, unknown keys refused, no silent conversion of types, numbers within limits."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, protected_namespaces=())

    @field_validator("*")
    @classmethod
    def _check_magnitude(cls, value: Any) -> Any:
        for number in value if isinstance(value, tuple) else [value]:
            if isinstance(number, float) and number and not LEAST <= abs(number) <= MOST:
                raise ValueError(
                    f"must be 0 or of a magnitude between {LEAST:g} and {MOST:g}, for simulators compute in single "
                    "precision"
                )
        return value


class Data(Section):
    """``[data]``."""

    name: str = Field(min_length=1, description="a data set, or npz:PATH")
    validation: float = Field(
        0.0, ge=0, lt=1, description="share of the training samples that is held out, not learned but scored"
    )


class Latency(Section):
    """``[encoding]`` with ``name = "latency"``: one spike per non-zero pixel, bright ones first."""

    name: Literal["latency"]
    window: Positive = Field(description="ms")
    maximum: Positive = Field(description="brightest value a pixel can have")
    resolution: Positive | None = Field(None, description="ms; spike times are rounded to its multiples")


class TimeCoded(Section):
    """``[encoding]`` with ``name = "time_coded"``: one spike per feature, its value as a time."""

    name: Literal["time_coded"]
    t_min: NotNegative = Field(description="ms")
    t_max: Positive = Field(description="ms")
    bias_time: NotNegative | None = Field(None, description="ms; one more input unit that spikes then in every sample")
    resolution: Positive | None = Field(None, description="ms; spike times are rounded to its multiples")

    @model_validator(mode="after")
    def _check_times(self) -> TimeCoded:
        if not self.t_min < self.t_max:
            raise ValueError(f"t_min = {self.t_min:g} ms must be smaller than t_max = {self.t_max:g} ms")
        return self


class Poisson(Section):
    """``[encoding]`` with ``name = "poisson"``: each pixel a Poisson process."""

    name: Literal["poisson"]
    rate_max: Positive = Field(description="Hz")
    duration: Positive = Field(description="ms")
    maximum: Positive = Field(description="brightest value a pixel can have")
    seed: int = Field(ge=0, lt=2**32)


class NoEncoding(Section):
    """``[encoding]`` with ``name = "none"``: the data are spikes already."""

    name: Literal["none"]


class Cell(Section):
    """``[network.hidden]`` and ``[network.output]``: parameters of LIF_SFDFA, ranges as the model declares them."""

    tau_m: Duration = Field(description="ms")
    tau_syn: Duration = Field(description="ms")
    cm: float = Field(description="nF")
    v_rest: float = Field(description="mV")
    v_thresh: float = Field(description="mV")

    @field_validator("*")
    @classmethod
    def _check_range(cls, value: float, info: ValidationInfo) -> float:
        parameter = models.LIF_SFDFA.parameter(str(info.field_name))
        if not parameter.accepts(value):
            raise ValueError(f"must be {parameter.valid_range()}")
        return value

    @model_validator(mode="after")
    def _check_order(self) -> Cell:
        if not self.tau_m > self.tau_syn:
            raise ValueError(f"tau_m = {self.tau_m:g} ms must be greater than tau_syn = {self.tau_syn:g} ms")
        if not self.v_thresh > self.v_rest:
            raise ValueError(f"v_thresh = {self.v_thresh:g} mV must be above v_rest = {self.v_rest:g} mV")
        current = models.LIF_SFDFA.values_of_constants(self.model_dump())["c"]
        if not LEAST <= current <= LARGEST_WEIGHT:
            raise ValueError(
                f"the threshold is a current of {current:g} nA, (v_thresh - v_rest) cm (1/tau_syn - 1/tau_m); it must "
                f"lie between {LEAST:g} and {LARGEST_WEIGHT:g} nA"
            )
        return self


class Network(Section):
    """``[network]``; the data set determines the number of input and output neurons."""

    hidden_sizes: tuple[Count, ...] = Field(strict=False, min_length=1, description="neurons of each hidden layer")
    trial_duration: Duration = Field(description="ms")
    delay: NotNegative = Field(description="ms, of every projection")
    weights: Range = Field(description="nA; initial weights are drawn uniformly from this range")
    max_spikes: Count = Field(description="cap on the spikes of one neuron in one trial")
    gradient: Literal["bounded", "exact"]
    hidden: Cell
    output: Cell

    @model_validator(mode="after")
    def _check_delay(self) -> Network:
        if not self.delay < self.trial_duration:
            raise ValueError(
                f"delay = {self.delay:g} ms must be shorter than trial_duration = {self.trial_duration:g} ms"
            )
        return self

    def cell_parameters(self, layer: Literal["hidden", "output"]) -> dict[str, float]:
        """Return the parameters of LIF_SFDFA for the hidden layers or the output layer."""
        cell: Cell = getattr(self, layer)
        return {**cell.model_dump(), "trial_duration": self.trial_duration}


class Learning(Section):
    """``[learning]``."""

    rule: Literal["sfdfa", "dfa", "bp"]


class SFDFA(Section):
    """``[rules.sfdfa]``."""

    feedback_learning_rate: NotNegative
    rho: NotNegative = Field(description="strength of the rate regularisation")
    r_target: NotNegative = Field(description="spikes per trial and hidden neuron")
    timed: bool = Field(False, description="hidden spikes learn from the output spikes that come after them")


class DFA(Section):
    """``[rules.dfa]``."""

    rho: NotNegative = Field(description="strength of the rate regularisation")
    r_target: NotNegative = Field(description="spikes per trial and hidden neuron")
    feedback: Range = Field(description="the fixed feedback weights are drawn uniformly from this range")


class BP(Section):
    """``[rules.bp]``."""

    rho: NotNegative = Field(description="strength of the rate regularisation")
    r_target: NotNegative = Field(description="spikes per trial and hidden neuron")


class Rules(Section):
    """``[rules]``: the parameters of every rule the experiment can be run with."""

    sfdfa: SFDFA | None = None
    dfa: DFA | None = None
    bp: BP | None = None


class Loss(Section):
    """``[loss]``: the spike-count loss."""

    target: NotNegative = Field(description="spikes of the output neuron of the label")
    other: NotNegative = Field(description="spikes of the other output neurons")

    @model_validator(mode="after")
    def _check_order(self) -> Loss:
        if not self.target > self.other:
            raise ValueError(f"target = {self.target:g} spikes must be more than other = {self.other:g}")
        return self


class Decay(Section):
    """``[optimizer.decay]``: how the learning rate falls from epoch to epoch."""

    name: Literal["cosine", "exponential", "linear"]
    epochs: int = Field(ge=2, lt=2**31, description="by whose end the learning rate has fallen; afterwards it stays")
    final: float = Field(gt=0, le=1, description="fraction of the learning rate that is left in the end")
    hold: Count | None = Field(None, description="epochs with the whole learning rate; default: the first")

    @model_validator(mode="after")
    def _check_hold(self) -> Decay:
        if self.hold is not None and self.hold >= self.epochs:
            raise ValueError(f"hold = {self.hold} must be less than epochs = {self.epochs}")
        return self


class Adam(Section):
    """``[optimizer]`` with ``name = "adam"``."""

    name: Literal["adam"]
    learning_rate: Positive
    beta1: float = Field(ge=0, lt=1)
    beta2: float = Field(ge=0, lt=1)
    epsilon: Positive
    decay: Decay | None = None


class SGD(Section):
    """``[optimizer]`` with ``name = "sgd"``; the eligibility is in ms per nA, so rates are small."""

    name: Literal["sgd"]
    learning_rate: Positive
    decay: Decay | None = None


class Training(Section):
    """``[training]``."""

    batch_size: Count
    epochs: Count
    seed: int = Field(ge=0, lt=2**63)
    threads: int | None = Field(None, ge=1, le=1024, description="default: every core this process may use")


class Metrics(Section):
    """``[metrics]``: what else is measured after each epoch; no result depends on it."""

    gradient_alignment: Count | None = Field(
        None, description="training samples on which gradients are compared with exact backpropagation's"
    )


class Experiment(Section):
    """A whole experiment; ``version`` and ``provenance`` say what wrote the file and are no part of the settings."""

    version: int = Field(
        migration.VERSION,
        ge=migration.VERSION,
        le=migration.VERSION,
        description="of the keys; see pynn_sfdfa.training.migration",
    )

    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100, description="letters, digits, '.', '_' and '-'"
    )
    data: Data
    encoding: Annotated[Latency | TimeCoded | Poisson | NoEncoding, Field(discriminator="name")]
    network: Network
    learning: Learning
    rules: Rules
    loss: Loss
    metrics: Metrics | None = None
    optimizer: Annotated[Adam | SGD, Field(discriminator="name")]
    training: Training
    provenance: dict[str, str | int | float | bool] | None = None

    @model_validator(mode="after")
    def _check_rule_has_parameters(self) -> Experiment:
        rule = self.learning.rule
        if getattr(self.rules, rule) is None:
            raise ValueError(f"learning.rule = {rule!r} needs the table [rules.{rule}], which is missing")
        return self

    def rule_parameters(self) -> dict[str, Any]:
        """Return the parameters of the chosen rule."""
        parameters: Section = getattr(self.rules, self.learning.rule)
        return parameters.model_dump()

    def settings(self) -> dict[str, Any]:
        """Return all but version and provenance as plain values that TOML and JSON can hold, without absent keys."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"version", "provenance"})
