"""A whole term on the hand-wound clock: traffic of many schools, all that follows from it, and then the books."""
