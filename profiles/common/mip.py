# A stand-in for the frozen module: what it would install, nobody knows here.
import _board


def install(package, index=None, target=None, version=None, mpy=True):
    _board.gap("mip.install(%r): what that installs is not in the folder" % (package,))
    return False
