"""What the demo says when it is ready: where to look, as whom, and at what first."""

from cli.demo.state import Memory
from cli.services.words import say


def welcome(url: str, memory: Memory, told: str) -> str:
    """Return the words, in the reader's language.

    told: the lines of what befell meters, each with its page.
    """
    logins = "\n".join(
        f"    {say(zh, en):<28} {login} / {memory.users[login]}"
        for login, zh, en in (
            ("officer", "能源管理人员(示范省甲)", "energy officer (Demo A)"),
            ("planner", "指标规划员(示范联合体)", "planner (the demo union)"),
            ("demo-a.1", "示范省甲经办人", "acts for Demo A in the union"),
            ("demo-a.2", "示范省甲复核人", "confirms for Demo A"),
            ("hospital", "示范县医院(无网关,账单入账)", "a hospital without a gateway"),
            ("admin", "系统管理员(全部)", "administrator (everything)"),
        )
        if login in memory.users
    )
    return say(_ZH, _EN).format(url=url, logins=logins, told=told)


_ZH = """
CommonWatt 协能演示已就绪:  {url}

  登录
{logins}

  先看什么
    1. 用 officer 登录:首页是今日要务;机构列表只有示范省甲;按品种、按月的台账,缺的面积就是缺,
       演示假定的面积和人数在来源中注明。
    2. 打开一家机构:逐时曲线,估算的小时有标记;月账旁是计量覆盖率。
    3. 点一个月的数:读数、系数和因子一直追到底。
    4. 看板:{url}/boards;联合体的路径、各成员进度、谁在夜里用电最多。
    5. 用 planner 登录:{url}/unions;核查基数、比较规则、下达用能指标、看算式;
       任务分工:{url}/commitments。
    6. 用 demo-a.1 登录:{url}/movements;一年里的申请、调剂、退回、共用池、预借、结转、平衡和核销,
       每笔都有依据和办理人;一笔调剂还在等候,可以撤回。独立日志:{url}/second-log。
    7. 用 hospital 登录:没有网关的医院,由账单到审定的年报:{url}/submissions。
    8. 用 admin 登录:三个示范省都在;接口说明:{url}/api/v1/openapi.json

  异常如何说明(每类一页,括号内为次数)
{told}

  数据是真实建筑的读数,放在明确标为“示范”的省份下。Ctrl-C 结束全部进程,数据保留。"""

_EN = """
The CommonWatt demo is ready:  {url}

  Log in
{logins}

  Look first
    1. As officer: the institutions of Demo Province A alone, their accounts by carrier and month;
       a floor area that is missing is shown as missing; areas and persons are assumed here, and
       their source says so.
    2. Open an institution: the hourly curve with estimated hours marked, and how much was measured.
    3. Click a month's figure: it goes down to readings, coefficients and factors.
    4. Boards at {url}/boards: the path of the union, its members, who uses most at night.
    5. As planner: {url}/unions: review bases, compare rules, issue, read a quota's arithmetic;
       what the plan asks of whom at {url}/commitments.
    6. As demo-a.1: {url}/movements: a year's requests, transfers, returns, pool, borrowing,
       banking, rebalancing and cover, each with its reason and its people; one transfer still
       waits and can be taken back. The second log is at {url}/second-log.
    7. As hospital: no gateway; from bills to an approved return at {url}/submissions.
    8. As admin: all demo provinces; the API describes itself at
       {url}/api/v1/openapi.json

  What befell meters and gateways, a page of each kind (and how often)
{told}

  These are readings of real buildings, under provinces plainly named as a demo. Ctrl-C ends
  everything it started; the data stays."""
