"""Sequences of requests as generators: what to ask next. No I/O, threads or event loops; the shells drive."""
