"""`completion`: what a shell reads to complete our verbs, options, ids and lanes."""

import click

from wzp_tui.cli.output import say

SHELLS = {
    "bash": 'add to ~/.bashrc:  eval "$(wzp-tui completion bash)"',
    "zsh": 'add to ~/.zshrc:  eval "$(wzp-tui completion zsh)"',
    "fish": "wzp-tui completion fish > ~/.config/fish/completions/wzp-tui.fish",
}


@click.command(epilog="\n\n".join(f"{shell}: {how}" for shell, how in SHELLS.items()))
@click.argument("shell", type=click.Choice(list(SHELLS)))
def completion(shell: str) -> int:
    """Print the completion script of a shell."""
    from click.shell_completion import BashComplete, get_completion_class

    from wzp_tui.cli.root import PROGRAMS, completion_variable, tree

    # Click starts a bash to ask for its version; the script is the same, so nobody has to be asked.
    BashComplete._check_version = staticmethod(lambda: None)  # type: ignore[method-assign]
    kind = get_completion_class(shell)
    assert kind is not None
    for program in PROGRAMS:
        say(kind(tree, {}, program, completion_variable(program)).source())
    return 0
