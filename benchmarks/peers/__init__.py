"""Other libraries that renew tokens, put through the same experiments.

Runs in an environment of its own, where neither the SDK nor the simulator is installed: nothing but the
standard library and the libraries under test.
"""
