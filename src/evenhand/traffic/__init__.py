"""Traffic as logs tell it: records on their way to the tables `flow` and `host_name`.

Spec: docs/decisions/0017-traffic-logs.md.
"""
