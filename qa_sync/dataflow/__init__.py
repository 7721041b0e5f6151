"""What is written: a document becomes a Dataflow."""
