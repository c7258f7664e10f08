"""Indicators (指标): what somebody's numbers come to, what stands behind them, and what is looked at twice."""
