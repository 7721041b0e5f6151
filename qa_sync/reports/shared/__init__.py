"""Building blocks of all reports: wording, layout, escapes, JSON values."""
