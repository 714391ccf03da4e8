"""``python -m pynn_sfdfa``: the command ``pynn-sfdfa``, of the Python at hand."""

from pynn_sfdfa.cli import main

if __name__ == "__main__":
    main(prog_name="pynn-sfdfa")
