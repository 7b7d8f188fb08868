"""The co-operation as frozen values and what can happen to them."""
