"""What reading a live system says about its connector: proposals for edits, without any I/O."""
