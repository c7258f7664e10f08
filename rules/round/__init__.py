"""The rules of rounds (巡查/随访/排查) and of their sheets (网格任务单)."""
