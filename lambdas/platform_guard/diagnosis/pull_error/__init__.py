"""From the text of a pull error to its cause."""
