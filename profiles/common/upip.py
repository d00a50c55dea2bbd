# A stand-in for the frozen module: what it would install, nobody knows here.
import _board


def install(packages, path=None):
    _board.gap("upip.install(%r): what that installs is not in the folder" % (packages,))


def get_install_path():
    return "/lib"


def cleanup():
    pass


debug = False
