"""The console (工作台): pages made on the server over the use cases of `service/`, for people who never see a command line.

`site.py` puts it together, `caller.py` is what every page works with, `pages/` has one module for each thing it is about.
"""
