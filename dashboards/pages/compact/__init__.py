"""Unions, targets, bases, runs and quotas."""
