"""What runs found, kept from one to the next: how checks behave over time, and what was last verified when."""
