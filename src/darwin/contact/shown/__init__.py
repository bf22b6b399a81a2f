"""Figures of this room as its pages show them: tiles, columns, sentences, links to the list behind."""
