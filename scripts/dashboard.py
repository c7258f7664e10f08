"""Writes `ops/grafana.json`, the operator's dashboard: `python -m scripts.dashboard`."""

from __future__ import annotations

import sys
from pathlib import Path

from grafana_foundation_sdk.builders.common import ReduceDataOptions, VizLegendOptions
from grafana_foundation_sdk.builders.dashboard import Dashboard, DatasourceVariable, Row
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.timeseries import Panel as Lines
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import DataSourceRef

FILE = Path(__file__).resolve().parent.parent / "ops" / "grafana.json"

SOURCE = "prometheus"
"""Name of the variable by which the data source is chosen on the page."""

Queries = tuple[tuple[str, str], ...]
"""Expressions, each with what its lines are called."""


def quantile(q: str, metric: str, *, by: str = "", of: str = "") -> str:
    """Return the expression for a quantile of a histogram over five minutes."""
    within = f"le, {by}" if by else "le"
    return f"histogram_quantile({q}, sum by ({within}) (rate({metric}_bucket{of}[5m])))"


ROWS: tuple[tuple[str, tuple[tuple[str, str, Queries], ...]], ...] = (
    (
        "案件 Cases",
        (
            ("在办 Open cases", "stat", (("max(jiefen_cases_open)", ""),)),
            ("待办 Obligations", "stat", (("max(jiefen_obligations_open)", ""),)),
            ("逾期 Overdue", "stat", (("max(jiefen_obligations_overdue)", ""),)),
            ("到点未触发 Alarms late", "stat", (("max(jiefen_alarms_late)", ""),)),
            ("来件待处理 Arrivals waiting", "stat", (("max(jiefen_arrivals_waiting)", ""),)),
            ("待遮盖 Redactions waiting", "stat", (("max(jiefen_redactions_waiting)", ""),)),
            (
                "收案与结案 Registered and archived, per hour",
                "short",
                (('sum by (type) (increase(jiefen_events_total{type=~"registered|archived|declined"}[1h]))', "{{type}}"),),
            ),
            (
                "时限触发 What the clocks did, per hour",
                "short",
                (('sum by (type) (increase(jiefen_events_total{hand="clock"}[1h]))', "{{type}}"),),
            ),
        ),
    ),
    (
        "动作 Actions",
        (
            ("每分钟 Per minute", "short", (("sum by (action) (rate(jiefen_actions_total[5m])) * 60", "{{action}}"),)),
            (
                "未受理 Not accepted, per minute",
                "short",
                (('sum by (outcome) (rate(jiefen_actions_total{outcome!="accepted"}[5m])) * 60', "{{outcome}}"),),
            ),
            (
                "耗时 Time to the answer",
                "s",
                (
                    (quantile("0.5", "jiefen_action_seconds", of='{outcome="accepted"}'), "p50"),
                    (quantile("0.99", "jiefen_action_seconds", of='{outcome="accepted"}'), "p99"),
                ),
            ),
        ),
    ),
    (
        "记录 Record",
        (
            (
                "入库延迟 From event to record",
                "s",
                ((quantile("0.5", "jiefen_publish_lag_seconds"), "p50"), (quantile("0.99", "jiefen_publish_lag_seconds"), "p99")),
            ),
            (
                "入库结果 Publications, per minute",
                "short",
                (("sum by (outcome) (rate(jiefen_publications_total[5m])) * 60", "{{outcome}}"),),
            ),
            ("变更流 Events not yet read", "short", (("max by (instance) (jiefen_feed_behind)", "{{instance}}"),)),
            ("数据库 Stores that answer", "short", (("min by (store) (jiefen_store_up)", "{{store}}"),)),
        ),
    ),
    (
        "工作进程 Workers",
        (
            ("活动 Activities", "s", ((quantile("0.99", "jiefen_activity_seconds", by="activity"), "{{activity}} p99"),)),
            (
                "待办活动与重试 At work, and tried again per minute",
                "short",
                (
                    ("sum by (activity) (jiefen_activities_running)", "{{activity}}"),
                    ("sum by (activity) (rate(jiefen_activity_retries_total[5m])) * 60", "{{activity}} again"),
                ),
            ),
            (
                "流程任务 Workflow tasks",
                "s",
                (
                    (quantile("0.99", "temporal_workflow_task_schedule_to_start_latency_seconds"), "waiting p99"),
                    (quantile("0.99", "temporal_workflow_task_execution_latency_seconds"), "working p99"),
                ),
            ),
            (
                "流程任务失败 Workflow tasks that failed, per hour",
                "short",
                (("sum by (failure_reason) (increase(temporal_workflow_task_execution_failed_total[1h]))", "{{failure_reason}}"),),
            ),
            (
                "取任务 Pollers and free places",
                "short",
                (
                    ("sum by (poller_type) (temporal_num_pollers)", "{{poller_type}}"),
                    ("sum by (worker_type) (temporal_worker_task_slots_available)", "free: {{worker_type}}"),
                ),
            ),
            ("缓存 Cases at hand", "short", (("sum by (instance) (temporal_sticky_cache_size)", "{{instance}}"),)),
        ),
    ),
    (
        "消息 Messages",
        (
            ("迟发 Late", "stat", (("max(jiefen_messages_late)", ""),)),
            ("放弃 Given up", "stat", (("max(jiefen_messages_dead)", ""),)),
            ("渠道中断 Roads shut", "stat", (("max(jiefen_roads_shut)", ""),)),
            ("未安排 Events unplanned", "stat", (("max(jiefen_events_unplanned)", ""),)),
        ),
    ),
    (
        "网页与接口 Web",
        (
            ("每秒 Requests per second", "reqps", (("sum by (status) (rate(jiefen_http_requests_total[5m]))", "{{status}}"),)),
            ("耗时 Slowest routes", "s", ((f"topk(8, {quantile('0.99', 'jiefen_http_seconds', by='route')})", "{{route}}"),)),
            (
                "外来事件 Arrivals, per hour",
                "short",
                (("sum by (sender, became) (increase(jiefen_arrivals_total[1h]))", "{{sender}} {{became}}"),),
            ),
        ),
    ),
    (
        "进程 Processes",
        (
            ("内存 Memory", "bytes", (("process_resident_memory_bytes", "{{job}} {{instance}}"),)),
            ("处理器 Processor time per second", "s", (("rate(process_cpu_seconds_total[5m])", "{{job}} {{instance}}"),)),
        ),
    ),
)
"""The dashboard: rows of panels; `stat` is one number, the rest are lines in that unit."""


def panel(title: str, unit: str, queries: Queries) -> Stat | Lines:
    """Return one panel."""
    made: Stat | Lines
    if unit == "stat":
        made = Stat().span(4).height(4).reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
    else:
        legend = VizLegendOptions().show_legend(True).display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
        made = Lines().span(8).height(8).unit(unit).min(0).legend(legend)
    made.title(title).datasource(DataSourceRef(type_val="prometheus", uid=f"${{{SOURCE}}}"))
    for number, (expression, legend_format) in enumerate(queries):
        query = Dataquery().expr(expression).ref_id(chr(ord("A") + number))
        made.with_target(query.legend_format(legend_format) if legend_format else query)
    return made


def text() -> str:
    """Return the file as it has to stand in `ops/`."""
    made = Dashboard("解纷 Jiefen").uid("jiefen").tags(["jiefen"]).refresh("30s").time("now-6h", "now").editable()
    made.with_variable(DatasourceVariable(SOURCE).label("Prometheus").type(SOURCE))
    for title, panels in ROWS:
        made.with_row(Row(title))
        for one in panels:
            made.with_panel(panel(*one))
    return JSONEncoder(sort_keys=True, indent=1, ensure_ascii=False).encode(made.build()) + "\n"


def main() -> int:
    """Write the file."""
    FILE.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
