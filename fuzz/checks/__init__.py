"""What must be true of any input, one check for each reader: it raises AssertionError where that does not hold."""
