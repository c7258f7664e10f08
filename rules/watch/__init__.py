"""The rules of watches (预警): what signals weigh over time, which grade follows, what it leads to, and who may lower it."""
