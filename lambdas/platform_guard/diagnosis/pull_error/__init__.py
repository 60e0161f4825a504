"""Classification of pull errors by their text."""
