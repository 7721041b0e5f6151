"""`python -m qa_sync` is `qa-sync`."""

from qa_sync.cli.main import main

if __name__ == "__main__":
    main()
