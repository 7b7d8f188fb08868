"""Regions, institutions, meters, facts, carriers and factors."""
