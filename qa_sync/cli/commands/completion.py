"""`qa-sync completion`: print the shell script that completes commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from qa_sync.errors import UnknownName

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", metavar=f"[{'|'.join(SHELLS)}]")
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    \b
    qa-sync completion bash > ~/.local/share/bash-completion/completions/qa-sync
    qa-sync completion zsh > "${fpath[1]}/_qa-sync"
    qa-sync completion fish > ~/.config/fish/completions/qa-sync.fish
    """
    maker = get_completion_class(shell)
    if maker is None:
        raise UnknownName("shell", shell, SHELLS)
    click.echo(maker(ctx.find_root().command, {}, "qa-sync", "_QA_SYNC_COMPLETE").source())
