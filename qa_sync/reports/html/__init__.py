"""Results as one HTML file: the document itself with its verdicts, and beside it the overview."""
