"""The command line: ``librus``.

Needs the extra ``cli`` (click and rich). Light to start: a module is imported by the command that needs it,
the HTTP client and the models by the first request, rich by a terminal that shows a table.
"""
