"""How fast Postroom is, measured beside peers in the same run (docs/performance.md)."""
