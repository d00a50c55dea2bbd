# ssl by its old name.
from ssl import *
