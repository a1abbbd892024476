"""The control API, /_mock/*: JSON in, JSON out, one file per noun. Errors name the value and the remedy."""
