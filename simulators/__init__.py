"""Replay of real data, synthetic gateways, injected faults."""
