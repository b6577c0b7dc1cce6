"""Several hundred messages of public test corpora, each sent through a whole office.

`python -m tests.corpus FOLDER` reads the repositories of `sources.py`, which it clones into the folder where they are not
there yet; nothing of them becomes part of this project. Each message comes twice: as an authorised sender's, and as that of
somebody whom nobody knows. None may crash, get lost, or be answered where no answer is due, and each other is answered.
"""
