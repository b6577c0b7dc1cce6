"""A second process, aside of the service: it opens mail and writes mail, and knows no record (docs/decisions/0015).

`asking` is the service's side, `life` one such process as the service has it, `turns` who works beside whom; `worker` and
`work` are the process itself; `frames` and `requests` are what both say to each other.
"""
