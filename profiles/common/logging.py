# A stand-in for the small library of this name.
import sys
import time

CRITICAL, ERROR, WARNING, INFO, DEBUG, NOTSET = 50, 40, 30, 20, 10, 0
_NAMES = {CRITICAL: "CRITICAL", ERROR: "ERROR", WARNING: "WARNING", INFO: "INFO", DEBUG: "DEBUG"}
_level, _stream = WARNING, None
_loggers = {}


def getLevelName(level):
    return _NAMES.get(level, "Level %s" % level)


class LogRecord:
    def __init__(self, name, level, message):
        self.name, self.levelno, self.levelname = name, level, getLevelName(level)
        self.message = self.msg = message
        self.ct, self.msecs, self.asctime = time.time(), 0, None


class Formatter:
    def __init__(self, fmt=None, datefmt=None, style="%"):
        self.fmt, self.datefmt = fmt or "%(message)s", datefmt

    def format(self, record):
        return self.fmt % {"message": record.message, "name": record.name, "levelname": record.levelname,
                           "levelno": record.levelno, "msecs": record.msecs, "asctime": str(record.ct)}


class Handler:
    def __init__(self, level=NOTSET):
        self.level, self.formatter = level, Formatter()

    def setLevel(self, level):
        self.level = level

    def setFormatter(self, formatter):
        self.formatter = formatter

    def format(self, record):
        return self.formatter.format(record)

    def close(self):
        pass


class StreamHandler(Handler):
    def __init__(self, stream=None):
        super().__init__()
        self.stream, self.terminator = stream or _stream or sys.stderr, "\n"

    def emit(self, record):
        if record.levelno >= self.level:
            self.stream.write(self.format(record) + self.terminator)


class FileHandler(StreamHandler):
    def __init__(self, filename, mode="a", encoding="UTF-8"):
        super().__init__(open(filename, mode))

    def close(self):
        self.stream.close()


class Logger:
    def __init__(self, name, level=NOTSET):
        self.name, self.level, self.handlers = name, level, []

    def setLevel(self, level):
        self.level = level

    def getEffectiveLevel(self):
        return self.level or _level

    def isEnabledFor(self, level):
        return level >= self.getEffectiveLevel()

    def addHandler(self, handler):
        self.handlers.append(handler)

    def removeHandler(self, handler):
        self.handlers.remove(handler)

    def hasHandlers(self):
        return bool(self.handlers)

    def log(self, level, message, *args):
        if not self.isEnabledFor(level):
            return
        if args:
            message = message % (args[0] if isinstance(args[0], dict) else args)
        record = LogRecord(self.name, level, message)
        handlers = self.handlers or getLogger().handlers
        if not handlers:
            (_stream or sys.stderr).write("%s:%s:%s\n" % (record.levelname, self.name, message))
        for handler in handlers:
            handler.emit(record)

    def debug(self, message, *args):
        self.log(DEBUG, message, *args)

    def info(self, message, *args):
        self.log(INFO, message, *args)

    def warning(self, message, *args):
        self.log(WARNING, message, *args)

    warn = warning

    def error(self, message, *args):
        self.log(ERROR, message, *args)

    def critical(self, message, *args):
        self.log(CRITICAL, message, *args)

    def exception(self, message, *args, exc_info=None):
        self.error(message, *args)
        if isinstance(exc_info, Exception):
            sys.print_exception(exc_info)

    exc = exception


def getLogger(name="root"):
    if name is None:
        name = "root"
    if name not in _loggers:
        _loggers[name] = Logger(name)
    return _loggers[name]


def basicConfig(filename=None, filemode="a", format=None, datefmt=None, level=None, stream=None, encoding="UTF-8",
                force=False, **rest):
    global _level, _stream
    if level is not None:
        _level = level
    if stream is not None:
        _stream = stream
    handler = FileHandler(filename, filemode) if filename else StreamHandler(stream)
    handler.setFormatter(Formatter(format))
    root = getLogger()
    root.handlers = [handler]


def log(level, message, *args):
    getLogger().log(level, message, *args)


def debug(message, *args):
    getLogger().debug(message, *args)


def info(message, *args):
    getLogger().info(message, *args)


def warning(message, *args):
    getLogger().warning(message, *args)


warn = warning


def error(message, *args):
    getLogger().error(message, *args)


def critical(message, *args):
    getLogger().critical(message, *args)


def exception(message, *args, exc_info=None):
    getLogger().exception(message, *args, exc_info=exc_info)


def shutdown():
    for logger in _loggers.values():
        for handler in logger.handlers:
            handler.close()
