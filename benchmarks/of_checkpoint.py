"""What scripts take that show test samples to a network from a checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

__all__ = ["of_checkpoint"]


def of_checkpoint(main: Any, samples: int) -> click.Command:
    """Return a command that calls ``main(checkpoint, samples, data)``."""
    main = click.option("--data", type=click.Path(exists=True, path_type=Path), help="Folder with data sets.")(main)
    main = click.option("--samples", default=samples, show_default=True, help="Test samples.")(main)
    return click.command()(click.argument("checkpoint", type=click.Path(exists=True, path_type=Path))(main))
