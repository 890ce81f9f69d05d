"""Who waits and who sends: the only concurrent code, written once for threads and once for asyncio."""
