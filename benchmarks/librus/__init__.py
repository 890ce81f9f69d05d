"""librus-sdk beside the other clients of the gateway: ``make bench-peers`` prints one table and keeps it."""
