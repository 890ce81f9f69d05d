"""Clients: the portal of a family, and the data of one child."""
