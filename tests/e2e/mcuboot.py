"""A second implementation of the image format, written from the format's documentation and sharing nothing with ours:
it makes images with every option that imgtool has, and verifies images with the python3-cryptography package.

Keys are objects of that package.
"""
import hashlib
import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

MAGIC, TLV_MAGIC, PROTECTED_MAGIC = 0x96F3B83D, 0x6907, 0x6908
KEY_HASH, KEY_FULL, SHA256, SHA384, SHA512 = 0x01, 0x02, 0x10, 0x11, 0x12
RSA2048, P256, ED25519, PURE = 0x20, 0x22, 0x24, 0x25
HASHES = {SHA256: hashlib.sha256, SHA384: hashlib.sha384, SHA512: hashlib.sha512}
DEPENDENCY, COUNTER, BOOT_RECORD, VENDOR_ID, BOARD_ID = 0x40, 0x50, 0x60, 0x74, 0x75
TRAILER_MAGIC = bytes.fromhex("77c295f360d2ef7f3552500f2cb67980")


def public_der(key):
	public = key.public_key() if hasattr(key, "public_key") else key
	return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def key_id(key):
	return hashlib.sha256(public_der(key)).hexdigest()[:8]


def private_pem(key, form=serialization.PrivateFormat.PKCS8, passphrase=None):
	locked = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
	return key.private_bytes(serialization.Encoding.PEM, form, locked)


def public_pem(key):
	return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def entry(kind, data, end="<"):
	kind = struct.pack("BB", kind, 0) if kind < 256 else struct.pack(end + "H", kind)
	return kind + struct.pack(end + "H", len(data)) + data


def area(magic, entries, end="<"):
	return struct.pack(end + "HH", magic, 4 + len(entries)) + entries if entries else b""


def sign(key, message):
	"""(TLV type, signature): of a SHA-256 digest, or of whatever else is to be signed as it is."""
	if isinstance(key, ed25519.Ed25519PrivateKey):
		return ED25519, key.sign(message)
	if isinstance(key, rsa.RSAPrivateKey):
		salted = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
		return RSA2048, key.sign(message, salted, utils.Prehashed(hashes.SHA256()))
	digest = message if len(message) == 32 else hashlib.sha256(message).digest()
	return P256, key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))


def make(payload, key, version=(1, 2, 3, 4), header_bytes=32, header_fill=0xFF, load_address=0, flags=0, counter=None,
         protected=(), extra=(), sha=SHA256, full_key=False, pure=False, end="<", signature=None):
	"""An image. protected and extra are (type, bytes) pairs for the two areas; signature(tlv, bytes) changes one."""
	kept = b"".join(entry(kind, data, end) for kind, data in protected)
	if counter is not None:
		kept = entry(COUNTER, struct.pack(end + "I", counter), end) + kept
	kept = area(PROTECTED_MAGIC, kept, end)
	header = struct.pack(end + "IIHHIIBBHII", MAGIC, load_address, header_bytes, len(kept), len(payload), flags,
	                     *version, 0)
	covered = header.ljust(header_bytes, bytes([header_fill])) + payload + kept
	digest = HASHES[sha](covered).digest()
	# A signature of the image itself needs no hash, and a key is named by the kind of hash that the image has.
	loose = entry(PURE, b"\1", end) if pure else entry(sha, digest, end)
	if key is not None:
		der = public_der(key)
		loose += entry(KEY_FULL, der, end) if full_key else entry(KEY_HASH, HASHES[sha](der).digest(), end)
		kind, made = sign(key, covered if pure else digest)
		loose += entry(kind, signature(made) if signature else made, end)
	loose += b"".join(entry(kind, data, end) for kind, data in extra)
	return covered + area(TLV_MAGIC, loose, end)


def pad(image, slot_bytes, confirm=False, align=8):
	"""Fills the slot as --pad and --confirm do: erased flash, MCUboot's trailer at its end."""
	data = bytearray(image.ljust(slot_bytes - len(TRAILER_MAGIC), b"\xff") + TRAILER_MAGIC)
	if confirm:
		data[slot_bytes - len(TRAILER_MAGIC) - align] = 1
	return bytes(data)


def entries(data, at, magic):
	"""The (type, bytes) pairs of the area at this place, and where it ends."""
	found, size = struct.unpack_from("<HH", data, at)
	assert found == magic, hex(found)
	end, at, pairs = at + size, at + 4, []
	while at < end:
		kind, length = struct.unpack_from("<HH", data, at)
		pairs.append((kind, data[at + 4:at + 4 + length]))
		at += 4 + length
	assert at == end
	return pairs, end


def read(image):
	"""All that is in an image, as a dictionary."""
	magic, load, header_bytes, protected_bytes, payload_bytes, flags, *version, pad1 = struct.unpack_from(
		"<IIHHIIBBHII", image)
	assert magic == MAGIC and load == 0 and pad1 == 0
	at = header_bytes + payload_bytes
	protected = []
	if protected_bytes:
		protected, end = entries(image, at, PROTECTED_MAGIC)
		assert end == at + protected_bytes
		at = end
	loose, end = entries(image, at, TLV_MAGIC)
	return {"version": tuple(version), "flags": flags, "payload": image[header_bytes:header_bytes + payload_bytes],
	        "protected": protected, "tlvs": loose, "covered": image[:at], "end": end}


def verify(image, key):
	"""Is it whole, and signed by the key? As MCUboot asks: hash, key hash, then the signature after them."""
	found = read(image)
	tlvs = dict(found["tlvs"])
	assert len(tlvs) == len(found["tlvs"]), "an entry comes twice"
	digest = hashlib.sha256(found["covered"]).digest()
	public = key.public_key()
	if tlvs[SHA256] != digest or tlvs[KEY_HASH] != hashlib.sha256(public_der(key)).digest():
		return False
	try:
		if isinstance(public, ed25519.Ed25519PublicKey):
			public.verify(tlvs[ED25519], digest)
		else:
			public.verify(tlvs[P256], digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
	except InvalidSignature:
		return False
	return True
