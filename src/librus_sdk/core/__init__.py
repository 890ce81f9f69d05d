"""Pure decisions: the refresh protocol, retries, the reading of answers. No I/O, threads or event loops."""
