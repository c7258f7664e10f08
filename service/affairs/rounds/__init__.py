"""Rounds (巡查/随访/排查): where targets come from, what a running round asks for, batches, lists, coverage, schedules."""
