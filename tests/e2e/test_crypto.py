"""hashlib, cryptolib, crypto, zlib and deflate on the module, against CPython's and the cryptography package."""
import hashlib
import random
import zlib

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PRNG = random.Random(1)
SIZES = (0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 1000)
HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")


def test_hashes(module):
	with module.uart() as uart:
		uart.raw()
		uart.exec("import hashlib, uhashlib")
		for name in HASHES:
			for size in SIZES:
				data = PRNG.randbytes(size)
				cut = size // 3
				got = uart.eval(f"(lambda h: (h.update({data[cut:]!r}), h.digest())[1])(hashlib.{name}({data[:cut]!r}))")
				assert got == hashlib.new(name, data).digest(), (name, size)
			assert uart.eval(f"('{name}' in dir(hashlib), uhashlib.{name} is hashlib.{name})") == (True, True)
			assert "hash is final" in uart.error_of(f"h = hashlib.{name}(b'')\nh.digest()\nh.update(b'x')")
			assert "hash is final" in uart.error_of(f"h = hashlib.{name}(b'')\nh.digest()\nh.digest()")


# What each mode of Pycom's AES is called elsewhere; ECB needs no vector.
MODES = {
	"MODE_ECB": (lambda vector: modes.ECB(), ""),
	"MODE_CBC": (modes.CBC, ", {}"),
	"MODE_CFB": (modes.CFB8, ", {}"),
	"MODE_CFB128": (modes.CFB, ", {}, segment_size=AES.SEGMENT_128"),
	"MODE_CTR": (modes.CTR, ", counter={}"),
}


@pytest.mark.parametrize("name", MODES)
def test_pycoms_aes(module, name):
	mode, extra = MODES[name]
	with module.uart() as uart:
		uart.raw()
		uart.exec("from crypto import AES")
		for key_size in (16, 24, 32):
			key, vector, data = PRNG.randbytes(key_size), PRNG.randbytes(16), PRNG.randbytes(96)
			cipher = Cipher(algorithms.AES(key), mode(vector)).encryptor()
			expected = cipher.update(data) + cipher.finalize()
			made = f"AES({key!r}, AES.{name.replace('128', '')}{extra.format(repr(vector))})"
			uart.exec(f"a = {made}\nb = {made}")
			assert uart.eval(f"a.encrypt({data[:32]!r}) + a.encrypt({data[32:]!r})") == expected
			assert uart.eval(f"b.decrypt({expected[:48]!r}) + b.decrypt({expected[48:]!r})") == data


@pytest.mark.parametrize("code, error", [
	("AES(b'short')", "a key has 16, 24 or 32 bytes"),
	("AES(bytes(16), 5)", "no such mode"),
	("AES(bytes(16), AES.MODE_CBC)", "wants an IV"),
	("AES(bytes(16), AES.MODE_CTR, bytes(16))", "wants a counter"),
	("AES(bytes(16), AES.MODE_CFB, b'x')", "have 16 bytes"),
	("AES(bytes(16), AES.MODE_CFB, bytes(16), segment_size=7)", "8 or 128"),
	("AES(bytes(16)).encrypt(b'x' * 15)", "multiple of 16"),
	("ucrypto.getrandbits(-1)", "0 to 65536"),
	("ucrypto.getrandbits(1 << 17)", "0 to 65536"),
	("ucrypto.generate_rsa_signature('x', 'no key')", "not a private RSA key"),
])
def test_what_crypto_refuses(module, code, error):
	with module.uart() as uart:
		uart.raw()
		assert error in uart.error_of(f"import ucrypto\nfrom ucrypto import AES\n{code}")


def test_random_bits(module):
	with module.uart() as uart:
		uart.raw()
		uart.exec("import crypto")
		assert [uart.eval(f"len(crypto.getrandbits({bits}))") for bits in (0, 1, 32, 33, 128)] == [0, 4, 4, 8, 16]
		seen = {uart.eval("crypto.getrandbits(128)") for _ in range(8)}
		assert len(seen) == 8


@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL"])
def test_rsa_signature(module, form):
	key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
	pem = key.private_bytes(serialization.Encoding.PEM, getattr(serialization.PrivateFormat, form),
	                        serialization.NoEncryption()).decode()
	with module.uart() as uart:
		uart.raw()
		signature = uart.eval(f"__import__('crypto').generate_rsa_signature('head.body', {pem!r}, pers='x')")
	key.public_key().verify(signature, b"head.body", padding.PKCS1v15(), hashes.SHA256())


def test_cryptolib(module):
	key, vector, data = PRNG.randbytes(32), PRNG.randbytes(16), PRNG.randbytes(64)
	with module.uart() as uart:
		uart.raw()
		uart.exec("import cryptolib, ucryptolib")
		for number, mode in ((1, modes.ECB()), (2, modes.CBC(vector)), (6, modes.CTR(vector))):
			cipher = Cipher(algorithms.AES(key), mode).encryptor()
			extra = f", {vector!r}" if number != 1 else ""
			assert uart.eval(f"cryptolib.aes({key!r}, {number}{extra}).encrypt({data!r})") == \
				cipher.update(data) + cipher.finalize()


def test_zlib(module):
	data = b"the same words, again and again; " * 100
	with module.uart() as uart:
		uart.raw()
		uart.exec("import zlib, uzlib, deflate, io")
		for wbits, argument in ((15, ""), (15, ", 15"), (12, ", 12"), (-15, ", -15"), (31, ", 31")):
			squeezer = zlib.compressobj(wbits=wbits)
			packed = squeezer.compress(data) + squeezer.flush()
			assert uart.eval(f"uzlib.decompress({packed!r}{argument})") == data, wbits
			assert uart.eval(f"zlib.DecompIO(io.BytesIO({packed!r}){argument}).read(9)") == data[:9]
		assert zlib.decompress(uart.eval(f"zlib.compress({data!r})")) == data
		assert zlib.decompress(uart.eval(f"zlib.compress({data!r}, -1, -12)"), -12) == data
		assert "Error" in uart.error_of("zlib.decompress(b'no such stream')")
