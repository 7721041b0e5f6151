"""The formats of exports: what each kind of file says, record by record."""
