# Python modules of a firmware with TLS.
module("ssl.py")
module("ussl.py")
