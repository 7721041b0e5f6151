"""The command line: parse arguments, run a command, return an exit code. `cli.main` has the table of commands."""
