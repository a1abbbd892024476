"""A test once for each outcome of a product, and which outcomes a suite has met."""
