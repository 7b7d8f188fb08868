"""Write .env for docker-compose.yml: new passwords, and the addresses and ports it opens.

    python3 scripts/make_env.py [FILE]

Needs nothing but Python. A file that is there is never overwritten: the data belongs to its
passwords. Only its owner may read it.
"""

import os
import secrets
import sys
from pathlib import Path

PASSWORDS = (
    "DATABASE_OWNER_PASSWORD",
    "COMMONWATT_API_PASSWORD",
    "COMMONWATT_COLLECTOR_PASSWORD",
    "COMMONWATT_WORKER_PASSWORD",
    "COMMONWATT_GRAFANA_PASSWORD",
    "BROKER_COLLECTOR_PASSWORD",
    "BROKER_DEMO_PASSWORD",
    "GRAFANA_ADMIN_PASSWORD",
)
TEXT = """\
# Made by scripts/make_env.py for docker-compose.yml. Keep it: the data belongs to these passwords.
# 由 scripts/make_env.py 生成;数据与这些密码对应,请妥善保存。

{passwords}

# Ports of this machine. 本机端口。
PAGES_PORT=8460
GRAFANA_PORT=3000
BROKER_PORT=1883

# The broker's TLS port, for gateways outside: 0.0.0.0 opens it, once the folder holds server.crt
# (with its chain) and server.key. 供外部网关使用的 TLS 端口:放好证书和私钥后改为 0.0.0.0。
BROKER_TLS_ADDRESS=127.0.0.1
BROKER_TLS_PORT=8883
BROKER_TLS_FOLDER=./containers/tls
# Where gateways reach the broker, as their pages say. 页面上告知网关的代理地址。
COMMONWATT_GATEWAYS_BROKER=mqtts://127.0.0.1:8883

# The containers' network. What a proxy on this machine passes on comes from its gateway, and from
# nobody else is a visitor's address believed. 容器网络;本机代理转发的请求来自其网关地址。
NETWORK=172.30.46.0/24
PROXY_ADDRESS=172.30.46.1

# Of messages and logs (zh, en), and of Grafana (zh-Hans, en-US). 提示与日志的语言,Grafana 的语言。
COMMONWATT_LANG=zh
GRAFANA_LANGUAGE=zh-Hans

# Where people reach pages and forms; behind a proxy with TLS, https:// and SECURE=true.
# 页面和规划管理界面的地址;经 TLS 代理时用 https:// 并设 SECURE=true。
COMMONWATT_PAGES_URL=http://127.0.0.1:8460
COMMONWATT_SECURE=false

# The region as whose reader Grafana looks; 000000 is the whole country.
# Grafana 以该区划的身份只读。
GRAFANA_REGION=000000
"""
THERE = """\
{path} is there and stays as it is: the data belongs to its passwords.
To begin anew: docker compose down --volumes, remove the file, and run this again.
{path} 已存在,未作改动:数据与其中的密码对应。
如需从头开始:docker compose down --volumes,删除该文件后重新运行。"""
DONE = """\
{path} is written; only you can read it. Next: docker compose up --detach
{path} 已生成,仅本人可读。下一步:docker compose up --detach"""
ROOT = Path(__file__).parents[1]


def text() -> str:
    """Return a new file; its passwords stand in addresses as they are."""
    made = [f"{name}={secrets.token_urlsafe(24)}" for name in PASSWORDS]
    return TEXT.format(passwords="\n".join(made))


def main(path: Path) -> int:
    """Write the file where there is none; return the exit status."""
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print(THERE.format(path=path), file=sys.stderr)
        return 3
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(text())
    print(DONE.format(path=path))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".env"))
