# A library of the program, in /flash/lib.


def hello():
    print("hello from lib")
