"""A mail as it is built (RFC 5322, RFC 2045 to 2047, RFC 2231): its header, its parts, and their contents, in a stream."""
