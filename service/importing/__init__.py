"""Bringing in old cases (导入) from lists in Excel or CSV: closed ones as archived history, running ones through the normal door."""
