"""Chaos (混沌演练): people work on an instance while its parts are killed and troubled; then the record proves what came of it."""
