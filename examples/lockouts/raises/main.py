# An uncaught error: a traceback, a red LED, and the REPL.
# verdict: 0
raise ValueError("no such sensor")
