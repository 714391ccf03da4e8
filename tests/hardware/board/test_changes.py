from __future__ import annotations

from contextlib import ExitStack
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.hardware.board.changes import changing


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3)), max_size=12))
def test_the_changes_of_the_last_open_block_hold_whichever_ends_first(steps):
    """Blocks change one attribute, or two, by functions of what they find: always that of nobody else."""
    where = SimpleNamespace(a=("own",), b=("own",))
    blocks, opened = [], 0
    for opens, which in steps:
        if opens or not blocks:
            stack = ExitStack()
            changes = stack.enter_context(changing())
            opened += 1
            changes.replace(where, "a", (*where.a, opened))
            changes.replace(where, "a", (*where.a, "again"))
            if which % 2:
                changes.replace(where, "b", (*where.b, opened))
            blocks.append((stack, opened, which % 2))
        else:
            blocks.pop(which % len(blocks))[0].close()
        _, last, both = blocks[-1] if blocks else (None, None, 0)
        assert where.a == (("own", last, "again") if blocks else ("own",))
        assert where.b == (("own", last) if both else ("own",))
    for stack, _, _ in blocks:
        stack.close()
    assert (where.a, where.b) == (("own",), ("own",))
