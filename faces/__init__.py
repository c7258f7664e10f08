"""The faces on a terminal: the command line's commands, the embedded stack, the worker's process. They call `service/` alone."""
