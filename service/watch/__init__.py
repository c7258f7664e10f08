"""What an operator can watch: traces, figures for Prometheus, and the lines of the log; none of them says who a dispute is about."""
