"""Live input and output of genuine binaries: sPyNNaker's own connections, and a program beside the simulation.

injector -> cells -> relay, and back from another process into returned -> echo. The first spike is sent when the
simulation has started and a Poisson source has been given rates, every other one when the echo of the one before has
arrived; the last echo ends the simulation. Beside other work a message may take long, so that the times between spikes
are whatever they are: the order of all that happens is not.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("spynnaker")
pytest.importorskip("unicorn")

from pynn_sfdfa.hardware.board import emulated_board
from pynn_sfdfa.hardware.board.ethernet import SCP_PORT

pytestmark = pytest.mark.slow

N = 5
RECORDED = ("injector", "cells", "relay", "echo")
RATE = 1000.0  # Hz
PATIENCE = 120  # s
OUTSIDE = Path(__file__).with_name("outside_program.py")


def free_port():
    """A port that is free at all addresses, and none of those that sockets of other programs are given."""
    for port in range(10_000 + os.getpid() % 10_000, 30_000):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found, contextlib.suppress(OSError):
            found.bind(("", port))
            return port
    raise AssertionError("no port is free")


def spikes_of(population):
    trains = population.get_data("spikes").segments[0].spiketrains
    return [(float(time), neuron) for neuron, train in enumerate(trains) for time in train.magnitude]


def build(sim, returning, listening):
    """The populations, by name; `returning` is the port for spikes from outside, `listening` that of who sends them."""
    devices = sim.external_devices
    net = {
        "injector": sim.Population(N, devices.SpikeInjector(notify=False), label="injector"),
        "returned": sim.Population(
            N, devices.SpikeInjector(notify=False), label="returned", additional_parameters={"port": returning}
        ),
        "noise": sim.Population(2 * N, sim.SpikeSourcePoisson(rate=0.0), label="noise"),
    }
    for pre, post in (("injector", "cells"), ("cells", "relay"), ("returned", "echo")):
        net[post] = sim.Population(N, sim.IF_curr_exp(tau_syn_E=1.0), label=post)
        synapse = sim.StaticSynapse(weight=40.0, delay=1.0)
        sim.Projection(net[pre], net[post], sim.OneToOneConnector(), synapse)
    for name, population in net.items():
        if name != "returned":  # sPyNNaker cannot read what an injector recorded that was sent numbers of neurons only
            population.record("spikes")
    for name in ("cells", "echo"):
        devices.activate_live_output_for(net[name], notify=False)
    devices.activate_live_output_for(net["relay"], notify=False, host="127.0.0.1", port=listening)
    devices.add_poisson_live_rate_control(net["noise"], notify=False)
    return net


def connect(sim, heard):
    """Let sPyNNaker's own connections send, listen and control."""
    devices = sim.external_devices
    live = devices.SpynnakerLiveSpikesConnection(
        receive_labels=["cells", "echo"], send_labels=["injector"], local_port=None
    )
    control = devices.SpynnakerPoissonControlConnection(poisson_labels=["noise"], local_port=None)
    for connection in (live, control):
        devices.add_database_socket_address("127.0.0.1", connection.local_port, None)

    def hear(label, time, neurons):
        heard.extend((label, float(time), neuron) for neuron in neurons)
        if label == "echo":
            if max(neurons) + 1 < N:
                live.send_spike("injector", max(neurons) + 1, send_full_keys=True)
            else:
                devices.request_stop()

    for label in ("cells", "echo"):
        live.add_receive_callback(label, hear)
    has_rates = threading.Event()

    def set_rates(label, connection):
        connection.set_rates(label, [(i, RATE) for i in range(N)])
        has_rates.set()

    def begin(label, connection):
        has_rates.wait(PATIENCE)
        connection.send_spike(label, 0, send_full_keys=True)

    control.add_start_resume_callback("noise", set_rates)
    live.add_start_resume_callback("injector", begin)
    return live, control


@contextlib.contextmanager
def other_board():
    """Have the usual address of a board taken, where the system has others."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        if sys.platform == "linux":
            with contextlib.suppress(OSError):  # one is there
                other.bind(("127.0.0.1", SCP_PORT))
        yield


@pytest.fixture(scope="module")
def played():
    """What was heard live and what was recorded."""
    heard, returning = [], free_port()
    with other_board(), emulated_board() as board:
        import pyNN.spiNNaker as sim

        command = [sys.executable, str(OUTSIDE), str(returning)]
        outside = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            listening = int(outside.stdout.readline())
            sim.setup(timestep=1.0)
            net = build(sim, returning, listening)
            connections = connect(sim, heard)
            guard = threading.Timer(PATIENCE, sim.external_devices.request_stop)
            guard.start()
            sim.external_devices.run_forever()
            guard.cancel()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
                here.sendto(b"end", ("127.0.0.1", listening))
            told = [[int(word) for word in line.split()] for line in outside.stdout]
        finally:
            outside.kill()
            outside.communicate()
        recorded = {name: spikes_of(population) for name, population in net.items() if name != "returned"}
        traffic, faults = board.traffic, board.faults
        sim.end()
        for connection in connections:
            connection.close()
    return SimpleNamespace(heard=heard, told=told, recorded=recorded, traffic=traffic, faults=faults)


def test_every_spike_goes_round_through_both_processes_once(played):
    assert not played.faults
    for name in RECORDED:
        assert [neuron for _, neuron in sorted(played.recorded[name])] == list(range(N)), name
    injector, cells, relay, echo = (np.array(sorted(played.recorded[name]))[:, 0] for name in RECORDED)
    # The world's messages arrive at any time within a tick: before or after the cells have taken theirs for the next.
    assert np.isin(cells - injector, (1, 2)).all() and np.all(relay - cells == 1)
    assert np.all(echo - relay >= 2)  # it has been to the other process and back, and crossed a synapse
    # Each was sent when the one before had come back, and leaves in the tick in which that was heard, or later.
    assert np.all(injector[1:] >= echo[:-1])


def test_what_is_heard_live_is_what_is_recorded(played):
    for label in ("cells", "echo"):
        assert [event[1:] for event in played.heard if event[0] == label] == sorted(played.recorded[label])
    assert [(float(time), neuron) for time, *neurons in played.told for neuron in neurons] == sorted(
        played.recorded["relay"]
    )
    assert played.traffic["lost"] == 0
    assert played.traffic["sent"] == 3 * N and played.traffic["delivered"] == 2 * N + 1


def test_the_rates_of_a_running_poisson_source_change(played):
    noise = np.array(sorted(played.recorded["noise"]))
    assert set(noise[:, 1]) == set(range(N))  # the others stay silent
    first, last = noise[0, 0], max(time for time, _ in played.recorded["echo"])
    expected = RATE * N * (last - first) / 1000
    count = np.count_nonzero(noise[:, 0] <= last)  # it goes on until the simulation has been stopped
    assert abs(count - expected) < 6 * np.sqrt(expected) + N * RATE / 1000
