"""Results as text. Each report is a function from Results to text; `shared` holds what several use."""
