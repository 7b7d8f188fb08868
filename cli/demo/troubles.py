"""Why a demo cannot go on, and what to do about it."""

from cli.demo.children import Child
from cli.demo.state import DemoState
from cli.services.state import last_lines
from metering.errors import ConflictError, UnavailableError


def broken(child: Child) -> UnavailableError:
    """Return the error of a process that ends whenever it is started; with its last words."""
    tail = last_lines(child.log, 3)
    return UnavailableError(
        "demo.child_broken",
        zh=f"{child.name} 一启动就退出:\n{tail}",
        en=f"{child.name} ends as soon as it starts:\n{tail}",
        next_zh=f"全部日志:{child.log}。",
        next_en=f"Its whole log is {child.log}.",
    )


def of_before(state: DemoState) -> ConflictError:
    """Return the error of tables whose steps are not this version's."""
    return ConflictError(
        "demo.other_version",
        zh=f"{state.root} 中的演示数据来自另一个版本的程序。",
        en=f"The demo in {state.root} was made by another version of the program.",
        next_zh="加上 --fresh 从头开始(会删除这次演示的数据),或指定 --state。",
        next_en="Add --fresh to begin anew (its data is removed), or name another --state.",
    )


def stuck(state: DemoState) -> UnavailableError:
    """Return the error of a demo in which nothing arrives or is computed any more."""
    return UnavailableError(
        "demo.stuck",
        zh="已很久没有进展。",
        en="Nothing has moved for a long time.",
        next_zh=f"请查看 {state.logs} 中的日志。",
        next_en=f"Look at the logs in {state.logs}.",
    )
