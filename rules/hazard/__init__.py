"""Hazards (隐患): report, mend, look again, close. What each action leads to, and which clocks run."""
