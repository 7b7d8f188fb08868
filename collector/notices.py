"""What the collector tells those who run it, in both languages and with the next step."""

from typing import Any, Final, Protocol

from metering.errors import ConflictError, EnergyError, InputError, UnavailableError

UNSTORABLE: Final = "message.unstorable"


class Log(Protocol):
    """Where notices go; our own and the standard library's `log` both will do."""

    def __call__(self, level: int, event: str, /, **facts: Any) -> object: ...


def tell(log: Log, level: int, notice: EnergyError) -> None:
    """Write a notice as one line in English, with its code and its Chinese text beside it."""
    log(level, notice.text("en"), code=notice.code, zh=notice.text("zh"))


def broker_away(where: str, why: str) -> UnavailableError:
    """The broker does not answer."""
    return UnavailableError(
        "broker.unavailable",
        zh=f"连接不上代理 {where}:{why}。",
        en=f"The broker at {where} cannot be reached: {why}.",
        next_zh="正在等待并自动重连;请检查代理是否运行、地址与端口是否正确。",
        next_en="Waiting and trying again; check that it runs, and its address and port.",
    )


def broker_refuses(where: str, why: str) -> UnavailableError:
    """The broker answers, and does not let the collector in."""
    return UnavailableError(
        "broker.refused",
        zh=f"代理 {where} 拒绝连接:{why}。",
        en=f"The broker at {where} refuses the connection: {why}.",
        next_zh="请核对用户名、密码、证书,以及 MQTT 版本设置(5 或 4)。",
        next_en="Check user, password, certificate, and the MQTT version setting (5 or 4).",
    )


def hung_up(where: str) -> UnavailableError:
    """The broker ends the connection without a word, as some do that know no MQTT 5."""
    return UnavailableError(
        "broker.hung_up",
        zh=f"代理 {where} 未作应答即断开连接。",
        en=f"The broker at {where} ends the connection without an answer.",
        next_zh="请核对 MQTT 版本:只支持 3.1.1 的代理(如 RabbitMQ 3.12 及以前)须设 "
        "COMMONWATT_BROKER_VERSION=4;并核对端口与 TLS。",
        next_en="Check the MQTT version: one that speaks only 3.1.1 (RabbitMQ up to 3.12) needs "
        "COMMONWATT_BROKER_VERSION=4; and check port and TLS.",
    )


def not_to_be_shared(topic_filter: str, codec: str) -> InputError:
    """A format that needs what came before is shared among collectors, each of which has a part."""
    return InputError(
        "collector.share_splits",
        zh=f"路由 {topic_filter}({codec})须由同一接收服务收下全部消息,而共享订阅会把它们分开。",
        en=f"The route {topic_filter} ({codec}) needs all its messages at one collector; a shared "
        "subscription divides them.",
        next_zh="请为该路由另起一个接收服务,用另一份路由文件,且不设 COMMONWATT_COLLECTOR_SHARE。",
        next_en="Run another collector for it, with a routes file of its own and no "
        "COMMONWATT_COLLECTOR_SHARE.",
        where={"topic": topic_filter},
    )


def unfit(what: str, offered: int, wanted: int, mosquitto: str, own: str = "") -> ConflictError:
    """The broker says itself that it would not keep what gateways entrust to it.

    what: the property's name in MQTT 5. mosquitto: what that broker calls it. own: the setting of
    ours that may give way.
    """
    ours_zh = f",或相应调整 {own}" if own else ""
    ours_en = f", or set {own} to what it grants" if own else ""
    return ConflictError(
        "broker.unfit",
        zh=f"代理声明的 {what} 为 {offered},至少需要 {wanted},否则会丢失数据;接收服务不启动。",
        en=f"The broker grants {what} {offered} where {wanted} is needed: it would lose data.",
        next_zh=f"请修改代理的配置(mosquitto 中为 {mosquitto}){ours_zh}。",
        next_en=f"Change the broker's configuration (mosquitto: {mosquitto}){ours_en}.",
        where={"field": what, "value": str(offered)},
    )


def too_fast(gateway: str) -> InputError:
    """A gateway says so much that others wait."""
    return InputError(
        "gateway.too_fast",
        zh=f"采集网关 {gateway} 上报过多,其他网关因此等待;超出份额的消息已暂存。",
        en=f"The gateway {gateway} says so much that others wait; what is beyond its share is "
        "set aside.",
        next_zh="请降低其上报频率,或调大 COMMONWATT_GATEWAY_BYTES_PER_S。",
        next_en="Let it send less often, or raise COMMONWATT_GATEWAY_BYTES_PER_S.",
    )


def dropped(count: int) -> UnavailableError:
    """The broker itself counts messages that it threw away, as its queues were full."""
    return UnavailableError(
        "broker.dropped",
        zh=f"代理因队列已满又丢弃了 {count} 条消息。",
        en=f"The broker has dropped {count} more messages, for a queue of its own was full.",
        next_zh="没有回执的采集网关会重发,其他的已丢失;"
        "请把代理的 max_queued_messages 设为 0(不限)。",
        next_en="Gateways that wait for receipts send them again, others do not; set "
        "max_queued_messages 0 (no limit) in the broker's configuration.",
    )


def connection_lost(where: str, why: str) -> UnavailableError:
    """A connection that worked has ended."""
    return UnavailableError(
        "broker.connection_lost",
        zh=f"与代理 {where} 的连接中断:{why}。",
        en=f"The connection to the broker at {where} ended: {why}.",
        next_zh="正在自动重连,未确认的消息将重新送达;若反复出现,请检查是否有同名的接收服务。",
        next_en="Connecting again; what was not acknowledged will be delivered again. "
        "If it recurs, look for another collector of the same name.",
    )


def session_forgotten() -> UnavailableError:
    """The broker is back and knows nothing of the session that it was to keep."""
    return UnavailableError(
        "broker.session_forgotten",
        zh="代理已不记得本接收服务的会话,其中未交付的消息已丢失。",
        en="The broker has forgotten this collector's session, and what it had not delivered.",
        next_zh="采集网关会重发没有回执的消息;请为代理启用持久化(mosquitto:persistence true)。",
        next_en="Gateways send again what has no receipt; let the broker keep sessions on disk "
        "(mosquitto: persistence true).",
    )


def taken_over(name: str) -> ConflictError:
    """Somebody else connected under the same client id."""
    return ConflictError(
        "collector.taken_over",
        zh=f"另有一个名为“{name}”的接收服务接入了同一代理。",
        en=f"Another collector connected under the name “{name}”.",
        next_zh="请给每个接收服务不同的名称;多个同时运行时设置共享订阅。",
        next_en="Give each collector its own name; to run several, set a shared subscription.",
    )


def subscription_refused(topic_filter: str, why: str) -> ConflictError:
    """The broker's rules do not let the collector listen."""
    return ConflictError(
        "broker.subscription_refused",
        zh=f"代理拒绝订阅 {topic_filter}:{why}。",
        en=f"The broker refuses the subscription to {topic_filter}: {why}.",
        next_zh="请在代理的访问控制中允许接收服务订阅该主题。",
        next_en="Allow the collector to subscribe to it in the broker's access rules.",
    )


def narrow_window(messages: int) -> UnavailableError:
    """A broker on 3.1.1 hands over too few messages at a time, and drops others meanwhile."""
    return UnavailableError(
        "broker.narrow_window",
        zh=f"代理每次只交付 {messages} 条未确认消息:积压排空缓慢,高峰时可能丢弃其余消息。",
        en=f"The broker keeps only {messages} messages in flight: a backlog drains slowly, and at "
        "peaks it may drop others.",
        next_zh="请改用 MQTT 5,或调大代理的 max_inflight_messages 与 max_queued_messages"
        "(RabbitMQ 为 mqtt.prefetch)。",
        next_en="Use MQTT 5, or raise max_inflight_messages and max_queued_messages of the broker "
        "(mqtt.prefetch of RabbitMQ).",
    )


def overflowed(held: int) -> UnavailableError:
    """More messages came than the window allows: the broker knows no window."""
    return UnavailableError(
        "broker.no_window",
        zh=f"代理不限制未确认消息的数量,已暂存 {held} 条,其余稍后重新接收。",
        en=f"The broker limits nothing: {held} messages are held, and the rest is left to it.",
        next_zh="请改用支持 MQTT 5 的代理。",
        next_en="Use a broker with MQTT 5.",
    )


def unstorable(error: Exception) -> InputError:
    """The database chokes on a message that was read well."""
    return InputError(
        UNSTORABLE,
        zh=f"消息无法入库({type(error).__name__})。",
        en=f"The message cannot be stored ({type(error).__name__}).",
        next_zh="原文已保留;请把接收服务的日志报告给开发者。",
        next_en="Its bytes are kept; report the collector's log to the developers.",
    )
