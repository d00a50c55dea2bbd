# A mistake ends it at the prompt, before the lock in another file: once it is mended, the owner is locked out.
# verdict: 4
import program

settings = {"period": "ten"}
program.run(int(settings["period"]))
