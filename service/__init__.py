"""The use cases: who asks, is it allowed, send it to the workflow, read it back. Faces call these and nothing below."""
