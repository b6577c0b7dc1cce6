"""Readers of hostile input under a fuzzer: `python -m fuzz NAME -max_total_time=60`, or `make fuzz` for all of them.

`checks` holds what must be true of any input; `corpus` the inputs that every run begins with, and those that once broke
something; `words` what the fuzzer puts together. `tests/test_fuzz.py` replays the corpus in every test run.
"""
