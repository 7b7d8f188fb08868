"""Headings that are put together of the words of bills: 本次抄表示数, 计费起始日期, 污水处理费.

Asked after the words that are known as they stand. A column of a channel (1号楼用电量) is none.
"""

import re
from functools import lru_cache
from typing import Final

from collector.files.answers import IGNORE

_OF: Final = (
    r"(?:抄表|抄见|计费|账单|用电|用水|用气|用热|供热|结算|统计|周期|时段|电费|水费|气费|热费|数据|计量|"
    r"采集|记录|采样|读数|读表|冻结|日冻结|费用|核算|出账|所属|量费)*"
)
_NOW: Final = r"(?:本次|本期|本月|当前|当月|此次|现|期末|月末|最新)"
_BEFORE: Final = r"(?:上次|上期|上月|前次|期初|月初)"
_READ: Final = r"(?:抄表|抄见|读表)(?:日期|时间|日)"
_SHOWN: Final = (
    r"(?:抄表|抄见)?(?:示数|示值|读数|表底数?|底数|底码|表码|止码|行码|行度|码数|指数|表数|抄见数|"
    r"表示数|止度)"
)
_CARRIER: Final = r"(?:电|水|气|热|冷|煤|油|燃气|天然气|煤气|自来水|中水|蒸汽|热力|电能|热能)"
_WHICH: Final = (
    r"(?:实际|实用|计费|结算|抄见|合计|总|累计|有功|正向|"
    r"本期|本次|本月|当月|当日|每日|日|月|年|年度)*"
)
_METER: Final = (
    r"(?:[供用]?[电水气热]|自来|天然气|燃气|蒸汽|电力|能源|智能|远传)*"
    r"(?:表|表具|表计|仪表|电能表|热量表|流量计|计量点|计量表|测点|监测点|采集点|用户|客户|户|资产|电|水|气)(?:出厂|资产)?"
)
_FORMS: Final = (
    (
        IGNORE,
        r".*(?:费|费用|金额|价款|单价|电价|水价|气价|税额?|税率|滞纳金|违约金|余额|补贴|折扣)",
    ),
    (
        IGNORE,
        (
            r"(?:estimated|total|net|gross|standing|unit|energy|service)*(?:cost|charge|price|fee|tax)s?"
            r"(?:(?:inc|ex)l?\.?(?:tax|vat))?[$£€]?"
        ),
    ),
    ("from", rf"{_OF}(?:起始|开始|起|始)(?:日期|时间|日|时刻)|{_BEFORE}{_READ}"),
    ("to", rf"{_OF}(?:截止|终止|结束|截至|止|终)(?:日期|时间|日|时刻)|{_NOW}{_READ}"),
    ("previous", rf"{_BEFORE}{_SHOWN}"),
    ("current", rf"{_NOW}{_SHOWN}|止码|止度|止数"),
    (
        "value",
        (
            rf"{_WHICH}(?:用|耗|使用|消耗)?{_CARRIER}(?:用|消耗)?"
            rf"(?:量|度数|吨数|方数|立方数|能量|总量|用量)|度数|吨数|方数|{_SHOWN}"
        ),
    ),
    ("month", rf"{_OF}(?:年月|月份|账期)"),
    ("at", rf"{_OF}(?:日期时间|时间戳|时刻)"),
    ("date", rf"{_OF}(?:日期|日)"),
    ("ratio", r"(?:综合|电能表|互感器|计费|电流|表计|计量|总)*(?:倍率|变比|乘率|倍数)"),
    ("channel", rf"{_METER}(?:编号|号码|编码|代码|标识|号|码|id)"),
    (
        "channel",
        (
            r"(?:electric(?:ity)?|gas|water|heat|energy|utility|sub|device)*(?:meter|device|sensor)"
            r"(?:id|no|number|serial|serialno|serialnumber|identifier|reference|code)"
        ),
    ),
    (
        "date",
        r"(?:meter|actual)?(?:reading|read|usage|statement|service|interval|log)(?:date|day)",
    ),
    (
        "at",
        (
            r"(?:meter|local|device|log|interval|event|record|sample|usage|reading|created)?"
            r"(?:timestamp|datetime|dateandtime|timeutc|timelocal)"
        ),
    ),
)
_LONGEST: Final = 40
_WORDS: Final = re.compile(r"[^\W\d]{2}")
_GRAMMAR: Final = tuple((role, re.compile(form)) for role, form in _FORMS)


@lru_cache(maxsize=4096)
def role_of(word: str) -> str:
    """Return the role of a heading, as `plain` of it; empty where no form fits."""
    if len(word) > _LONGEST or not _WORDS.search(word):  # a figure, or a remark
        return ""
    return next((role for role, form in _GRAMMAR if form.fullmatch(word)), "")
