"""Facts of cases and what indicators count of them (`docs/numbers.md`)."""
