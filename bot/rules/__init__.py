"""The rules of the domain: pure. Values in, values out; no clock, no chance, nothing read or written."""
