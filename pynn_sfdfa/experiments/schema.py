"""What an experiment file consists of, with units and valid ranges.

Tables that set up something that can also be made in Python are declared there: see `pynn_sfdfa.experiments.sections`.
What stands here is the file's own. Numbers have no defaults; every number of a run stands in its file.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from pynn_sfdfa import models
from pynn_sfdfa.encoding.augmentation import Augmentation
from pynn_sfdfa.experiments.auto_threshold import AUTO, Threshold, is_auto
from pynn_sfdfa.experiments.layer_table import LayerTable
from pynn_sfdfa.experiments.sections import Chosen, ChosenByKey, Declared, Section, plain, section
from pynn_sfdfa.experiments.whole_tables import written_out
from pynn_sfdfa.network.recurrent import Recurrent
from pynn_sfdfa.support.limits import LARGEST_WEIGHT, LEAST
from pynn_sfdfa.support.settings import Count, Duration, NotNegative, Range
from pynn_sfdfa.training import migration
from pynn_sfdfa.training.batch_sizes import BatchSizes
from pynn_sfdfa.training.boosting import Boosting
from pynn_sfdfa.training.readouts import MostSpikes, Readout
from pynn_sfdfa.training.regularisation import WeightRegularisation
from pynn_sfdfa.training.thresholds import HIDDEN_SPIKES, OUTPUT_SHARE

__all__ = ["RULES", "Cell", "Experiment", "Network"]

ENCODERS = Chosen("pynn_sfdfa.encoding", "encoder.Encoder")
OPTIMIZERS = Chosen("pynn_sfdfa.training.optimizers", "optimizer.Optimizer")
LOSSES = Chosen("pynn_sfdfa.training.losses", "loss.Loss", default="spike-count")
READOUTS = Chosen("pynn_sfdfa.training.readouts", "readout.Readout")
RULES = ChosenByKey("pynn_sfdfa.rules", "learning_rule.LearningRule", other="combination")
"""What the tables of an experiment choose from."""

AUGMENTATION = section(Augmentation, named=False)
REGULARISATION = section(WeightRegularisation, named=False)
BOOSTING = section(Boosting, named=False)
RECURRENT = section(Recurrent, named=False)


class Data(Section):
    """``[data]``."""

    may_be_left_out = frozenset({"leave_out", "sensor", "classes"})

    name: str = Field(min_length=1, description="a data set, or one's own as npz:PATH, sound:PATH or events:PATH")
    leave_out: str | None = Field(
        None, description="a part of the data set that is for testing while all else is learned: a speaker of fsdd"
    )
    sensor: tuple[Count, Count] | None = Field(
        None,
        strict=False,
        description="height and width in pixels of the camera of events:PATH, else told by the largest coordinates; a "
        "run writes it down",
    )
    classes: tuple[str, ...] = Field(
        (),
        strict=False,
        description="names of the classes in the order of their numbers; a run writes those that folders have",
    )
    validation: float = Field(
        0.0, ge=0, lt=1, description="share of the training samples that is held out, not learned but scored"
    )


_STOCK = {parameter.name: parameter for parameter in models.IF_CURR_EXP_PARAMETERS}
_LEARNING = {parameter.name: parameter for parameter in models.LIF_SFDFA.parameters}


_WITHIN = ("cell", "inhibition", "initial_spikes", "recurrent")
"""Keys of a cell's table that are no parameters of the cell."""


class Cell(Section):
    """``[network.hidden]`` and ``[network.output]``: a kind of cell, its parameters, and what goes on within the layer.

    Ranges are those that the models declare. What only IF_curr_exp has is refused for other cells.
    """

    may_be_left_out = frozenset({"cell", "i_offset", "inhibition", "recurrent"})

    tau_m: Duration = Field(description="ms")
    tau_syn: Duration = Field(description="ms")
    cm: float = Field(description="nF")
    v_rest: float = Field(description="mV")
    v_thresh: Threshold = Field(description=f'mV, or "{AUTO}": chosen from the first training samples')
    initial_spikes: float | None = Field(
        None,
        gt=0,
        description=f'mean spikes of a neuron and sample that v_thresh = "{AUTO}" is chosen for; default: '
        f"{HIDDEN_SPIKES:g} in hidden layers, {OUTPUT_SHARE:g} of the mean of the loss's targets in the output",
    )
    cell: Literal["LIF_SFDFA", "IF_curr_exp"] = "LIF_SFDFA"
    tau_refrac: float | None = Field(None, description="ms; of IF_curr_exp")
    v_reset: float | None = Field(None, description="mV; of IF_curr_exp; default: v_rest")
    i_offset: float = Field(0.0, description="nA; of IF_curr_exp")
    inhibition: float = Field(
        0.0, ge=0, le=LARGEST_WEIGHT, description="nA by which each neuron of the layer inhibits every other one"
    )

    # a type that is made when the module is read, which mypy does not know, here and in Experiment
    recurrent: RECURRENT | None = Field(None, description="synapses within the layer")  # type: ignore[valid-type]

    @property
    def loops(self) -> Any:
        """The table ``recurrent``, which is made when the program runs; None without it."""
        return self.recurrent

    @field_validator("*")
    @classmethod
    def _check_range(cls, value: Any, info: ValidationInfo) -> Any:
        parameter = {**_STOCK, **_LEARNING}.get(str(info.field_name))
        chosen_later = info.field_name == "v_thresh" and is_auto(value)
        if parameter is not None and value is not None and not chosen_later and not parameter.accepts(value):
            raise ValueError(f"must be {parameter.valid_range()}")
        return value

    @model_validator(mode="after")
    def _check_order(self) -> Cell:
        self._check_kind()
        if self.inhibition and self.loops is not None:
            raise ValueError(
                f"inhibition = {self.inhibition:g} nA and recurrent both say what goes on within the layer; leave one "
                "of them out"
            )
        if not self.tau_m > self.tau_syn:
            raise ValueError(f"tau_m = {self.tau_m:g} ms must be greater than tau_syn = {self.tau_syn:g} ms")
        if is_auto(self.v_thresh):
            return self
        rest = self.v_rest + self.i_offset * self.tau_m / self.cm
        if not self.v_thresh > rest:
            where = f"v_rest + i_offset tau_m/cm = {rest:g} mV" if self.i_offset else f"v_rest = {rest:g} mV"
            raise ValueError(f"v_thresh = {self.v_thresh:g} mV must be above {where}")
        if self.v_reset is not None and not self.v_thresh > self.v_reset:
            raise ValueError(f"v_thresh = {self.v_thresh:g} mV must be above v_reset = {self.v_reset:g} mV")
        current = models.LIF_SFDFA.values_of_constants({**self.model_dump(), "v_rest": rest})["c"]
        if not LEAST <= current <= LARGEST_WEIGHT:
            raise ValueError(
                f"the threshold is a current of {current:g} nA, (v_thresh - v_rest) cm (1/tau_syn - 1/tau_m); it must "
                f"lie between {LEAST:g} and {LARGEST_WEIGHT:g} nA"
            )
        return self

    def _check_kind(self) -> None:
        if self.cell == "IF_curr_exp":
            if self.tau_refrac is None:
                raise ValueError('tau_refrac is missing (ms; 0 for none), which cell = "IF_curr_exp" needs')
            return
        for name in ("tau_refrac", "v_reset", "i_offset"):
            if getattr(self, name) != type(self).model_fields[name].default:
                raise ValueError(
                    f"{name} is a parameter of IF_curr_exp, and the cell is {self.cell}: leave it out, or set cell = "
                    '"IF_curr_exp"'
                )


class Network(Section):
    """``[network]``; the data set determines the number of input and output neurons."""

    may_be_left_out = frozenset({"hidden_sizes", "layers", "thresholds"})

    hidden_sizes: tuple[Count, ...] = Field((), strict=False, description="neurons of each hidden layer, all dense")
    layers: tuple[LayerTable, ...] = Field((), strict=False, description="hidden layers, if not all are dense")
    input_shape: tuple[Count, Count, Count] | None = Field(
        None, strict=False, description="channels, height and width of the input, for layers"
    )
    trial_duration: Duration = Field(description="ms")
    delay: NotNegative = Field(description="ms, of every projection")
    weights: Range = Field(description="nA; initial weights are drawn uniformly from this range")
    max_spikes: Count = Field(description="cap on the spikes of one neuron in one trial")
    gradient: Literal["bounded", "exact"]
    thresholds: tuple[float, ...] = Field(
        (),
        strict=False,
        description=f'mV; what was chosen for layers with v_thresh = "{AUTO}", from the lowest up; a run writes it, '
        "and [] has it chosen anew",
    )
    hidden: Cell
    output: Cell

    @model_validator(mode="after")
    def _check_layers(self) -> Network:
        if not self.hidden_sizes and not self.layers:
            raise ValueError(
                "hidden_sizes is missing, the neurons of each hidden layer, such as [100]; tables [[network.layers]] "
                "can stand for it"
            )
        if self.hidden_sizes and self.layers:
            raise ValueError(
                f"hidden_sizes = {list(self.hidden_sizes)} and [[network.layers]] both say what the hidden layers are; "
                "leave one of them out"
            )
        if self.layers and self.input_shape is None:
            raise ValueError("input_shape is missing, such as [1, 28, 28], which [[network.layers]] need")
        if self.input_shape is not None and not self.layers:
            raise ValueError("input_shape means something for [[network.layers]] only; leave it out")
        windows = [layer for layer in self.layers if layer.kind != "dense"]
        if windows and self.hidden.inhibition:
            raise ValueError(
                f"hidden.inhibition = {self.hidden.inhibition:g} nA means something for dense layers only; leave it "
                f"out, or the layer of kind = {windows[0].kind!r}"
            )
        if windows and self.hidden.loops is not None:
            raise ValueError(
                "hidden.recurrent means something for dense layers only; leave it out, or the layer of kind = "
                f"{windows[0].kind!r}"
            )
        for name, table in (("hidden", self.hidden), ("output", self.output)):
            if table.loops is not None and not table.loops.delay < self.trial_duration:
                raise ValueError(
                    f"{name}.recurrent.delay = {table.loops.delay:g} ms must be shorter than trial_duration = "
                    f"{self.trial_duration:g} ms"
                )
        if self.layers and self.layers[-1].kind == "pooling" and len(self.layers) == 1:
            raise ValueError("a pooling alone learns nothing; add a layer of another kind")
        return self

    @model_validator(mode="after")
    def _check_chosen(self) -> Network:
        hidden, output = self.given_thresholds[:-1], self.given_thresholds[-1]
        for name, table, of_layers in (("hidden", self.hidden, hidden), ("output", self.output, (output,))):
            wanted = table.initial_spikes
            if wanted is not None and not any(map(is_auto, of_layers)):
                raise ValueError(
                    f'{name}.initial_spikes means something with {name}.v_thresh = "{AUTO}" only; leave it out'
                )
            if wanted is not None and wanted >= self.max_spikes:
                raise ValueError(
                    f"{name}.initial_spikes = {wanted:g} must be less than max_spikes = {self.max_spikes}, the cap"
                )
        n_auto = len(self.auto_layers)
        if self.thresholds and len(self.thresholds) != n_auto:
            raise ValueError(
                f"thresholds = {list(self.thresholds)} are {len(self.thresholds)}, chosen for another network: "
                f'{n_auto} layers have v_thresh = "{AUTO}". Leave thresholds out, or set it to [], for them to be '
                "chosen anew"
            )
        return self

    @property
    def given_thresholds(self) -> tuple[float, ...]:
        """What the file says of each layer of neurons, from the lowest up: mV, or that it is to be chosen."""
        tables = [self.hidden.v_thresh if own.v_thresh is None else own.v_thresh for own in self.layers if not own.sums]
        return (*(tables or [self.hidden.v_thresh] * len(self.hidden_sizes)), self.output.v_thresh)

    @property
    def auto_layers(self) -> tuple[int, ...]:
        """The layers of neurons whose thresholds are chosen, counted from 0."""
        return tuple(layer for layer, given in enumerate(self.given_thresholds) if is_auto(given))

    @property
    def hidden_labels(self) -> tuple[int | str, ...]:
        """The hidden layers as tables show them."""
        return tuple(layer.label for layer in self.layers) or self.hidden_sizes

    @model_validator(mode="after")
    def _check_delay(self) -> Network:
        if not self.delay < self.trial_duration:
            raise ValueError(
                f"delay = {self.delay:g} ms must be shorter than trial_duration = {self.trial_duration:g} ms"
            )
        if self.delay == 0 and (self.hidden.inhibition or self.output.inhibition):
            raise ValueError("inhibition acts after delay, so delay = 0 ms is not valid with it; set it to 1.0, say")
        return self

    def cell_parameters(self, layer: Literal["hidden", "output"]) -> dict[str, float]:
        """Return the parameters of the cells of the hidden layers or the output layer."""
        table = plain(getattr(self, layer))
        parameters = {name: value for name, value in table.items() if name not in _WITHIN}
        return {**parameters, "trial_duration": self.trial_duration}


class Learning(Section):
    """``[learning]``."""

    rule: str = Field(description="a table of [rules]")


class Training(Section):
    """``[training]``."""

    may_be_left_out = frozenset({"first_batch_sizes"})

    batch_size: Count
    first_batch_sizes: tuple[Count, ...] = Field(
        (), strict=False, description="samples; batches of the first epochs, one size for each of them"
    )
    epochs: Count
    seed: int = Field(ge=0, lt=2**63)
    threads: int | None = Field(None, ge=1, le=1024, description="default: every core this process may use")
    shards: int | None = Field(
        None, ge=1, le=1024, description="parts of a batch that workers share out; a power of 2; default: none"
    )

    @property
    def batch_sizes(self) -> BatchSizes:
        """Of all epochs."""
        return BatchSizes((*self.first_batch_sizes, self.batch_size))

    @field_validator("shards")
    @classmethod
    def _shards(cls, value: int | None) -> int | None:
        if value is not None and value & (value - 1):
            raise ValueError("must be a power of 2")
        return value


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
    encoding: Annotated[Any, ENCODERS]
    augmentation: AUGMENTATION | None = None  # type: ignore[valid-type]
    network: Network
    learning: Learning
    rules: Annotated[dict[str, Any], RULES]
    loss: Annotated[Any, LOSSES]
    readout: Annotated[Any, READOUTS] | None = None
    metrics: Metrics | None = None
    regularisation: REGULARISATION | None = None  # type: ignore[valid-type]
    boosting: BOOSTING | None = None  # type: ignore[valid-type]
    optimizer: Annotated[Any, OPTIMIZERS]
    training: Training
    provenance: dict[str, str | int | float | bool] | None = None

    @model_validator(mode="after")
    def _check_rule_has_parameters(self) -> Experiment:
        rule = self.learning.rule
        if rule in self.rules:
            return self
        known = RULES.classes()
        if rule in known:
            whole = written_out(f"rules.{rule}", section(known[rule], named=False), {})
            raise ValueError(f"learning.rule = {rule!r} needs the table [rules.{rule}], which is missing: {whole}")
        valid = [name for name in {**self.rules, **known} if name in self.rules or name != RULES.other]
        raise PydanticCustomError("wrong_choice", "learning.rule", {"value": rule, "valid": valid})

    @property
    def rule(self) -> Declared:
        """The table of the chosen rule."""
        table: Declared = self.rules[self.learning.rule]
        return table

    def readout_or_default(self) -> Readout:
        """Return the readout: that of spike counts if the file names none."""
        readout: Readout = MostSpikes() if self.readout is None else self.readout.build()
        return readout

    def rule_parameters(self) -> dict[str, Any]:
        """Return the parameters of the chosen rule."""
        return {name: getattr(self.rule, name) for name in type(self.rule).model_fields}

    def settings(self) -> dict[str, Any]:
        """Return all but version and provenance as plain values that TOML and JSON can hold, without absent keys."""
        return {name: value for name, value in plain(self).items() if name not in ("version", "provenance")}
