"""Every word that the pages say, in Chinese and English; terms are those of docs/glossary.md."""

from typing import Final, Literal

Lang = Literal["zh", "en"]

WORDS: Final[dict[str, tuple[str, str]]] = {
    # everywhere
    "product": ("CommonWatt 协能", "CommonWatt 协能"),
    "tagline": ("公共机构能源核算平台", "Energy accounts of public institutions"),
    "not_stated": ("未填报", "not stated"),
    "unverified": ("未核实", "unverified"),
    "unverified_why": (
        "该数值的出处尚未核实，仅供参考。",
        "The source of this value has not been verified yet.",
    ),
    "skip": ("跳到正文", "Skip to the content"),
    "other_language": ("English", "中文"),
    "to_theme_light": ("浅色外观", "Light appearance"),
    "to_theme_dark": ("深色外观", "Dark appearance"),
    "institutions": ("机构", "Institutions"),
    "show": ("查询", "Show"),
    "csv": ("导出 CSV", "Export CSV"),
    "json": ("JSON 接口", "JSON"),
    "colon": ("：", ": "),
    # log-in
    "log_in": ("登录", "Log in"),
    "log_out": ("退出登录", "Log out"),
    "login": ("用户名", "Login"),
    "password": ("密码", "Password"),
    "login_hint": (
        "账号由本单位系统管理员开通；忘记密码请联系管理员重置。",
        "Your administrator opens log-ins, and sets a new password where one is forgotten.",
    ),
    "login_stale": (
        "登录页面已过期，请重新提交。",
        "This log-in page was too old; please send it again.",
    ),
    "logged_out": ("您已退出登录。", "You have logged out."),
    # list
    "overview": ("公共机构用能概览", "Energy use of public institutions"),
    "period": ("统计期", "Period"),
    "metered": ("数据来源：计量", "Figures from meters"),
    "profile": ("折标系数组", "Profile"),
    "region": ("行政区划", "Region"),
    "all_regions": ("全部地区", "All regions"),
    "class": ("机构类型", "Class"),
    "line": ("主管系统", "Department line"),
    "level_central": ("中央", "central"),
    "level_provincial": ("省级", "provincial"),
    "level_city": ("市级", "city"),
    "level_county": ("县级", "county"),
    "level_township": ("乡镇级", "township"),
    "area": ("建筑面积", "Floor area"),
    "persons": ("用能人数", "Persons"),
    "search": ("名称或信用代码", "Name or credit code"),
    "name": ("机构名称", "Institution"),
    "total_energy": ("综合能耗", "Total energy"),
    "per_area": ("单位面积能耗", "Energy per area"),
    "per_person": ("人均综合能耗", "Energy per person"),
    "water_per_person": ("人均用水量", "Water per person"),
    "kgce_per_person": ("kgce/人", "kgce/person"),
    "m3_per_person": ("m³/人", "m³/person"),
    "no_area": ("未填报建筑面积", "floor area not stated"),
    "no_persons": ("未填报用能人数", "persons not stated"),
    "co2": ("二氧化碳", "CO2"),
    "coverage": ("数据完整率", "Coverage"),
    "coverage_short": ("完整率", "Coverage"),
    "coverage_low": (
        "部分时间没有实测：其用量由前后示数推得，或者缺失。",
        "Part of the time was not measured: its use comes from readings around it, or is missing.",
    ),
    "coverage_of": (
        "已计量时间占应计量时间的比例",
        "Measured time as a share of the time that should have been measured",
    ),
    "no_coverage": ("无计量数据", "Nothing was measured"),
    "institutions_found": ("共 {count} 家机构", "{count} institutions"),
    "institution_found_one": ("共 1 家机构", "1 institution"),
    "page_of": ("第 {page} / {pages} 页", "Page {page} of {pages}"),
    "pages": ("分页", "Pages"),
    "previous": ("上一页", "Previous"),
    "next": ("下一页", "Next"),
    "filter": ("筛选", "Filter"),
    "clear": ("清除筛选", "Clear filter"),
    "demo": ("演示数据", "Demo data"),
    "restricted": ("受限公开", "Restricted"),
    "restricted_why": (
        "仅本系统和主管机关可见，请勿外传。",
        "Shown to its own line and authority only; please pass nothing on.",
    ),
    "off_platform": ("不上平台", "Off platform"),
    "empty_match": ("没有符合条件的机构。", "No institution matches."),
    "empty_match_next": (
        "请减少筛选条件，或检查名称写法。",
        "Ask for less, or check how the name is written.",
    ),
    "empty_rights": ("您目前看不到任何机构。", "You see no institution yet."),
    "empty_rights_next": (
        "请系统管理员授予查看范围（地区、系统或机构）：commonwatt user grant。",
        (
            "Ask the administrator to grant you a region, a line or an institution: "
            "commonwatt user grant."
        ),
    ),
    "empty_import_next": (
        "若平台刚刚建立：先导入机构名录和通道（commonwatt import registry），再由网关上送读数。",
        (
            "Where the platform is new: import institutions and channels first "
            "(commonwatt import registry), then let the gateways send readings."
        ),
    ),
    "empty_accounts": ("尚无能耗台账。", "There are no accounts yet."),
    "empty_accounts_next": (
        "网关上送读数并完成计算后，台账会自动出现在这里。",
        "They appear here by themselves once gateways have sent readings and use is computed.",
    ),
    # one institution
    "facts": ("基本信息", "Facts"),
    "credit_code": ("统一社会信用代码", "Unified social credit code"),
    "location": ("所在地", "Location"),
    "affiliation": ("隶属关系", "Affiliation"),
    "accounts": ("能源资源台账", "Monthly accounts"),
    "months_from_to": ("{first} 至 {last}", "{first} to {last}"),
    "month": ("月份", "Month"),
    "year_earlier": ("前 12 个月", "Earlier"),
    "year_later": ("后 12 个月", "Later"),
    "all_carriers": ("全部品种", "All carriers"),
    "carrier": ("能源品种", "Carrier"),
    "source": ("来源", "Source"),
    "source_meter": ("计量", "Meter"),
    "source_bill": ("账单", "Bill"),
    "source_typed": ("填报", "Typed"),
    "source_estimate": ("估算", "Estimate"),
    "use": ("用量", "Use"),
    "this_year": ("本期", "This period"),
    "year_before": ("上年同期", "Year before"),
    "change": ("同比", "Year on year"),
    "change_partial": (
        "两期的计量范围或完整率不同，比较仅供参考",
        "The two were not measured alike: compare with care",
    ),
    "running": ("未满月", "running"),
    "running_why": (
        "本月尚未结束，不与上年整月比较。",
        "The month has not ended: it is not compared with a whole one.",
    ),
    "sum": ("合计", "Total"),
    "factor": ("系数", "Factor"),
    "co2_factor": ("排放因子", "CO2 factor"),
    "why": ("依据", "Why"),
    "why_long": ("查看该数的依据", "Why this figure"),
    "not_in_total": ("不计入综合能耗", "Not in total energy"),
    "chart_stack": (
        "各品种逐月综合能耗（千克标准煤）",
        "Total energy by carrier and month (kgce)",
    ),
    "chart_month": ("{carrier}逐月用量（{unit}）", "{carrier} by month ({unit})"),
    "partial": ("完整率不足 100%", "Coverage below 100 %"),
    "waits": (
        "有新读数尚待计算，数字将自动更新。",
        "Readings have come whose use is still to be computed; figures will change.",
    ),
    # curve
    "curve": ("逐时曲线", "Hourly curve"),
    "channel": ("计量通道", "Channel"),
    "whole_institution": ("全机构{carrier}", "Whole institution, {carrier}"),
    "span": ("时段", "Span"),
    "span_day": ("日", "Day"),
    "span_week": ("周", "Week"),
    "span_month": ("月", "Month"),
    "day": ("日期", "Date"),
    "earlier": ("更早", "Earlier"),
    "later": ("更晚", "Later"),
    "hour": ("时间", "Hour"),
    "state": ("状态", "State"),
    "measured": ("实测", "Measured"),
    "estimated": ("估算", "Estimated"),
    "missing": ("缺数", "No data"),
    "estimated_why": (
        "估算：该时段读数间隔过长，总量为实测，逐时分布为推算。缺数：没有读数，留空，不补零。",
        (
            "Estimated: readings were too far apart; their total is measured, its course is not. "
            "No data: nothing was read; it stays empty, never zero."
        ),
    ),
    "curve_sum": (
        "合计 {sum} {unit} · 实测 {measured} 小时 · 估算 {estimated} 小时 · 缺数 {missing} 小时",
        (
            "{sum} {unit} in all · {measured} h measured · {estimated} h estimated · "
            "{missing} h without data"
        ),
    ),
    "curve_empty": ("该时段没有数据。", "There is no data in this span."),
    "curve_loading": ("正在读取……", "Loading …"),
    "curve_failed": ("未能读取数据，请重试。", "The data could not be read; try again."),
    "curve_incomplete": (
        "部分通道超出您的查看范围，未计入。",
        "Some channels are beyond your rights and are left out.",
    ),
    "no_script": (
        "浏览器未启用脚本，图表无法显示；数据见表格和 CSV。",
        "Charts need scripts, which this browser has turned off; tables and CSV hold the data.",
    ),
    "table": ("数据表", "Table"),
    "no_channels": ("该机构没有您可以查看的计量通道。", "There is no channel that you may see."),
    "zone": ("时区 {zone}", "Time zone {zone}"),
    # explanation
    "explanation": ("{carrier} {month} 台账依据", "What {carrier} of {month} stands on"),
    "kgce": ("标准煤", "Standard coal"),
    "arithmetic": ("计算过程", "Arithmetic"),
    "coefficient": ("折标系数", "Coefficient"),
    "grid_factor": ("电力排放因子的选取", "How the grid factor was chosen"),
    "place": ("地区", "Place"),
    "scope_province": ("省级", "Province"),
    "scope_grid_region": ("区域电网", "Grid region"),
    "scope_national": ("全国", "National"),
    "year": ("年份", "Year"),
    "value": ("数值", "Value"),
    "taken": ("采用", "Taken"),
    "not_there": ("没有", "None"),
    "evidence_source": ("出处", "Source"),
    "valid": ("有效期", "Valid"),
    "since": ("{day} 起", "From {day}"),
    "terms": ("由哪些通道构成", "The channels that make it"),
    "owner": ("计量表所属机构", "Owner of the meter"),
    "owner_hidden": ("不便公开的机构", "An institution that is not disclosed"),
    "beyond_rights": (
        "该通道超出您的查看范围，只列出所属机构。",
        "This channel is beyond your rights; only its owner is named.",
    ),
    "share": ("分摊比例", "Share"),
    "part": ("计入本账", "Part in this account"),
    "channel_use": ("通道用量", "Use of the channel"),
    "first_reading": ("期初示数", "First reading"),
    "last_reading": ("期末示数", "Last reading"),
    "readings": ("读数个数", "Readings"),
    "recomputed": ("按读数重算", "Computed anew"),
    "setting": ("计量设置", "Settings"),
    "multiplier": ("倍率", "Multiplier"),
    "interval": ("采集周期", "Interval of readings"),
    "wraps": ("翻转值", "Wraps at"),
    "minutes": ("{count} 分钟", "{count} min"),
    "unmeasured": ("未实测时段", "Stretches not measured"),
    "from": ("开始", "From"),
    "to": ("结束", "To"),
    "length": ("时长", "Length"),
    "hours": ("{count} 小时", "{count} h"),
    "reason": ("原因", "Reason"),
    "all_measured": ("本月全程实测。", "The whole month was measured."),
    "days": ("逐日明细", "Day by day"),
    "agrees": ("各部分之和与台账一致。", "The parts add up to the account."),
    "disagrees": (
        "所列部分之和与台账不一致：有部分超出您的查看范围，或尚待重算。",
        (
            "The parts shown do not add up to the account: some are beyond your rights, or still "
            "to be recomputed."
        ),
    ),
    "readings_csv": ("读数 CSV", "Readings as CSV"),
    "no_terms": (
        "该数由{source}录入，没有计量通道。",
        "This figure came by {source}; no channel stands behind it.",
    ),
    "kind_register": ("计度器", "register"),
    "kind_interval": ("时段用量", "interval"),
    "kind_power": ("功率", "power"),
    # errors
    "status_403": ("没有权限", "Not allowed"),
    "status_404": ("没有此页面", "Not found"),
    "status_409": ("与现状冲突", "Conflict"),
    "status_422": ("请求有误", "This cannot be understood"),
    "status_429": ("请稍候", "Wait first"),
    "status_500": ("服务出现错误", "Something went wrong"),
    "status_503": ("暂不可用", "Not available now"),
    "not_found": ("此地址没有页面。", "There is no page at this address."),
    "not_found_next": (
        "请检查地址，或返回机构列表。",
        "Check the address, or go back to the list.",
    ),
    "retry": ("重试", "Try again"),
    "home": ("返回机构列表", "To the list of institutions"),
    "code": ("错误代码", "Code"),
}


def say(key: str, lang: Lang, **values: object) -> str:
    """Return a word or sentence in one language, its gaps filled in."""
    text = WORDS[key][0 if lang == "zh" else 1]
    return text.format(**values) if values else text
