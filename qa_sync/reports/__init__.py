"""How it is told: Results become text."""
