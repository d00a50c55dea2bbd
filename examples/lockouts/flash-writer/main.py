# Writes to /flash all the time: power cuts hit it in the middle of a write, and it mounts all the same.
# verdict: 0
number = 0
while True:
    with open("/flash/log.txt", "a" if number % 50 else "w") as log:
        log.write("measurement %d\n" % number)
    number += 1
