"""What `commonwatt doctor` finds about logins: what those that only read could do all the same."""

from collections.abc import Iterator

import psycopg

from cli.findings import Check
from storage import migrate, provisioning
from storage.access import members


def openings(connection: psycopg.Connection[tuple[object, ...]]) -> Iterator[Check]:
    """Say what a login that only reads could do to those that write."""
    found = provisioning.openings(connection, migrate.BOARDS)
    yield from _of_everybody(found)
    yield from _of_members(found)
    if beyond := members.beyond(connection, migrate.BOARDS):
        names = ", ".join(beyond)
        yield Check(
            "warning",
            f"worker 无法收回这些成员登录自行更改的设置和密码,也无法结束其会话:{names}",
            "The worker can neither give back what these members' logins change of themselves, "
            f"nor end their sessions: {names}",
            "请用可以建角色的登录运行 commonwatt migrate,再运行 commonwatt boards login。",
            "Run commonwatt migrate with a login that may create roles, then commonwatt boards "
            "login for them again.",
        )


def _of_everybody(found: provisioning.Openings) -> Iterator[Check]:
    if found.functions:
        yield Check(
            "warning",
            f"任何数据库登录都可以执行 {len(found.functions)} 个加锁或写大对象的函数。",
            f"Every login of the database may call {len(found.functions)} functions that take "
            "locks or write large objects.",
            "请用超级用户运行一次 commonwatt migrate;见 docs/operations.md。",
            "Run commonwatt migrate once as a superuser; see docs/operations.md.",
        )
    if found.temporary:
        yield Check(
            "warning",
            "任何数据库登录都可以进入本库或建临时表。",
            "Every login of the server may enter this database, or make temporary tables in it.",
            "请由库的所有者运行 commonwatt migrate。",
            "Let the database's owner run commonwatt migrate.",
        )


def _of_members(found: provisioning.Openings) -> Iterator[Check]:
    if found.elsewhere:
        names = ", ".join(found.elsewhere)
        yield Check(
            "warning",
            f"成员的登录可以进入其他库并建临时表:{names}",
            f"Members' logins may enter other databases and make temporary tables there: {names}",
            "REVOKE CONNECT, TEMPORARY ON DATABASE … FROM PUBLIC;见 docs/operations.md。",
            "REVOKE CONNECT, TEMPORARY ON DATABASE … FROM PUBLIC; see docs/operations.md.",
        )
    if found.unlimited:
        names = ", ".join(found.unlimited)
        yield Check(
            "warning",
            f"成员的登录没有连接数限制:{names}",
            f"Members' logins without a limit of connections: {names}",
            "请重新运行 commonwatt boards login。",
            "Run commonwatt boards login for them again.",
        )
    if found.prepared:
        yield Check(
            "warning",
            "服务器允许预备事务(max_prepared_transactions > 0):成员的登录可以留下无人能结束的锁。",
            "The server takes prepared transactions (max_prepared_transactions > 0): members' "
            "logins may leave locks behind that no end of a session ends.",
            "请设 max_prepared_transactions = 0 并重启数据库;见 docs/operations.md。",
            "Set max_prepared_transactions = 0 and restart the database; see docs/operations.md.",
        )
