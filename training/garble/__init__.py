"""How the garble models that ship with mtqa are made; see README.md."""
