"""Review: an editor goes through the open findings and decides (see docs/review.md).

:class:`mtqa.review.session.Session` holds what is going on and records decisions; it needs no screen. The screen
(:mod:`mtqa.review.app`) and the line dialogue (:mod:`mtqa.review.plain`) show it and pass on what the editor does.
Nothing in here knows a rule or a file format.
"""
