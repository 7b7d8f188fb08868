"""Every word of the console, in Chinese and English; terms are those of docs/glossary.md."""

from typing import Final

from dashboards.pages.words import Lang

WORDS: Final[dict[str, tuple[str, str]]] = {
    "console": ("控制台", "Console"),
    "institutions": ("机构", "Institutions"),
    "boards": ("看板", "Boards"),
    "unions": ("区域联合体", "Unions"),
    "people": ("用户与授权", "People"),
    "exchanges": ("换表登记", "Meter exchange"),
    "other_language": ("English", "中文"),
    "log_out": ("退出登录", "Log out"),
    "close": ("关闭", "Close"),
    "cancel": ("取消", "Cancel"),
    "export": ("导出", "Export"),
    "export_rows": ("导出 {rows} 行({at} 的数据):", "Export {rows} rows, as of {at}:"),
    "source": ("依据", "Source"),
    "source_hint": ("文件名称、会议纪要或文号", "Document, minutes or number"),
    "needs": ("请填写:{what}", "Please fill in: {what}"),
    # unions
    "no_unions": (
        "还没有您参与的区域联合体。规划员可在下方组建;其他人请联系本地区规划员。",
        "There is no union that you have a part in. Planners found one below; others ask theirs.",
    ),
    "found_union": ("组建区域联合体", "Found a union"),
    "found": ("组建", "Found"),
    "name_zh": ("中文名称", "Chinese name"),
    "name_en": ("英文名称", "English name"),
    "members": ("成员单位", "Members"),
    "member": ("成员单位", "Member"),
    "agreement": ("协议", "Agreement"),
    "in_force": ("生效", "in force"),
    "no_agreement": ("无", "none"),
    "you_plan": ("您可规划", "You plan"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    # targets
    "targets": ("节能目标", "Targets"),
    "target": ("节能目标", "Target"),
    "no_targets": ("还没有目标。", "There is no target yet."),
    "set_target": ("设定目标", "Set a target"),
    "fall": ("较基期下降", "Below base year"),
    "fall_percent": ("较基期下降(%)", "Below base year (%)"),
    "profile": ("折标系数组", "Profile"),
    "base_year": ("基期年", "Base year"),
    "target_year": ("目标年", "Target year"),
    "own_years": ("各机构首个完整年 → 次年", "each institution's first whole year → the next"),
    "years_hint": (
        "留空:以各机构首个完整年为基期,次年为目标年。",
        "Left open: each institution counts from its first whole year, for the next.",
    ),
    "curve": ("路径", "Path"),
    "compound": ("等比下降", "same rate each year"),
    "linear": ("等额下降", "same amount each year"),
    "origin": ("来源", "Origin"),
    "agreed": ("成员商定", "agreed by members"),
    "issued_above": ("上级下达", "issued from above"),
    "compare_rules": ("比较规则", "Compare rules"),
    # comparing
    "year": ("年份", "Year"),
    "last_year": ("目标年", "the target year"),
    "rule": ("规则", "Rule"),
    "rule_A": ("A 按基期比例", "A proportional to base"),
    "rule_B": ("B 按与先进值的差距", "B by gap to leading value"),
    "rule_C": ("C 按能力加权", "C weighted by capability"),
    "rule_A_says": (
        "各机构按核定基期同比例取得用能指标,不低于下限、不高于上限。",
        "Everyone keeps the same share of its adjusted base, between floor and ceiling.",
    ),
    "rule_B_says": (
        "按单位面积能耗与先进值的差距分担节能量;已达先进值者不再要求。",
        "Savings follow the gap to the leading value; whoever is there already is asked nothing.",
    ),
    "rule_C_says": (
        "按基期与成员能力系数之积分担节能量。",
        "Savings follow base times the member's capability.",
    ),
    "floor_percent": ("下限(基期的 %)", "Floor (% of base)"),
    "ceiling_percent": ("上限(基期的 %)", "Ceiling (% of base)"),
    "most_saved": ("单年最多节约(基期的 %)", "Most saved in a year (% of base)"),
    "leading": ("先进值(kgce/m²·年)", "Leading values (kgce/m² a year)"),
    "leading_hint": (
        "初值为同类机构单位面积能耗的下四分位,请按定额标准修改。",
        "They begin as the lower quartile of like institutions; set those of the quota standard.",
    ),
    "no_leading": (
        "机构缺少面积或类型,无法采用规则 B。",
        "No institution states area and class, so rule B cannot be used.",
    ),
    "capability": ("能力系数", "Capability"),
    "side_by_side": ("三种规则对比", "Three rules side by side"),
    "base": ("基期", "Base"),
    "base_kgce": ("基期 kgce", "Base, kgce"),
    "quota_kgce": ("用能指标 kgce", "Quota, kgce"),
    "to_base": ("占基期", "of base"),
    "total": ("合计", "Total"),
    "fairness": ("公平性对照", "Fairness"),
    "least_to_base": ("用能指标/基期,最低", "Quota over base, least"),
    "most_to_base": ("用能指标/基期,最高", "Quota over base, most"),
    "most_effort": ("节能量/可行节能量,最高", "Saving over feasible, most"),
    "gini": ("降幅基尼系数", "Gini of savings rates"),
    "at_bound": ("受上下限约束的机构", "Institutions at a bound"),
    "without_base": (
        "{n} 家机构没有基期,不参与分解。",
        "{n} institutions have no base and no quota.",
    ),
    "covers": (
        (
            "合计含 {institutions} 家机构的 {months} 个机构月(实测 {months_measured}、"
            "账单 {months_billed}、估算 {months_estimated});不含缺基期的 {months_missing} 个月、"
            "无基期的 {without_base} 家和不列入的 {left_out} 家。"
            "未填面积 {without_area} 家,未填类别 {without_class} 家。"
        ),
        (
            "The sums hold {months} months of {institutions} institutions ({months_measured} "
            "measured, {months_billed} billed, {months_estimated} estimated), and not "
            "{months_missing} months without a base, {without_base} institutions that have none, "
            "nor {left_out} that are left out. {without_area} lack an area, {without_class} a "
            "class."
        ),
    ),
    "standing_covers": (
        (
            "{institutions} 家机构,{months} 个机构月应有;其中 {compared_months} 个月计量充分"
            "(应计时间的 {enough} % 以上,按联合体规定)并用于与路径比较,"
            "{unmeasured} 家没有任何计量。"
        ),
        (
            "{institutions} institutions with {months} months due, of which {compared_months} are "
            "enough measured ({enough} % of the expected time, by the union's word) and compared "
            "with the path; of {unmeasured} nothing is measured."
        ),
    ),
    "left_out_n": ("{n} 家机构不列入。", "{n} institutions are left out."),
    "base_months": ("基期月份", "Months of the bases"),
    # bases
    "base_review": ("基期审核", "Review of bases"),
    "base_open": (
        "待审核 {n} 家;月份完整率不低于 {percent}% 才算已知。",
        "{n} bases wait for an answer; a month counts as known from {percent} % of its time.",
    ),
    "base_by_command": (
        "估算(另一年同月、同类日均值、账单):commonwatt targets estimate {target}。",
        "Estimates by the other year, like days or a bill: commonwatt targets estimate {target}.",
    ),
    "of_own_base": ("占本机构基期", "Of its own base"),
    "what_is_odd": ("基期情况", "About the base"),
    "why": ("理由", "Reason"),
    "odd_ones": ("待审核的机构", "Bases to answer for"),
    "confirm_chosen": ("按现状确认所选", "Confirm the chosen as they are"),
    "leave_out_chosen": ("不列入所选", "Leave the chosen out"),
    "confirm_rest": ("确认其余无异常者", "Confirm the rest, where nothing is odd"),
    "bases_wait": (
        "{n} 家机构的基期还没有人审核;审核后才能下达。",
        "{n} bases are not reviewed yet; nothing can be issued before.",
    ),
    "rests_on": ("依据", "Rests on"),
    "answered_for": ("基期确认", "Base confirmed"),
    "keep_run": ("按此规则分解并存档", "Keep a run by this rule"),
    # runs
    "runs": ("分解方案", "Runs"),
    "run": ("分解方案 第 {n} 版", "Run, version {n}"),
    "no_runs": ("还没有分解方案。先比较规则,再存档。", "No run yet: compare rules, then keep one."),
    "version": ("版本", "Version"),
    "quotas": ("机构用能指标", "Quotas"),
    "state": ("状态", "State"),
    "proposal": ("草案", "proposal"),
    "issue": ("已下达", "issued"),
    "adjustment": ("已调整下达", "issued as adjustment"),
    "holds": ("有效", "in force"),
    "superseded": ("已被新方案取代", "superseded by a later run"),
    "in_force_for": ("对 {years} 年有效", "in force for {years}"),
    "digest": ("快照摘要", "Digest"),
    "snapshot": ("快照 JSON", "Snapshot, JSON"),
    "prove": ("重算验证", "Recompute"),
    "same_bytes": ("重算结果逐字节相同。", "Recomputed: the same bytes."),
    "other_bytes": ("重算结果不同!请核查快照。", "Recomputed: other bytes! Look at the snapshot."),
    "issue_run": ("下达用能指标", "Issue the quotas"),
    "issue_sure": (
        "将把 {n} 个机构用能指标记入账簿,共 {kg} kgce。下达后只能以新版本调整。",
        "{n} quotas enter the books, {kg} kgce in all. After this only a new version adjusts them.",
    ),
    "reason": ("调整理由(首次下达可留空)", "Reason of an adjustment (not for the first issue)"),
    "issue_yes": ("确认下达", "Issue them"),
    "levels": ("分解层级", "Levels"),
    "level": ("层级", "Level"),
    "own_level": ("(本级)", " (own level)"),
    "multiplier": ("乘数 λ", "Multiplier λ"),
    "bound": ("约束", "Bound"),
    "floor": ("下限", "floor"),
    "ceiling": ("上限", "ceiling"),
    "arithmetic_link": ("算式", "Arithmetic"),
    "more": ("再看 {n} 家", "{n} more"),
    "search": ("查找", "Find"),
    "none_named": ("没有名称含“{name}”的机构。", "No institution is named like “{name}”."),
    "no_quotas": ("没有您可以看到的用能指标。", "There is no quota that you may see."),
    # one quota
    "quota": ("年度用能指标", "Quota of a year"),
    "books_as_of": ("账簿时间 {at}", "Books as of {at}"),
    "dropped_since": (
        "有效的分解方案不再列入该机构(自 {at});以下为其最后一次下达的算式。",
        "The run in force has no quota for it since {at}; below is how the last one was made.",
    ),
    "arithmetic": ("算式", "Arithmetic"),
    "factors": ("系数", "Factors"),
    "factor": ("因素", "Factor"),
    "value": ("数值", "Value"),
    "months": ("各月", "Months"),
    "month": ("月份", "Month"),
    "by_rounding": (
        "各级以整克取整(最大余数法),逐级合计与上级完全相等。",
        "Every level is rounded to whole grams by largest remainder, and sums to the one above.",
    ),
    "why_changed": ("较 {year} 年变化的原因", "Why it changed since {year}"),
    "effect": ("影响 kgce", "Effect, kgce"),
    "before": ("之前", "Before"),
    "after": ("之后", "After"),
    "to_accounts": ("该机构台账", "Its accounts"),
    "recomputes": ("由快照 {hash} 可重算。", "It recomputes from snapshot {hash}."),
    # standing
    "standing": ("进度", "Standing"),
    "no_standing": ("每晚自动核算;尚无记录。", "Worked out every night; none is there yet."),
    "stand_now": ("立即核算", "Work it out now"),
    "stood": ("已核算到 {day}。", "Worked out up to {day}."),
    "day": ("截至", "Up to"),
    "due_kgce": ("应有 kgce", "Due, kgce"),
    "used_kgce": ("已用 kgce", "Used, kgce"),
    "against_path": ("相对路径", "Against path"),
    "not_enough": ("计量不足", "not enough measured"),
    "worked_out": ("核算时间", "Worked out at"),
    # people
    "no_people": ("您无权查看其他用户。", "You may not see other people."),
    "login": ("用户名", "Login"),
    "name": ("姓名", "Name"),
    "grants": ("授权", "Grants"),
    "role": ("角色", "Role"),
    "scope": ("范围", "Scope"),
    "of_region": ("行政区划", "Region"),
    "of_line": ("主管系统", "Department line"),
    "of_union": ("区域联合体", "Union"),
    "of_institution": ("机构编号", "Institution id"),
    "scope_all": ("全部", "everything"),
    "scope_region": ("行政区划及下级", "a region and below"),
    "scope_department_line": ("主管系统", "a department line"),
    "scope_union": ("区域联合体", "a union"),
    "scope_institution": ("一家机构", "one institution"),
    "role_reader": ("查看", "reader"),
    "role_officer": ("能源管理员", "officer"),
    "role_planner": ("规划员", "planner"),
    "role_administrator": ("系统管理员", "administrator"),
    "add_person": ("新增用户", "Add a person"),
    "add_grant": ("增加授权", "Add a grant"),
    "person": ("用户", "Person"),
    "password_once": (
        "{login} 的密码(只显示这一次):{password}",
        "The password of {login}, shown this once: {password}",
    ),
    "granted": ("已授权。", "Granted."),
    "end_person": ("停用", "End"),
    "end_sure": ("停用 {login}?其操作记录保留。", "End {login}? What it did stays on record."),
    "ended": ("已停用。", "Ended."),
    # exchange
    "exchange_hint": (
        "登记旧表止数与新表起数,前后用量将重新计算。",
        "What stood on the old and on the new meter; the use around it is computed anew.",
    ),
    "institution": ("机构", "Institution"),
    "channel": ("通道", "Channel"),
    "at": ("换表时间", "Time of exchange"),
    "at_hint": ("通道所在时区,例如 2026-03-01 10:30", "In the channel's zone: 2026-03-01 10:30"),
    "final": ("旧表止数(未抄可留空)", "Old meter's last value (open if not read)"),
    "initial": ("新表起数", "New meter's first value"),
    "record": ("登记", "Record"),
    "recorded": ("已登记,用量正在重新计算。", "Recorded; the use is being computed anew."),
    "exchanges_known": ("已登记的换表", "Exchanges on record"),
    "no_exchanges": ("尚未登记换表。", "No exchange has been recorded."),
    "no_registers": ("该机构没有计度器通道。", "This institution has no register channel."),
    "no_institutions": ("没有您可以看到的机构。", "There is no institution that you may see."),
    "bad_number": ("{what}:请填数字。", "{what}: a number, please."),
    "bad_time": ("请按 2026-03-01 10:30 填写时间。", "Write the time as 2026-03-01 10:30."),
}


def say(key: str, lang: Lang, **values: object) -> str:
    """Return words in a language, with values filled in."""
    text = WORDS[key][0 if lang == "zh" else 1]
    return text.format(**values) if values else text
