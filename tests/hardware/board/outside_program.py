"""A program beside a simulation: it returns every live spike to the board, by plain sockets.

    python outside_program.py PORT

PORT is that of the board which takes spikes. The board's address is where its own spikes come from: not always the same
one, as other boards may be there. The program prints the port that it listens on, then a line for each packet: the time
and the neurons in it.
"""

from __future__ import annotations

import socket
import struct
import sys

KEY_32_BIT, PAYLOAD_IS_TIME, ONE_PAYLOAD = 2 << 2, 1 << 4, 1 << 5
COLOUR_BITS, NEURONS = 4, 8  # of a key, and the next power of two above the number of neurons


def spikes(packet):
    """Time and neurons of an EIEIO packet of 32-bit keys, with one time for all."""
    count, header, time = struct.unpack_from("<BBI", packet)
    assert header == KEY_32_BIT | PAYLOAD_IS_TIME | ONE_PAYLOAD, hex(header)
    return time, [key >> COLOUR_BITS & NEURONS - 1 for key in struct.unpack_from(f"<{count}I", packet, 6)]


def main(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", 0))
        print(here.getsockname()[1], flush=True)
        while True:
            packet, (board, _) = here.recvfrom(500)
            if packet == b"end":
                return
            time, neurons = spikes(packet)
            print(time, *neurons, flush=True)
            here.sendto(struct.pack(f"<BB{len(neurons)}H", len(neurons), 0, *neurons), (board, port))


if __name__ == "__main__":
    main(int(sys.argv[1]))
