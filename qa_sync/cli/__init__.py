"""The command line: arguments in, exit code out. The table of commands is in `cli.main`."""
