"""The headings that mean the same, as systems and people write them: one list for each role."""

from typing import Final

from collector.files.answers import IGNORE

# In lower case, without blanks and signs.
HEADINGS: Final[dict[str, str]] = {
    "gateway": ("gateway 采集网关 网关"),
    "channel": (
        "channel key 通道 通道键 表号 电表号 水表号 气表号 表计号 表计编号 电表编号 "
        "水表编号 仪表编号 仪表号 电能表编号 资产编号 电能表资产号 电表资产号 计量点 "
        "计量点编号 计量点号 测点 测点编号 点号 户号 水表户号 气表户号 用户编号 用户号 "
        "客户编号 用电户号 热表号 热表编号 热量表号 热量表编号 气表编号 燃气表号 燃气表编号 "
        "meter meterid meternumber meterno meteridentifier meterserial meterserialnumber "
        "serialnumber serialno zähler zählernummer zählpunkt zaehlpunkt zählpunktnummer mpan mprn "
        "esiid entityid "
        "statisticid point pointid deviceid sensor datapoint portfoliomanagermeterid "
        "meterpoint meterconsumptionmeterid"
    ),
    "at": (
        "at timestamp datetime dateandtime date/time 时间 日期时间 抄表时间 采集时间 "
        "数据时间 读数时间 记录时间 采样时间 统计时间 zeitstempel ts lastchanged "
        "lastupdated readingtime meterreadingtime startdatetimeutc utc horodate localtimestamp "
        "created"
    ),
    "date": (
        "date datum 日期 日 数据日期 抄表日期 抄表日 用电日期 day readingdate 统计日期 ablesedatum"
    ),
    "year": ("year 年 年份 年度 统计年度 统计年份"),
    "month": (
        "month 月 月份 年月 账单月份 结算月份 计费月份 费用年月 统计月份 用电月份 用水月份 "
        "用气月份 电费年月 抄表年月 抄表月份 账期 所属月份 billingmonth monat"
    ),
    "clock": ("time 时刻 时 小时 钟点 时点 整点 hour hourofday uhrzeit zeit timeofday"),
    "from": (
        "start startdate starttime startdatetime starttimestamp from begin beginn "
        "开始时间 开始日期 起始时间 起始日期 起始日 起始 zeitvon von 上次抄表日期 "
        "上期抄表日期 上次抄表时间 periodstart billstart billingperiodstart intervalstart "
        "fromdate readingstart"
    ),
    "to": (
        "end enddate endtime enddatetime endtimestamp to until 结束时间 结束日期 终止日期 "
        "截止日期 截止时间 终止时间 zeitbis bis ende 本次抄表日期 本期抄表日期 "
        "本次抄表时间 periodend billend billingperiodend intervalend todate readingend"
    ),
    "value": (
        "value 数值 值 读数 示数 表码 表底 表读数 用量 用电量 用水量 用气量 用热量 电量 "
        "日电量 当日电量 日用电量 月电量 月用电量 本月电量 本期电量 本月用电量 本期用电量 结算电量 "
        "计费电量 日用水量 月用水量 本月用水量 本期用水量 日用气量 月用气量 本月用气量 本期用气量 "
        "水量 气量 热量 抄见电量 有功电量 耗电量 消耗量 能耗 consumption usage use "
        "consumed energy quantity usage/quantity reading meterreading verbrauch amount "
        "state energieverbrauch wert energyconsumption activeenergy meterconsumption "
        "actualvalue valeur zählerstand"
    ),
    "unit": (
        "unit units uom 单位 计量单位 einheit usageunits unitofmeasurement unitofmeasure usageunit"
    ),
    "seq": ("seq"),
    "ratio": (
        "倍率 综合倍率 互感器倍率 计费倍率 变比 multiplier metermultiplier ctratio ratio 乘率"
    ),
    "duration": ("duration 时长 intervallength 间隔"),
    "previous": (
        "上月示数 上期示数 起码 起始示数 起度 上次示数 上月表底 上期读数 上次读数 "
        "上月读数 起止码起 previousreading startreading openingreading"
    ),
    "current": (
        "本月示数 本期示数 止码 截止示数 止度 本次示数 本月表底 本期读数 本次读数 "
        "本月读数 currentreading endreading closingreading"
    ),
    "total": (
        "总 合计 总计 总电量 总有功 有功总 正向有功总 正向有功 正向有功总电能 "
        "正向有功总示数 正向有功电能 总示数 total totalkwh totalenergy totalactiveenergy "
        "totalimport 合计电量 总用电量"
    ),
    IGNORE: (
        "备注 说明 remark remarks note notes comment comments 名称 通道名称 表计名称 "
        "用户名称 户名 客户名称 机构名称 单位名称 name metername propertyname propertyid "
        "address 地址 用电地址 cost cost$ 电费 金额 费用 电价 单价 price 序号 no index "
        "行号 category type 区域 位置 楼栋 房间 抄表员 meterconsumptionid "
        "portfoliomanagerid metertype estimation estimated estimatedvalue estimatedflag "
        "estimationyesno estimatedyesno isestimated demand demandkw demandcost "
        "demandcost$ greenpower recsretained totalcost totalcost$ deliverydate lastmodifieddate "
        "lastmodifiedby friendlyname status 状态 数据来源 "
        "星期 周几 星期几 weekday dayofweek 抄表人 抄表人员 填表人 审核人 记录人 经办人 负责人 "
        "联系人 电话 联系电话 部门 科室 型号 规格 用途 安装位置 安装地点 表名 仪表名称 设备名称 "
        "楼层 节假日 天气 气温 同比 环比 费率 税率 税额 应缴金额 实缴金额 水费 气费 热费 燃气费 "
        "污水费 违约金 合计金额 总金额 总费用 "
        "channelid institutionid institution 机构编号 quanta rank"
    ),
}
TOTALS: Final = frozenset(
    [
        "合计",
        "总计",
        "小计",
        "本页合计",
        "总和",
        "共计",
        "汇总",
        "total",
        "totals",
        "subtotal",
        "grandtotal",
        "sum",
        "summe",
        "gesamt",
    ]
)
