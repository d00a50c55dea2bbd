"""littlefs images as nobody should write them: a file system is taken to pieces, tag by tag, changed, and put together
again with checksums that are right. The format is in littlefs's SPEC.md."""
import random
import struct
import zlib

BLOCK_BYTES = 4096
PROGRAM_BYTES = 32

# Types of tags: a name, where a thing lies, attributes, splices, and what littlefs uses between its own functions.
NAME_FILE, NAME_FOLDER, NAME_SUPERBLOCK = 0x001, 0x002, 0x0FF
STRUCT_FOLDER, STRUCT_INLINE, STRUCT_LIST = 0x200, 0x201, 0x202
MTIME = 0x301
CREATE, DELETE = 0x401, 0x4FF
SOFT_TAIL, HARD_TAIL = 0x600, 0x601
GLOBAL_STATE = 0x7FF
FROM_MOVE, FROM_ATTRIBUTES = 0x101, 0x102
CHECKSUM, NEXT_CHECKSUM = 0x500, 0x5FF
TYPES = (NAME_FILE, NAME_FOLDER, NAME_SUPERBLOCK, STRUCT_FOLDER, STRUCT_INLINE, STRUCT_LIST, MTIME, CREATE, DELETE,
         SOFT_TAIL, HARD_TAIL, GLOBAL_STATE, FROM_MOVE, FROM_ATTRIBUTES, 0x000, 0x100, 0x400, 0x3FF)
ALL = 0x3FF  # as an id: of the whole block; as a size: the tag deletes


def crc(data, before=0xFFFFFFFF):
	return zlib.crc32(data, before ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def parse(block):
	"""(revision, [(type, id, size, data)]) of a metadata block, checksums left out; None for any other block."""
	revision, at, before, tags, good = block[:4], 4, 0xFFFFFFFF, [], []
	check = crc(revision)
	while at + 4 <= len(block):
		check = crc(block[at:at + 4], check)
		tag = int.from_bytes(block[at:at + 4], "big") ^ before
		kind, ident, size = tag >> 20 & 0x7FF, tag >> 10 & 0x3FF, tag & 0x3FF
		data = block[at + 4:at + 4 + (0 if size == ALL else size)]
		if tag >> 31 or at + 4 + len(data) > len(block):
			break
		before = tag
		at += 4 + len(data)
		if kind & 0x700 == CHECKSUM and kind != NEXT_CHECKSUM:
			if int.from_bytes(data[:4], "little") != check:
				break
			good, check = list(tags), 0xFFFFFFFF
			before ^= (kind & 1) << 31
			continue
		check = crc(data, check)
		if kind != NEXT_CHECKSUM:
			tags.append((kind, ident, size, data))
	return (int.from_bytes(revision, "little"), good) if good else None


def build(revision, tags):
	"""A metadata block of one commit."""
	out, before = bytearray(struct.pack("<I", revision & 0xFFFFFFFF)), 0xFFFFFFFF
	for kind, ident, size, data in tags:
		tag = kind << 20 | ident << 10 | size
		out += struct.pack(">I", tag ^ before) + data
		before = tag
	end = -(-(len(out) + 8) // PROGRAM_BYTES) * PROGRAM_BYTES
	tag = (CHECKSUM << 20) | ALL << 10 | (end - len(out) - 4)
	out += struct.pack(">I", tag ^ before)
	out += struct.pack("<I", crc(out))
	assert end <= BLOCK_BYTES
	return bytes(out).ljust(BLOCK_BYTES, b"\xff")


def blocks(image):
	"""The numbers of the blocks that hold metadata."""
	return [n for n in range(len(image) // BLOCK_BYTES) if image[n * BLOCK_BYTES] != 0xFF and
	        parse(image[n * BLOCK_BYTES:(n + 1) * BLOCK_BYTES])]


def block_with(image, name):
	"""The number of the newest metadata block that has a file of this name."""
	found = [(parse(image[n * BLOCK_BYTES:(n + 1) * BLOCK_BYTES]), n) for n in blocks(image)]
	return max((revision, n) for (revision, tags), n in found
	           if any(kind == NAME_FILE and data == name for kind, _, _, data in tags))[1]


def changed(image, number, change):
	"""The image with the tags of one metadata block changed in place by change(tags, number), its checksums right."""
	revision, tags = parse(image[number * BLOCK_BYTES:(number + 1) * BLOCK_BYTES])
	change(tags, number)
	return image[:number * BLOCK_BYTES] + build(revision, tags) + image[(number + 1) * BLOCK_BYTES:]


def mutate_tag(rng, tags):
	at = rng.randrange(len(tags))
	kind, ident, size, data = tags[at]
	what = rng.randrange(9)
	if what == 0:
		kind = rng.choice(TYPES)
	elif what == 1:
		ident = rng.choice((0, 1, 2, 3, ident + 1, 0x1FF, 0x3FE, ALL)) & ALL
	elif what == 2 and data:
		size = rng.choice((0, 1, 4, 8, 0xFE, 0x100, 0x101, 0x3FE, size + 1, size + 8))
		data = (data * 0x400)[:size]
	elif what == 3 and data:
		place = rng.randrange(len(data))
		data = data[:place] + bytes([rng.choice((0, 1, 2, 0x7F, 0x80, 0xFF, rng.randrange(256)))]) + data[place + 1:]
	elif what == 4 and len(data) >= 4:
		place = rng.randrange(len(data) // 4) * 4
		value = rng.choice((0, 1, 2, 3, rng.randrange(64), 4096, 4097, 1 << rng.randrange(32), 0x7FFFFFFF, 0xFFFFFFFE,
		                    0xFFFFFFFF))
		data = data[:place] + struct.pack("<I", value) + data[place + 4:]
	elif what == 5:
		kind = rng.choice((CREATE, DELETE, rng.randrange(0x400, 0x500)))
		size, data = 0, b""
	elif what == 6:
		tags.insert(rng.randrange(len(tags) + 1), tags[at])
		return
	elif what == 7:
		del tags[at]
		return
	else:
		kind ^= 1 << rng.randrange(11)
		if kind & 0x700 == CHECKSUM:
			return
	tags[at] = (kind, ident, size, data)


def mutant(image, seed):
	"""The image with one to eight changes, the same for the same seed."""
	rng = random.Random(seed)

	def change(tags, _number):
		for _ in range(rng.choice((1, 1, 2, 3, 8))):
			if tags:
				mutate_tag(rng, tags)
		while sum(4 + len(data) for *_, data in tags) > BLOCK_BYTES - 64:
			del tags[-1]

	for _ in range(rng.choice((1, 1, 2))):
		image = changed(image, rng.choice(blocks(image)), change)
	return image
