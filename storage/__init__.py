"""All SQL of the platform, one module per family of tables."""
