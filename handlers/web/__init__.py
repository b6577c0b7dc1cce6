"""The web: one HTTP application, whose routes it is given, and the server that serves it.

`pages` draws, `guard` holds what is true of every answer, `links` are the one-time links, `download` hands contents out.
"""
