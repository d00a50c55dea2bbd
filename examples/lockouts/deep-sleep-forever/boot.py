# Asleep before anybody can say a word, at every start.
# verdict: 3
import machine

machine.deepsleep()
