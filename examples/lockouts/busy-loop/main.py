# An endless loop, as a beginner writes it: Ctrl-C ends it.
# verdict: 0
while True:
    pass
