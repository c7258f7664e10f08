"""The rule lab (规则实验室): what closed cases would have been like under other rules. Pure; used by `service/oversight/lab.py`.

`course.py` reads from a record who asked for what and when; `play.py` asks it all again under the documents in question, with the
clocks ringing in between; `compare.py` says what differs.
"""
