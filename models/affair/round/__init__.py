"""Rounds (巡查/随访/排查轮次) and their sheets (网格任务单): the book of plans, and the words of both kinds."""
