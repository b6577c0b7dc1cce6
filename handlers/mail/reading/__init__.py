"""The letter of a mail as a person reads it: what is new in it, among quotations, signatures and disclaimers."""
