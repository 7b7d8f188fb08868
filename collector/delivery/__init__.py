"""What a collector decides, pure over events: no network, no thread, no clock, no chance.

The shells of `collector.mqtt` and `collector.writer` tell it what happens, and when, and do what it
says; `tests.collector.simulation` does the same with a broker, a database and a clock of its own,
so that whatever went wrong happens again from its seed.
"""
