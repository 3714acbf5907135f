"""All commands, in the order a newcomer meets them."""

from __future__ import annotations

import typer

from bot.cli import (
    actions,
    channels,
    doctor,
    erase,
    evaluate,
    learn,
    migrate,
    people,
    project,
    serve,
    story_tests,
    talk,
    tools,
)

app = typer.Typer(
    name="visavis",
    help="Talk with your customers one to one: answer the common questions, hand the rest to people.",
    epilog="Start with `visavis serve`. Project files are read from this folder, or VISAVIS_PROJECT.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

serve.add_commands(app)
actions.add_commands(app)
talk.add_commands(app)
learn.add_commands(app)
evaluate.add_commands(app)
project.add_commands(app)
story_tests.add_commands(app)
migrate.add_commands(app)
doctor.add_commands(app)
channels.add_commands(app)
people.add_commands(app)
erase.add_commands(app)
tools.add_commands(app)
