"""Database and broker that need no installation: pip's PostgreSQL, and mosquitto or amqtt."""

from cli.services.owner import Services, Status, down, remove, status, up
from cli.services.state import Record, Running

__all__ = ["Record", "Running", "Services", "Status", "down", "remove", "status", "up"]
