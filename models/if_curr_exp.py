"""Ranges and defaults of the parameters of PyNN's IF_curr_exp; its equations are PyNN's."""

from pynn_sfdfa.models.description import Parameter

IF_CURR_EXP_PARAMETERS = (
    Parameter("tau_m", 20.0, "ms", "membrane time constant", 0.0, exclusive=True),
    Parameter("tau_syn_E", 5.0, "ms", "time constant of the excitatory current", 0.0, exclusive=True),
    Parameter("tau_syn_I", 5.0, "ms", "time constant of the inhibitory current", 0.0, exclusive=True),
    Parameter("cm", 1.0, "nF", "membrane capacitance", 0.0, exclusive=True),
    Parameter("tau_refrac", 0.1, "ms", "refractory period", 0.0),
    Parameter("v_rest", -65.0, "mV", "resting potential"),
    Parameter("v_reset", -65.0, "mV", "potential after a spike"),
    Parameter("v_thresh", -50.0, "mV", "threshold potential"),
    Parameter("i_offset", 0.0, "nA", "constant current"),
)
