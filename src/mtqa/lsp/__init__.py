"""The language server: findings in an editor, and decisions from there into the ledger (docs/editors.md).

It needs pygls (``mtqa[lsp]``) and is imported by ``mtqa lsp`` only. ``buffer`` counts as the editor counts, ``desk``
holds what is open and decides, ``present`` says it in the protocol's types, ``server`` listens and answers.
"""
