"""Foreign phrases: a decoder's detached hallucination, found by what no other word of its article is related to.

:mod:`space` is the small space of words that ships with mtqa, :mod:`words` reads an article's content words,
:mod:`relation` says how they are related, and :mod:`passages` scores runs of them. See docs/insertion.md.
"""
