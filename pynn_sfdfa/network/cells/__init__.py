"""Cells: what the neurons of a layer are, one a file. To add one, write its file."""

from pynn_sfdfa.network.cells.cell import Cell
from pynn_sfdfa.network.cells.if_curr_exp import IF_curr_exp
from pynn_sfdfa.network.cells.lif_sfdfa import LIF_SFDFA

__all__ = ["LIF_SFDFA", "Cell", "IF_curr_exp"]
