"""Measurements of the SDK: ``python -m benchmarks`` prints one table and fails when a bound is missed."""
