# zlib as Pycom's firmware and MicroPython before 1.21 have it, by the deflate module. wbits says as in CPython what the
# data is: 0 or 8 to 15 with zlib's header, 24 to 31 with gzip's, negative without any.
import deflate
import io


def _format(wbits):
    if wbits < 0:
        return deflate.RAW, -wbits
    if wbits >= 24:
        return deflate.GZIP, wbits - 16
    return deflate.ZLIB, wbits


def decompress(data, wbits=0, bufsize=0):
    return DecompIO(io.BytesIO(data), wbits).read()


def DecompIO(stream, wbits=0):
    kind, bits = _format(wbits)
    return deflate.DeflateIO(stream, kind, bits)


def compress(data, level=-1, wbits=0):
    kind, bits = _format(wbits)
    packed = io.BytesIO()
    with deflate.DeflateIO(packed, kind, bits) as stream:
        stream.write(data)
    return packed.getvalue()
