"""Clients of the gateway, this one among them, put through the same scenes.

Runs in an environment of its own, where the simulator cannot run: it is asked for by a :class:`Desk`. Each
scene has a process of its own, too.
"""
