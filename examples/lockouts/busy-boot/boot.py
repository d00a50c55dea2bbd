# The same in boot.py, which runs again at mpremote's soft reset: mpremote fails, Ctrl-C by hand does not.
# verdict: 0
while True:
    pass
