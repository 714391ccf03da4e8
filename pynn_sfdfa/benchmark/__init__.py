"""What ``pynn-sfdfa benchmark`` measures: this package, a plain baseline, the floor of the machine, and peers."""
