"""What leaves the office: to whom, by which road, in which words, and when. Pure; carried out by `service/messages/`."""
