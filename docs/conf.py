"""How Sphinx builds the documentation: `sphinx-build -W -E -b html docs docs/_build/html`."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_extensions")]

from qa_sync import __version__  # noqa: E402 - found by the line above

project = "qa-sync"
author = "the authors of qa-sync"
version = release = __version__
html_title = f"qa-sync {__version__}"

extensions = ["generated"]
exclude_patterns = ["_build", "_extensions"]
nitpicky = True
keep_warnings = True
default_role = "literal"
highlight_language = "text"
smartquotes = False

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
