"""The `visavis` command: arguments, nothing else. What a command does stands in `bootstrap` and below."""
