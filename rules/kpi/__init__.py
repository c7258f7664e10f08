"""Indicators (指标): the facts that a case's events tell, and what an indicator counts of them. Pure."""
