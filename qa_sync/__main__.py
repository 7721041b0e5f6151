"""`python -m qa_sync` is `qa-sync`."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command line; until it is imported, Ctrl-C ends the process without a traceback."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from qa_sync.cli.main import main as run  # noqa: PLC0415 - see above

    signal.signal(signal.SIGINT, before)
    run()


if __name__ == "__main__":
    main()
