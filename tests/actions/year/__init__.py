"""A year of a union, at random: rules that try what people do, beside a model of the books."""
