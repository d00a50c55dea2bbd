"""lifeboat image: keys of all kinds, images by us read by others and the other way round, and every refusal."""
import os
import pathlib
import shutil
import stat
import subprocess
import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import PrivateFormat

import harness
import mcuboot

SLOT_BYTES = 0x1EF000
VIRTUAL = uuid.UUID("6f048690-b200-4f08-bb0d-9805c6c7167e")
OTHER_BOARD = uuid.UUID("0c0b7a5e-6f1b-4c39-9d3c-3a2d9f4d1e77")
TYPES = {"ed25519": ed25519.Ed25519PrivateKey.generate, "p256": lambda: ec.generate_private_key(ec.SECP256R1())}
PAYLOAD = bytes(range(256)) * 11 + b"odd"


def image(*args, code=0, **options):
	"""Runs lifeboat image; a refusal is one line on stderr and nothing on stdout."""
	result = harness.run_command("image", *args, **options)
	assert result.returncode == code, (args, result.stdout, result.stderr)
	if code == 0:
		assert result.stderr == ""
		return result.stdout
	assert result.stdout == "" or args[0] == "public", result.stdout
	assert len(result.stderr.splitlines()) == 1 and result.stderr.startswith("lifeboat: "), result.stderr
	return result.stderr


@pytest.fixture
def folder(tmp_path, monkeypatch):
	"""A folder to work in, with a payload; nobody's own development key is in reach."""
	monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
	monkeypatch.chdir(tmp_path)
	pathlib.Path("payload").write_bytes(PAYLOAD)
	return tmp_path


@pytest.fixture(params=TYPES)
def key(request, folder):
	"""A key of each type, in key.pem."""
	made = TYPES[request.param]()
	pathlib.Path("key.pem").write_bytes(mcuboot.private_pem(made))
	return made


# ---- keys ----

@pytest.mark.parametrize("kind, name", [("ed25519", "Ed25519"), ("p256", "ECDSA P-256")])
def test_keygen(folder, kind, name):
	said = image("keygen", "a/b/key.pem", "--type", kind)
	path = folder / "a/b/key.pem"
	assert stat.S_IMODE(path.stat().st_mode) == 0o600
	made = mcuboot.serialization.load_pem_private_key(path.read_bytes(), None)
	assert isinstance(made, (ed25519.Ed25519PrivateKey, ec.EllipticCurvePrivateKey)) and name in said
	assert mcuboot.key_id(made) in said
	before = path.read_bytes()
	assert "never replaced" in image("keygen", "a/b/key.pem", code=1)
	assert path.read_bytes() == before and os.listdir(path.parent) == ["key.pem"], "no half key is left behind"


def test_keygen_has_a_default_place(folder):
	assert "Ed25519" in image("keygen")
	assert (folder / "data/lifeboat/development.pem").exists()
	image("sign", "payload", "image", "--version", "1.0.0")
	assert "good" in image("verify", "image")
	(folder / "data/lifeboat/development.pem").unlink()
	assert "--key" in image("verify", "image", code=1)
	refused = image("sign", "payload", "image", "--version", "1.0.0", code=1)
	assert "no development key" in refused and "development.pem" in refused and "image keygen" in refused
	assert "no key" in image("info", "image")


def test_every_encoding_of_a_key(key):
	private, public = pathlib.Path("key.pem"), pathlib.Path("public.pem")
	public.write_bytes(mcuboot.public_pem(key))
	forms = [PrivateFormat.PKCS8]
	if isinstance(key, ec.EllipticCurvePrivateKey):
		forms.append(PrivateFormat.TraditionalOpenSSL)  # SEC1: "EC PRIVATE KEY"
	for form in forms:
		private.write_bytes(mcuboot.private_pem(key, form))
		image("sign", "payload", "image", "--version", "1.2.3", "--key", "key.pem")
		assert mcuboot.verify(pathlib.Path("image").read_bytes(), key)
		for trusted in ("key.pem", "public.pem"):
			assert f"signed with key {mcuboot.key_id(key)}" in image("verify", "image", "--key", trusted)
		private.write_bytes(mcuboot.private_pem(key, form, b"secret"))
		assert "passphrase" in image("sign", "payload", "other", "--version", "1.2.3", "--key", "key.pem", code=1)
		assert "passphrase" in image("verify", "image", "--key", "key.pem", code=1)
	assert "private" in image("sign", "payload", "other", "--version", "1.2.3", "--key", "public.pem", code=1)
	assert not os.path.exists("other")


@pytest.mark.parametrize("make, words", [
	(lambda: mcuboot.private_pem(ec.generate_private_key(ec.SECP384R1())), "another kind"),
	(lambda: mcuboot.private_pem(ec.generate_private_key(ec.SECP256K1())), "another kind"),
	(lambda: mcuboot.private_pem(rsa.generate_private_key(65537, 2048)), "another kind"),
	(lambda: b"", "no key"),
	(lambda: b"\0" * 100000, "no key"),
	(lambda: mcuboot.private_pem(TYPES["p256"]())[:-40], "no key"),
	(None, "No such file"),
], ids=["P-384", "secp256k1", "RSA", "empty", "zeros", "cut", "missing"])
def test_keys_that_cannot_be(folder, make, words):
	if make:
		pathlib.Path("key.pem").write_bytes(make())
	mcuboot_image = mcuboot.make(PAYLOAD, TYPES["p256"]())
	pathlib.Path("image").write_bytes(mcuboot_image)
	for args in (["sign", "payload", "x", "--version", "1.2.3", "--key", "key.pem"],
	             ["verify", "image", "--key", "key.pem"], ["info", "image", "--key", "key.pem"], ["public", "key.pem"]):
		said = image(*args, code=1)
		assert words in said and "key.pem" in said
	assert not os.path.exists("x")


def test_a_key_that_may_not_be_read_and_a_folder(folder):
	assert "irectory" in image("verify", "payload", "--key", ".", code=1)
	assert "irectory" in image("keygen", "payload/key.pem", code=1)
	if os.geteuid() != 0:  # root reads everything
		pathlib.Path("key.pem").write_bytes(mcuboot.private_pem(TYPES["p256"]()))
		os.chmod("key.pem", 0)
		assert "ermission" in image("verify", "payload", "--key", "key.pem", code=1)


def test_public_is_c(folder):
	made = [TYPES[kind]() for kind in ("ed25519", "p256")]
	for number, one in enumerate(made):
		pathlib.Path(f"{number}.pem").write_bytes((mcuboot.private_pem if number else mcuboot.public_pem)(one))
	pathlib.Path("keys.c").write_text(image("public", "0.pem", "1.pem"))
	pathlib.Path("main.c").write_text("""
		#include <stdio.h>
		#include "core/image/keys.h"
		int main(void)
		{
			for (size_t i = 0; i < lb_image_key_count; i++) {
				printf("%d ", (int)lb_image_keys[i].type);
				for (size_t at = 0; at < 32; at++)
					printf("%02x", lb_image_keys[i].hash[at]);
				for (size_t at = 0; at < 64; at++)
					printf("%02x", lb_image_keys[i].point[at]);
				puts("");
			}
			return 0;
		}""")
	subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", f"-I{harness.ROOT}", "main.c", "keys.c", "-o", "main"],
	               check=True)
	lines = subprocess.run(["./main"], capture_output=True, text=True, check=True).stdout.splitlines()
	for number, (line, one) in enumerate(zip(lines, made, strict=True)):
		der = mcuboot.public_der(one)
		point = der[-32:].ljust(64, b"\0") if number == 0 else der[-64:]
		assert line == f"{number + 1} {mcuboot.hashlib.sha256(der).hexdigest()}{point.hex()}"


# ---- our images ----

@pytest.mark.parametrize("options, expected", [
	([], []),
	(["--security-counter", "0"], [(mcuboot.COUNTER, bytes(4))]),
	(["--security-counter", "4294967295"], [(mcuboot.COUNTER, b"\xff" * 4)]),
	(["--board-id", str(VIRTUAL)], [(mcuboot.BOARD_ID, VIRTUAL.bytes)]),
	(["--board-id", "virtual"], [(mcuboot.BOARD_ID, VIRTUAL.bytes)]),
	(["--board-id", "none"], []),
	(["--header-size", "256"], []),
	(["--board-id", OTHER_BOARD.hex, "--security-counter", "7"],
	 [(mcuboot.COUNTER, b"\7\0\0\0"), (mcuboot.BOARD_ID, OTHER_BOARD.bytes)]),
])
def test_our_images_satisfy_another_reader(key, options, expected):
	image("sign", "payload", "image", "--version", "255.254.65533+4294967292", "--key", "key.pem", *options)
	data = pathlib.Path("image").read_bytes()
	found = mcuboot.read(data)
	assert found["payload"] == PAYLOAD and found["protected"] == expected and found["end"] == len(data)
	assert found["version"] == (255, 254, 65533, 4294967292) and found["flags"] == 0
	assert mcuboot.verify(data, key)
	assert not mcuboot.verify(data, TYPES["ed25519"]()) and not mcuboot.verify(data, TYPES["p256"]())
	image("verify", "image", "--key", "key.pem")


def test_an_image_that_fits_no_slot_is_said(key):
	pathlib.Path("payload").write_bytes(bytes(SLOT_BYTES))
	words = ["image", "sign", "payload", "image", "--version", "1.2.3", "--key", "key.pem"]
	for board in ([], ["--board-id", "virtual"]):
		result = harness.run_command(*words, *board)
		assert result.returncode == 0 and mcuboot.verify(pathlib.Path("image").read_bytes(), key)
		assert f"fits no slot: the largest has {SLOT_BYTES}\n" in result.stderr and result.stderr.count("\n") == 1
	pathlib.Path("payload").write_bytes(bytes(SLOT_BYTES - 500))
	assert harness.run_command(*words).stderr == ""


# ---- images of another maker ----

GOOD = {
	"plain": {},
	"padded header": {"header_bytes": 0x200},
	"longest header": {"header_bytes": 0xFFFF, "header_fill": 0},
	"counter": {"counter": 4000000000},
	"cid and vid": {"protected": [(mcuboot.VENDOR_ID, OTHER_BOARD.bytes), (mcuboot.BOARD_ID, VIRTUAL.bytes)]},
	"custom TLVs": {"protected": [(0xA0, b"text"), (0xFFFE, b""), (0xB1, bytes(3000))]},
	"boot record, dependency": {
		"counter": 1, "protected": [(mcuboot.BOOT_RECORD, bytes(90)), (mcuboot.DEPENDENCY, bytes(12))]},
	"more behind the signature": {"extra": [(0xA1, b"x"), (0x30, bytes(256))]},
	"counter and id where nobody signed them": {"extra": [(mcuboot.COUNTER, b"\xff" * 4), (mcuboot.BOARD_ID, bytes(16))]},
	"an RSA signature beside": {"extra": [(0x20, bytes(256))]},
}
REFUSED = {
	"not signed": ({"signed": False}, "not signed"),
	"pure": ({"pure": True}, "signed in a way"),
	"full key": ({"full_key": True}, "signed in a way"),
	"SHA-384": ({"sha": mcuboot.SHA384}, "signed in a way"),
	"SHA-512": ({"sha": mcuboot.SHA512}, "signed in a way"),
	"SHA-512, full key": ({"sha": mcuboot.SHA512, "full_key": True}, "signed in a way"),
	"SHA-512, not signed": ({"sha": mcuboot.SHA512, "signed": False}, "no SHA-256 hash"),
	"encrypted": ({"flags": 4}, "encrypted"),
	"encrypted, AES-256": ({"flags": 8}, "encrypted"),
	"compressed": ({"flags": 0xC00}, "compressed"),
	"non-bootable": ({"flags": 0x10}, "flags"),
	"for RAM": ({"flags": 0x20, "load_address": 0x20000000}, "flags"),
	"for a place in flash": ({"flags": 0x100, "load_address": 0x10000}, "flags"),
	"big endian": ({"end": ">"}, "not an image"),
	"short header": ({"header_bytes": 31}, "header"),
	# As for MCUboot before 1.5, and never longer than a signature may be.
	"signature and zeros": ({"signature": lambda made: (made + b"\0")[-72:]}, "signature does not match"),
	"other signature": ({"signature": lambda made: made[:-1] + bytes([made[-1] ^ 1])}, "signature does not match"),
	"no signature": ({"signature": lambda made: b""}, "trailer"),
	"long signature": ({"signature": lambda made: made + bytes(20)}, "trailer"),
	"short counter": ({"protected": [(mcuboot.COUNTER, b"\1")]}, "trailer"),
	"two counters": ({"counter": 1, "protected": [(mcuboot.COUNTER, b"\1\0\0\0")]}, "trailer"),
	"long board id": ({"protected": [(mcuboot.BOARD_ID, bytes(17))]}, "trailer"),
	"two hashes": ({"extra": [(mcuboot.SHA256, bytes(32))]}, "trailer"),
	"two keys": ({"extra": [(mcuboot.KEY_HASH, bytes(32))]}, "trailer"),
	"no payload": ({"payload": b""}, "header"),
}


@pytest.mark.parametrize("options", GOOD.values(), ids=GOOD)
def test_images_of_another_maker(key, options):
	made = mcuboot.make(PAYLOAD, key, **options)
	pathlib.Path("image").write_bytes(made)
	assert image("verify", "image", "--key", "key.pem") == f"image: good, signed with key {mcuboot.key_id(key)}\n"
	info = image("info", "image", "--key", "key.pem")
	assert info.startswith("image: good\n") and "1.2.3+4" in info and f"payload {len(PAYLOAD)}" in info
	counter = options.get("counter")
	assert (f"counter   {counter}" in info) == (counter is not None)
	assert (VIRTUAL.hex in info) == (options is GOOD["cid and vid"]) and bytes(16).hex() not in info
	for confirm in (False, True):
		pathlib.Path("image").write_bytes(mcuboot.pad(made, SLOT_BYTES, confirm))
		assert f"the {SLOT_BYTES - len(made)} bytes behind" in image("verify", "image", "--key", "key.pem")
		assert "that no hash covers" in image("info", "image", "--key", "key.pem")
	# Cut anywhere it is an image no more.
	for end in (len(made) - 1, len(made) - 40, len(made) - 150, 300, 33):
		pathlib.Path("image").write_bytes(made[:end])
		assert "ends before" in image("verify", "image", "--key", "key.pem", code=1)
		assert "ends before" in image("info", "image", "--key", "key.pem", code=1)


@pytest.mark.parametrize("options, words", REFUSED.values(), ids=REFUSED)
def test_images_that_are_refused(key, options, words):
	options = dict(options)
	signed, payload = options.pop("signed", True), options.pop("payload", PAYLOAD)
	pathlib.Path("image").write_bytes(mcuboot.make(payload, key if signed else None, **options))
	assert words in image("verify", "image", "--key", "key.pem", code=1)


def test_other_keys_and_boards(key):
	strangers = [TYPES["ed25519"](), TYPES["p256"]()]
	for number, stranger in enumerate(strangers):
		pathlib.Path(f"{number}.pem").write_bytes(mcuboot.public_pem(stranger))
	pathlib.Path("image").write_bytes(mcuboot.make(PAYLOAD, key, protected=[(mcuboot.BOARD_ID, OTHER_BOARD.bytes)]))
	ours, theirs = mcuboot.key_id(key), [mcuboot.key_id(stranger) for stranger in strangers]
	assert f"signed with key {ours}, not with {theirs[0]}" in image("verify", "image", "--key", "0.pem", code=1)
	assert f"not with {theirs[0]} or {theirs[1]}" in image("verify", "image", "--key", "0.pem", "--key", "1.pem", code=1)
	image("verify", "image", "--key", "0.pem", "--key=key.pem", "--key", "1.pem")
	assert "not trusted" in image("info", "image", "--key", "1.pem")
	for board in ("virtual", str(VIRTUAL)):
		assert "not for this board" in image("verify", "image", "--key", "key.pem", "--board-id", board, code=1)
	for board in (str(OTHER_BOARD), OTHER_BOARD.hex.upper(), "none"):
		image("verify", "image", "--key", "key.pem", "--board-id", board)
	info = image("info", "image", "--key", "key.pem", "--board-id", "virtual")
	assert "not for this board" in info and OTHER_BOARD.hex in info and "for board virtual" in info


def test_changed_anywhere(key):
	made = bytearray(mcuboot.make(PAYLOAD, key, counter=3, header_bytes=64))
	for at in (*range(0, 64, 3), 64, 2000, *range(len(PAYLOAD) + 64, len(made), 5)):
		made[at] ^= 0x20
		pathlib.Path("image").write_bytes(made)
		image("verify", "image", "--key", "key.pem", code=1)
		made[at] ^= 0x20
	pathlib.Path("image").write_bytes(made)
	image("verify", "image", "--key", "key.pem")


# ---- wrong commands ----

@pytest.mark.parametrize("args, words", [
	([], ["image"]),
	(["sing"], ["sing", "sign"]),
	(["sign"], ["PAYLOAD"]),
	(["sign", "payload"], ["PAYLOAD"]),
	(["sign", "payload", "x", "y", "--version", "1.2.3"], ["many"]),
	(["sign", "payload", "x"], ["--version"]),
	*[(["sign", "payload", "x", "--version", version], ["--version"])
	  for version in ("", "1", "1.2", "1.2.3.4", "v1.2.3", "256.0.0", "0.0.65536", "1.2.3+4294967296", "-1.0.0",
	                  "1.2.3 ")],
	*[(["sign", "payload", "x", "--version", "1.2.3", "--security-counter", counter], ["--security-counter"])
	  for counter in ("-1", "4294967296", "x", "", "1.5", "99999999999999999999")],
	*[(["sign", "payload", "x", "--version", "1.2.3", "--header-size", size], ["--header-size"])
	  for size in ("31", "33", "4100", "x")],
	*[(["sign", "payload", "x", "--version", "1.2.3", "--board-id", board], ["--board-id"])
	  for board in ("", "virtua", "00", VIRTUAL.hex + "0", VIRTUAL.hex[:-1] + "g")],
	(["sign", "payload", "x", "--version", "1.2.3", "--key", "a", "--key", "b"], ["one --key"]),
	(["sign", "payload", "x", "--version", "1.2.3", "--type", "p256"], ["--type"]),
	(["verify"], ["IMAGE"]),
	(["verify", "x", "y"], ["many"]),
	(["verify", "x", "--version", "1.2.3"], ["--version"]),
	(["verify", "x", "--board-id", "y"], ["--board-id"]),
	(["verify", "x", *["--key", "k"] * 9], ["--key", "8"]),
	(["info"], ["FILE"]),
	(["info", "x", "--security-counter", "1"], ["--security-counter"]),
	(["public"], ["KEY"]),
	(["public", "x", "--key", "y"], ["--key"]),
	(["keygen", "x", "y"], ["many"]),
	(["keygen", "x", "--type", "rsa"], ["rsa", "ed25519", "p256"]),
	(["keygen", "x", "--key", "y"], ["--key"]),
], ids=" ".join)
def test_usage(folder, args, words):
	said = image(*args, code=2) if args else harness.run_command("image").stderr
	for word in words:
		assert word in said, said
	assert os.listdir() == ["payload"]


@pytest.mark.parametrize("name, words", [("missing", "No such file"), (".", "directory"), ("empty", "empty"),
                                         ("payload", "not an image"), ("blank", "no image")])
def test_files_that_are_no_image(key, name, words):
	pathlib.Path("empty").touch()
	pathlib.Path("blank").write_bytes(b"\xff" * 5000)
	for part in ("verify", "info"):
		assert words in image(part, name, "--key", "key.pem", code=1)
	if name in ("missing", ".", "empty"):
		assert words in image("sign", name, "x", "--version", "1.2.3", "--key", "key.pem", code=1)
	assert "none/x" in image("sign", "payload", "none/x", "--version", "1.2.3", "--key", "key.pem", code=1)
	assert not os.path.exists("x") and not os.path.exists("x.new")


# ---- a whole flash ----

def flash_of(**slots):
	data = bytearray(b"\xff" * harness.FLASH_BYTES)
	places = {"factory": 0x010000, "ota_0": 0x210000, "ota_1": 0x400000}
	for name, content in slots.items():
		data[places[name]:places[name] + len(content)] = content
	return bytes(data)


def test_a_flash(key):
	def info(**slots):
		pathlib.Path("flash.bin").write_bytes(flash_of(**slots))
		return image("info", "flash.bin", "--key", "key.pem").splitlines()

	good = mcuboot.make(PAYLOAD, key, header_bytes=0x200)
	stranger = mcuboot.make(PAYLOAD, TYPES["p256"](), version=(9, 0, 0, 0))
	foreign = mcuboot.make(PAYLOAD, key, version=(8, 0, 0, 0), protected=[(mcuboot.BOARD_ID, OTHER_BOARD.bytes)])
	lines = info()
	assert lines[0] == "factory: no image" and "next boot: bootloader mode, no image can be started" in lines
	lines = info(factory=good, ota_0=stranger, ota_1=foreign)
	for line in ("factory: good", "ota_0: signed with a key that is not trusted", "ota_1: not for this board",
	             f"  signed    {'Ed25519' if isinstance(key, ed25519.Ed25519PrivateKey) else 'ECDSA P-256'}, key "
	             f"{mcuboot.key_id(key)}", "record: a new module's, empty", f"trusting key {mcuboot.key_id(key)}",
	             "for board virtual"):
		assert line in lines, lines
	assert lines[-1].startswith("next boot: factory, ")
	lines = info(factory=good[:-1], ota_0=mcuboot.pad(good, SLOT_BYTES, True))
	assert "ota_0: good" in lines and lines[-1].startswith("next boot: ota_0"), lines
	# An image padded to the size of a flash is an image.
	pathlib.Path("image").write_bytes(good.ljust(harness.FLASH_BYTES, b"\xff"))
	said = image("info", "image", "--key", "key.pem")
	assert said.startswith("image: good\n") and "of padding" in said


def test_a_modules_flash(module):
	module.stop()
	said = image("info", os.path.join(module.folder, "flash.bin"))
	assert said.startswith("factory: good\n") and "\nnext boot: factory, " in said


# ---- modules ----

def firmware():
	return mcuboot.read((harness.SHARE / "virtual.img").read_bytes())["payload"]


def put_factory(module, data):
	with open(os.path.join(module.folder, "flash.bin"), "r+b") as flash:
		flash.seek(harness.FACTORY)
		flash.write(data.ljust(SLOT_BYTES, b"\xff"))


def refusal(module):
	"""What the bootloader says on uart0 while it has nothing to start."""
	with module.uart() as uart:
		uart.drop()
		module.run("reset")
		return uart.expect("waiting for download").decode()


@pytest.mark.parametrize("kind", TYPES)
def test_an_untrusted_key_is_refused_with_both_ids(module, tmp_path, kind):
	module.stop()
	stranger = TYPES[kind]()
	(tmp_path / "stranger.pem").write_bytes(mcuboot.private_pem(stranger))
	(tmp_path / "elf").write_bytes(firmware())
	image("sign", tmp_path / "elf", tmp_path / "image", "--version", "7.0.0", "--key", tmp_path / "stranger.pem")
	trusted = dict(mcuboot.read((harness.SHARE / "virtual.img").read_bytes())["tlvs"])[mcuboot.KEY_HASH].hex()[:8]
	put_factory(module, (tmp_path / "image").read_bytes())
	module.start(phase="loader")
	expected = f"factory: signed with key {mcuboot.key_id(stranger)}, which is not trusted; key {trusted} is"
	assert expected in refusal(module)


@pytest.fixture(scope="session")
def rebuilt(tmp_path_factory):
	"""A build that signs with a P-256 key and trusts an Ed25519 one too: this build's objects, linked and signed anew."""
	source = pathlib.Path(harness.LIFEBOAT).resolve().parents[1]
	if not (source / "obj/release/library.a").exists() or not (source / "deps/micropython").exists():
		pytest.skip("the command under test is not in a build tree with all its objects")
	folder = tmp_path_factory.mktemp("rebuilt")
	target = folder / "build"
	for name in ("bin", "libexec", "share", "mpy-cross", "obj/release", "obj/boards", "obj/sources", "obj/source-trees",
	             "firmware/virtual"):
		(target / name).parent.mkdir(parents=True, exist_ok=True)
		subprocess.run(["cp", "-a", source / name, target / name], check=True)
	(target / "deps").symlink_to(source / "deps")
	# The same trees by another name are no reason to compile anew.
	trees = target / "obj/source-trees"
	before = trees.stat()
	trees.write_text(trees.read_text().replace(str(source), str(target)))
	os.utime(trees, ns=(before.st_atime_ns, before.st_mtime_ns))
	keys = {kind: generate() for kind, generate in TYPES.items()}
	(folder / "p256.pem").write_bytes(mcuboot.private_pem(keys["p256"], PrivateFormat.TraditionalOpenSSL))
	(folder / "ed25519.pem").write_bytes(mcuboot.public_pem(keys["ed25519"]))

	def make(key):
		return subprocess.run(
			["make", f"B={target}", f"KEY={folder}/{key}.pem", f"TRUST={folder}/ed25519.pem",
			 f"MICROPYTHON_DIR={target}/deps/micropython", f"MBEDTLS_DIR={target}/deps/mbedtls", "all"],
			cwd=harness.ROOT, capture_output=True, text=True, env=harness.environment(), timeout=140)

	mistyped = make("p257")
	assert mistyped.returncode != 0 and "p257.pem is not there" in mistyped.stderr
	assert not (folder / "p257.pem").exists(), "no new key signs a product"
	made = make("p256")
	assert made.returncode == 0, made.stderr
	assert "link" in made.stdout and "compile" not in made.stdout and "CC " not in made.stdout, made.stdout
	return target, keys


@pytest.mark.long
def test_a_build_with_keys_of_ones_own(rebuilt, modules, monkeypatch, tmp_path):
	target, keys = rebuilt
	first = (target / "share/lifeboat/virtual.img").read_bytes()
	assert mcuboot.verify(first, keys["p256"])
	monkeypatch.setattr(harness, "LIFEBOAT", str(target / "bin/lifeboat"))
	module = modules().start()
	assert module.eval("1 + 1") == 2
	module.stop()
	# The other key's image, by the other maker, with all that imgtool can add.
	elf = mcuboot.read(first)["payload"]
	for number, (kind, options) in enumerate([
		("ed25519", {"header_bytes": 0x200, "counter": 5, "protected": [(mcuboot.BOARD_ID, VIRTUAL.bytes), (0xA0, b"text")]}),
		("p256", {"header_bytes": 0x400, "header_fill": 0, "protected": [(mcuboot.VENDOR_ID, bytes(16))]}),
	]):
		made = mcuboot.make(elf, keys[kind], version=(2, number, 0, 0), **options)
		put_factory(module, mcuboot.pad(made, SLOT_BYTES, confirm=True))
		module.start()
		assert module.status()["boot"]["version"] == f"2.{number}.0"
		module.stop()
	# What the first build's bootloader trusts is nothing to this one; nor is another board's.
	put_factory(module, (harness.SHARE / "virtual.img").read_bytes())
	module.start(phase="loader")
	theirs = dict(mcuboot.read((harness.SHARE / "virtual.img").read_bytes())["tlvs"])[mcuboot.KEY_HASH].hex()[:8]
	ours = mcuboot.key_id(keys["p256"])
	assert f"factory: signed with key {theirs}, which is not trusted; key {ours} is" in refusal(module)
	module.stop()
	put_factory(module, mcuboot.make(elf, keys["p256"], protected=[(mcuboot.BOARD_ID, OTHER_BOARD.bytes)]))
	module.start(phase="loader")
	assert "factory: not for this board" in refusal(module)


def test_flash_and_ota_take_either_type(rebuilt, modules, monkeypatch, tmp_path):
	"""One test for both, so that one worker alone makes the build."""
	target, _ = rebuilt
	monkeypatch.setattr(harness, "LIFEBOAT", str(target / "bin/lifeboat"))
	monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
	for kind in TYPES:
		flash_and_update(rebuilt, modules, tmp_path, kind)


def flash_and_update(rebuilt, modules, tmp_path, kind):
	"""Both ways into a module check what the module's bootloader will check: host, firmware and bootloader agree."""
	target, keys = rebuilt
	development = tmp_path / "lifeboat/development.pem"
	development.parent.mkdir(exist_ok=True)
	development.write_bytes(mcuboot.private_pem(keys[kind]))
	elf = mcuboot.read((target / "share/lifeboat/virtual.img").read_bytes())["payload"]
	for name, version in (("flashed", (3, 0, 0, 0)), ("updated", (3, 1, 0, 0))):
		(tmp_path / name).write_bytes(mcuboot.make(elf, keys[kind], version=version, header_bytes=0x200))
	module = modules(clock=10).start()
	module.run("flash", tmp_path / "flashed", timeout=120)
	module.wait("repl")
	assert module.status()["boot"]["version"] == "3.0.0"
	module.run("ota", tmp_path / "updated", timeout=120)
	module.wait("repl")
	boot = module.status()["boot"]
	assert boot["version"] == "3.1.0" and boot["slot"] != "factory"
	# A stranger's is refused by the firmware, which knows the bootloader's keys.
	stranger = TYPES[kind]()
	(tmp_path / "stranger").write_bytes(mcuboot.make(elf, stranger, version=(4, 0, 0, 0)))
	refused = module.run("ota", tmp_path / "stranger", check=False, timeout=120)
	assert refused.returncode == 1 and "key" in refused.stderr, refused.stderr
	assert module.status()["boot"]["version"] == "3.1.0"
	module.stop()


# ---- imgtool, where it is ----

IMGTOOL = shutil.which("imgtool")
needs_imgtool = pytest.mark.skipif(IMGTOOL is None, reason="imgtool, MCUboot's own tool, is not in PATH")


def imgtool(*args):
	result = subprocess.run([IMGTOOL, *map(str, args)], capture_output=True, text=True, timeout=60)
	assert result.returncode == 0, (args, result.stdout, result.stderr)
	return result.stdout


@needs_imgtool
@pytest.mark.parametrize("options", [
	[],
	["-H", "0x200"],
	["--align", "8"],
	["--security-counter", "77"],
	["--security-counter", "auto", "--custom-tlv", "0xa0", "0x01020304", "--custom-tlv", "0xa1", "text"],
	["--boot-record", "Lifeboat", "--dependencies", "(1, 1.2.3+0)"],
	["--pad"],
	["--confirm"],
	["--cid", str(VIRTUAL)],
], ids=" ".join)
def test_what_imgtool_signs_is_good(key, options):
	if "--cid" in options and "--cid" not in imgtool("sign", "--help"):
		pytest.skip("this imgtool has no --cid")
	size = [] if "-H" in options else ["-H", "32"]
	align = [] if "--align" in options else ["--align", "1"]
	imgtool("sign", "-k", "key.pem", "-v", "1.2.3+4", "--pad-header", "-S", hex(SLOT_BYTES), *size, *align, *options,
	        "payload", "image.bin")
	assert f"signed with key {mcuboot.key_id(key)}" in image("verify", "image.bin", "--key", "key.pem")
	info = image("info", "image.bin", "--key", "key.pem")
	assert "1.2.3+4" in info and f"payload {len(PAYLOAD)}" in info
	assert ("counter   77" in info) == ("77" in options) and (VIRTUAL.hex in info) == ("--cid" in options)


@needs_imgtool
@pytest.mark.parametrize("options", [[], ["--security-counter", "3"], ["--board-id", "virtual"]], ids=" ".join)
def test_imgtool_verifies_ours(key, options):
	image("sign", "payload", "image.bin", "--version", "1.2.3", "--key", "key.pem", *options)
	assert "1.2.3" in imgtool("verify", "-k", "key.pem", "image.bin")


@needs_imgtool
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa-p256"])
def test_imgtools_keys_sign_ours(folder, kind):
	imgtool("keygen", "-k", "theirs.pem", "-t", kind)
	image("sign", "payload", "image.bin", "--version", "1.2.3", "--key", "theirs.pem")
	imgtool("verify", "-k", "theirs.pem", "image.bin")
