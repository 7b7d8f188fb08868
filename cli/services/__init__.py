"""Database and broker that need no installation: pip's PostgreSQL, and mosquitto or amqtt."""

from cli.services.owner import Services, up
from cli.services.state import Record, Running
from cli.services.terminal import Status, down, remove, status

__all__ = ["Record", "Running", "Services", "Status", "down", "remove", "status", "up"]
