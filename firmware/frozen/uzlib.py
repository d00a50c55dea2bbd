# zlib by its old name.
from zlib import *
