"""What a run tells people: summary, explanations, problems, progress and diff. It decides nothing.

Importing this package, or a module of it, imports no part of rich: that is left to the moment something is drawn.
"""
