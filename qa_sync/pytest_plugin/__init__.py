"""`pytest specs/`: a document is a File, a check an Item. Only pytest's public API is used."""
