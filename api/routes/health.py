"""Probes: whether the process lives, and whether it can answer."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from actions.health import readiness
from api.auth import WithAuth
from api.late import LateRoute

router = APIRouter(route_class=LateRoute, tags=["operations"])


class Alive(BaseModel):
    """The process answers."""

    alive: bool = True


class Ready(BaseModel):
    """Whether requests can be answered, and how much waits to be computed."""

    ready: bool
    missing_migrations: list[str] = Field(description="Run commonwatt migrate.")
    usage_rows_waiting: int
    account_rows_waiting: int
    task_rows_waiting: int
    set_aside: int = Field(description="What could not be computed, with its reason: /set-aside.")
    stalled: list[str] = Field(
        description="Queues in which something waits and from which nothing was taken for 10 "
        "minutes: usage, accounts, tasks. Does commonwatt work run?"
    )
    notifications_full: float = Field(
        ge=0,
        le=1,
        description="How much of the database server's queue of notifications is taken. From 0.1 "
        "on the worker ends members' transactions, for one that listens keeps it.",
    )


@router.get("/healthz", summary="Alive")
def get_healthz() -> Alive:
    """Answer without asking anything else."""
    return Alive()


@router.get("/readyz", summary="Ready", responses={503: {"description": "Not ready."}})
def get_readyz(auth: WithAuth, response: Response) -> Ready:
    """Ask the database; what waits is told, but does not make the service unready."""
    found = readiness(auth.system_actor())
    if not found.ready:
        response.status_code = 503
    return Ready(
        ready=found.ready,
        missing_migrations=found.missing_migrations,
        usage_rows_waiting=found.backlog.usage_rows,
        account_rows_waiting=found.backlog.account_rows,
        task_rows_waiting=found.backlog.task_rows,
        set_aside=sum(one.set_aside for one in found.queues),
        stalled=found.stalled,
        notifications_full=found.notify_share,
    )
