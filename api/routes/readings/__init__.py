"""Gateways, readings, rejects and corrections."""
