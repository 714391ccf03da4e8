"""Reference page of the command line, made from what click knows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pynn_sfdfa.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """# Command line

What `pynn-sfdfa COMMAND --help` prints. Exit statuses: 0 done, 1 the run failed, 2 wrong use, 130 interrupted,
143 terminated.
"""


def commands(group: click.Group, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Yield each command below a group, with its context; groups before their own commands."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            raise ValueError(f"{name} is listed, and is no command.")
        own = click.Context(command, info_name=name, parent=context, max_content_width=100, terminal_width=100)
        yield command, own
        if isinstance(command, click.Group):
            yield from commands(command, own)


def page() -> str:
    """Return the page: what each command says of itself, as it prints it."""
    top = click.Context(main, info_name="pynn-sfdfa", max_content_width=100, terminal_width=100)
    text = f"{HEAD}\n```text\n{main.get_help(top)}\n```\n"
    for command, context in commands(main, top):
        text += f"\n## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    return text
