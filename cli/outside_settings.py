"""Settings of what reaches out by itself: mail, and the hosts that alarms may go to."""

from pydantic import Field
from pydantic_settings import BaseSettings


class OutsideSettings(BaseSettings):
    """What the worker reaches beyond database and broker."""

    mail_url: str = Field(
        "",
        description="work: smtp(s)://user:password@host:port that alarms go through; empty: none",
    )
    mail_from: str = Field("", description="work: from whom; empty: the user of mail_url")
    alarm_hosts: str = Field(
        "",
        description="work: hosts, with commas between, to which alarms may go wherever they are "
        "and by http; all others must have a public address and https",
    )
