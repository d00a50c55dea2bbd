# A stand-in for the frozen module: its prompt over the network is no way in that `lifeboat check` tries.
listen_s = client_s = None


def start(port=8266, password=None, accept_handler=None):
    if password is None:
        try:
            import webrepl_cfg
        except ImportError:
            print("WebREPL is not configured, run 'import webrepl_setup'")
            return
    print("WebREPL server started on port %d" % port)


def start_foreground(port=8266, password=None):
    start(port, password)


def stop():
    pass
