#include "core/loader/inflate.h"

#include "core/base/bytes.h"

/* In the order of the stream; each takes what it needs at once or waits for more. */
enum state {
	STATE_HEADER,
	STATE_BLOCK,
	STATE_STORED_SIZE,
	STATE_STORED,
	STATE_COUNTS,
	STATE_ORDER,
	STATE_LENGTHS,
	STATE_REPEAT,
	STATE_SYMBOL,
	STATE_LENGTH_BITS,
	STATE_DISTANCE,
	STATE_DISTANCE_BITS,
	STATE_MATCH,
	STATE_SUM,
	STATE_END,
	STATE_BAD,
};

enum {
	METHOD_DEFLATE = 8,
	WINDOW_LOG_MAX = 7, /* 32 KiB; as RFC 1950 writes it */
	HEADER_DIVISOR = 31,
	HEADER_DICTIONARY = 0x20,
	BLOCK_STORED = 0,
	BLOCK_FIXED = 1,
	BLOCK_DYNAMIC = 2,
	END_OF_BLOCK = 256,
	FIRST_LENGTH = 257,
	LITERALS_MAX = 286,
	ORDER_COUNT = 19,
	REPEAT_BEFORE = 16,
	REPEAT_ZERO_SHORT = 17,
	ADLER_BASE = 65521,
	MORE = -1, /* of a symbol: its bits are not all there */
	BAD = -2,
};

struct io {
	const uint8_t *in;
	size_t in_left;
	uint8_t *out;
	size_t out_left;
};

static enum state bad(void)
{
	return STATE_BAD;
}

/* Are so many bits there? They are taken from the input a byte at a time, so that none is taken that is not needed. */
static bool have_bits(struct lb_inflate *stream, struct io *io, unsigned count)
{
	while (stream->bit_count < count && io->in_left > 0) {
		stream->bits |= (uint32_t)*io->in++ << stream->bit_count;
		io->in_left--;
		stream->bit_count += 8;
	}
	return stream->bit_count >= count;
}

static uint32_t take_bits(struct lb_inflate *stream, unsigned count)
{
	const uint32_t value = stream->bits & ((1u << count) - 1);

	stream->bits >>= count;
	stream->bit_count -= count;
	return value;
}

static void put_byte(struct lb_inflate *stream, struct io *io, uint8_t byte)
{
	*io->out++ = byte;
	io->out_left--;
	stream->window[stream->at] = byte;
	stream->at = (stream->at + 1) % LB_INFLATE_WINDOW_BYTES;
	if (stream->written < LB_INFLATE_WINDOW_BYTES)
		stream->written++;
	stream->sum_low += byte;
	if (stream->sum_low >= ADLER_BASE)
		stream->sum_low -= ADLER_BASE;
	stream->sum_high += stream->sum_low;
	if (stream->sum_high >= ADLER_BASE)
		stream->sum_high -= ADLER_BASE;
}

/* Makes a code of the lengths of its symbols' codes. Says how many of the longest could still be given: 0 is a complete
 * code, less than 0 is none. */
static int32_t make_code(struct lb_inflate_code *code, const uint8_t *lengths, unsigned count)
{
	uint16_t offset[LB_INFLATE_BITS_MAX + 1];
	int32_t left = 1;

	for (unsigned i = 0; i <= LB_INFLATE_BITS_MAX; i++)
		code->count[i] = 0;
	for (unsigned i = 0; i < count; i++)
		code->count[lengths[i]]++;
	for (unsigned i = 1; i <= LB_INFLATE_BITS_MAX; i++) {
		left = left * 2 - code->count[i];
		if (left < 0)
			return left;
	}
	offset[1] = 0;
	for (unsigned i = 1; i < LB_INFLATE_BITS_MAX; i++)
		offset[i + 1] = (uint16_t)(offset[i] + code->count[i]);
	for (unsigned i = 0; i < count; i++)
		if (lengths[i] != 0)
			code->symbol[offset[lengths[i]]++] = (uint16_t)i;
	return left;
}

/* An incomplete code is good for nothing but a single symbol, of one bit. */
static bool make_usable_code(struct lb_inflate_code *code, const uint8_t *lengths, unsigned count)
{
	const int32_t left = make_code(code, lengths, count);

	return left == 0 || (left > 0 && (unsigned)code->count[0] + code->count[1] == count);
}

/* The next symbol, bit by bit: a code's bits come the highest first, and those of one length are numbered in a row. */
static int take_symbol(struct lb_inflate *stream, struct io *io, const struct lb_inflate_code *code)
{
	while (stream->code_bits < LB_INFLATE_BITS_MAX) {
		uint32_t count;

		if (!have_bits(stream, io, 1))
			return MORE;
		stream->code |= take_bits(stream, 1);
		count = code->count[++stream->code_bits];
		if (stream->code < stream->first + count) {
			const int symbol = code->symbol[stream->index + (stream->code - stream->first)];

			stream->code = stream->first = stream->index = stream->code_bits = 0;
			return symbol;
		}
		stream->index += count;
		stream->first = (stream->first + count) * 2;
		stream->code *= 2;
	}
	return BAD;
}

static enum state read_header(struct lb_inflate *stream)
{
	const uint32_t first = take_bits(stream, 8), second = take_bits(stream, 8);

	if ((first * 256 + second) % HEADER_DIVISOR != 0 || (first & 0xF) != METHOD_DEFLATE ||
	    first >> 4 > WINDOW_LOG_MAX || (second & HEADER_DICTIONARY) != 0)
		return bad();
	return STATE_BLOCK;
}

/* RFC 1951, 3.2.6 */
static enum state use_fixed_codes(struct lb_inflate *stream)
{
	for (unsigned i = 0; i < LB_INFLATE_LITERALS; i++)
		stream->lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	(void)make_code(&stream->literals, stream->lengths, LB_INFLATE_LITERALS);
	for (unsigned i = 0; i < LB_INFLATE_DISTANCES + 2; i++)
		stream->lengths[i] = 5;
	(void)make_code(&stream->distances, stream->lengths, LB_INFLATE_DISTANCES + 2);
	return STATE_SYMBOL;
}

static enum state start_block(struct lb_inflate *stream)
{
	uint32_t kind;

	stream->is_last = take_bits(stream, 1) != 0;
	kind = take_bits(stream, 2);
	if (kind == BLOCK_STORED) {
		(void)take_bits(stream, stream->bit_count % 8);
		return STATE_STORED_SIZE;
	}
	if (kind == BLOCK_FIXED)
		return use_fixed_codes(stream);
	return kind == BLOCK_DYNAMIC ? STATE_COUNTS : bad();
}

/* Behind the last one lies the sum, which begins with a whole byte. */
static enum state end_block(struct lb_inflate *stream)
{
	if (!stream->is_last)
		return STATE_BLOCK;
	(void)take_bits(stream, stream->bit_count % 8);
	return STATE_SUM;
}

static enum state read_stored_size(struct lb_inflate *stream)
{
	const uint32_t size_bytes = take_bits(stream, 16), inverse = take_bits(stream, 16);

	stream->left_bytes = size_bytes;
	return (size_bytes ^ inverse) == 0xFFFF ? STATE_STORED : bad();
}

static enum state read_counts(struct lb_inflate *stream)
{
	stream->literal_count = take_bits(stream, 5) + FIRST_LENGTH;
	stream->distance_count = take_bits(stream, 5) + 1;
	stream->length_count = take_bits(stream, 4) + 4;
	stream->have = 0;
	for (unsigned i = 0; i < ORDER_COUNT; i++)
		stream->lengths[i] = 0;
	return stream->literal_count <= LITERALS_MAX && stream->distance_count <= LB_INFLATE_DISTANCES ? STATE_ORDER :
	                                                                                                 bad();
}

/* The code of the codes' lengths, in an order that lets the rarest be left out. */
static enum state read_order(struct lb_inflate *stream)
{
	static const uint8_t order[ORDER_COUNT] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

	stream->lengths[order[stream->have++]] = (uint8_t)take_bits(stream, 3);
	if (stream->have < stream->length_count)
		return STATE_ORDER;
	stream->have = 0;
	return make_code(&stream->literals, stream->lengths, ORDER_COUNT) == 0 ? STATE_LENGTHS : bad();
}

/* All lengths are there: those of literals and lengths, then those of distances. */
static enum state use_codes(struct lb_inflate *stream)
{
	if (stream->lengths[END_OF_BLOCK] == 0)
		return bad();
	if (!make_usable_code(&stream->literals, stream->lengths, stream->literal_count) ||
	    !make_usable_code(&stream->distances, stream->lengths + stream->literal_count, stream->distance_count))
		return bad();
	return STATE_SYMBOL;
}

static enum state put_lengths(struct lb_inflate *stream, uint8_t length, unsigned count)
{
	const unsigned all = stream->literal_count + stream->distance_count;

	if (count > all - stream->have)
		return bad();
	while (count-- > 0)
		stream->lengths[stream->have++] = length;
	return stream->have == all ? use_codes(stream) : STATE_LENGTHS;
}

static enum state follow_length(struct lb_inflate *stream, unsigned symbol)
{
	stream->symbol = symbol;
	return symbol < REPEAT_BEFORE ? put_lengths(stream, (uint8_t)symbol, 1) : STATE_REPEAT;
}

static unsigned repeat_bits(unsigned symbol)
{
	return symbol == REPEAT_BEFORE ? 2 : symbol == REPEAT_ZERO_SHORT ? 3 : 7;
}

static enum state repeat_length(struct lb_inflate *stream)
{
	const unsigned extra = take_bits(stream, repeat_bits(stream->symbol));

	if (stream->symbol == REPEAT_BEFORE)
		return stream->have == 0 ? bad() : put_lengths(stream, stream->lengths[stream->have - 1], 3 + extra);
	return put_lengths(stream, 0, (stream->symbol == REPEAT_ZERO_SHORT ? 3 : 11) + extra);
}

/* Extra bits of a match's length and distance, and the least that each symbol means: RFC 1951, 3.2.5. */
static const uint8_t length_bits[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                      2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const uint16_t length_base[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                       31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint16_t distance_base[LB_INFLATE_DISTANCES] = {
	1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
	193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};

enum { LENGTHS = sizeof(length_bits) / sizeof(length_bits[0]) };

static unsigned distance_bits(unsigned symbol)
{
	return symbol < 4 ? 0 : symbol / 2 - 1;
}

static enum state follow_symbol(struct lb_inflate *stream, struct io *io, unsigned symbol)
{
	if (symbol < END_OF_BLOCK) {
		put_byte(stream, io, (uint8_t)symbol);
		return STATE_SYMBOL;
	}
	if (symbol == END_OF_BLOCK)
		return end_block(stream);
	stream->symbol = symbol - FIRST_LENGTH;
	return stream->symbol < LENGTHS ? STATE_LENGTH_BITS : bad();
}

static enum state follow_distance(struct lb_inflate *stream, unsigned symbol)
{
	stream->symbol = symbol;
	return symbol < LB_INFLATE_DISTANCES ? STATE_DISTANCE_BITS : bad();
}

static enum state find_match(struct lb_inflate *stream)
{
	stream->distance = distance_base[stream->symbol] + take_bits(stream, distance_bits(stream->symbol));
	return stream->distance <= stream->written ? STATE_MATCH : bad();
}

static void copy_match(struct lb_inflate *stream, struct io *io)
{
	while (stream->left_bytes > 0 && io->out_left > 0) {
		put_byte(stream, io, stream->window[(stream->at - stream->distance) % LB_INFLATE_WINDOW_BYTES]);
		stream->left_bytes--;
	}
}

static void copy_stored(struct lb_inflate *stream, struct io *io)
{
	while (stream->left_bytes > 0 && io->out_left > 0 && have_bits(stream, io, 8)) {
		put_byte(stream, io, (uint8_t)take_bits(stream, 8));
		stream->left_bytes--;
	}
}

static enum state check_sum(struct lb_inflate *stream)
{
	uint32_t sum = 0;

	for (int i = 0; i < 4; i++)
		sum = sum << 8 | take_bits(stream, 8);
	return sum == (stream->sum_high << 16 | stream->sum_low) ? STATE_END : bad();
}

/* How many bits a state takes at once; 0: it looks for itself what there is. */
static unsigned wanted_bits(const struct lb_inflate *stream)
{
	switch ((enum state)stream->state) {
	case STATE_HEADER: return 16;
	case STATE_BLOCK: return 3;
	case STATE_STORED_SIZE: return 32;
	case STATE_COUNTS: return 14;
	case STATE_ORDER: return 3;
	case STATE_REPEAT: return repeat_bits(stream->symbol);
	case STATE_LENGTH_BITS: return length_bits[stream->symbol];
	case STATE_DISTANCE_BITS: return distance_bits(stream->symbol);
	case STATE_SUM: return 32;
	default: return 0;
	}
}

/* States that take a symbol; false: its bits are not all there, or there is no room for what it may mean. */
static bool step_symbol(struct lb_inflate *stream, struct io *io)
{
	const bool is_distance = stream->state == STATE_DISTANCE;
	int symbol;

	if (stream->state == STATE_SYMBOL && io->out_left == 0)
		return false;
	symbol = take_symbol(stream, io, is_distance ? &stream->distances : &stream->literals);
	if (symbol == MORE)
		return false;
	if (symbol == BAD)
		stream->state = STATE_BAD;
	else if (is_distance)
		stream->state = (uint8_t)follow_distance(stream, (unsigned)symbol);
	else if (stream->state == STATE_LENGTHS)
		stream->state = (uint8_t)follow_length(stream, (unsigned)symbol);
	else
		stream->state = (uint8_t)follow_symbol(stream, io, (unsigned)symbol);
	return true;
}

/* States that copy; false: the input is used up or the output full. */
static bool step_copy(struct lb_inflate *stream, struct io *io)
{
	const bool is_match = stream->state == STATE_MATCH;

	if (is_match)
		copy_match(stream, io);
	else
		copy_stored(stream, io);
	if (stream->left_bytes > 0)
		return false;
	stream->state = (uint8_t)(is_match ? STATE_SYMBOL : end_block(stream));
	return true;
}

/* States that take bits, which are all there. */
static enum state step_bits(struct lb_inflate *stream)
{
	switch ((enum state)stream->state) {
	case STATE_HEADER: return read_header(stream);
	case STATE_BLOCK: return start_block(stream);
	case STATE_STORED_SIZE: return read_stored_size(stream);
	case STATE_COUNTS: return read_counts(stream);
	case STATE_ORDER: return read_order(stream);
	case STATE_REPEAT: return repeat_length(stream);
	case STATE_LENGTH_BITS:
		stream->left_bytes = length_base[stream->symbol] + take_bits(stream, length_bits[stream->symbol]);
		return STATE_DISTANCE;
	case STATE_DISTANCE_BITS: return find_match(stream);
	case STATE_SUM: return check_sum(stream);
	default: return bad();
	}
}

/* One state; false: nothing can be done until there is more input or room. */
static bool step(struct lb_inflate *stream, struct io *io)
{
	switch ((enum state)stream->state) {
	case STATE_END:
	case STATE_BAD: return false;
	case STATE_LENGTHS:
	case STATE_SYMBOL:
	case STATE_DISTANCE: return step_symbol(stream, io);
	case STATE_STORED:
	case STATE_MATCH: return step_copy(stream, io);
	default: break;
	}
	if (!have_bits(stream, io, wanted_bits(stream)))
		return false;
	stream->state = (uint8_t)step_bits(stream);
	return true;
}

void lb_inflate_start(void *ctx)
{
	struct lb_inflate *stream = ctx;

	stream->state = STATE_HEADER;
	stream->bits = 0;
	stream->bit_count = 0;
	stream->code = stream->first = stream->index = stream->code_bits = 0;
	stream->written = 0;
	stream->at = 0;
	stream->sum_low = 1;
	stream->sum_high = 0;
}

enum lb_inflate_result lb_inflate_some(void *ctx, const uint8_t *in, size_t *in_bytes, uint8_t *out, size_t *out_bytes)
{
	struct lb_inflate *stream = ctx;
	struct io io = {in, *in_bytes, out, *out_bytes};

	while (step(stream, &io))
		;
	*in_bytes -= io.in_left;
	*out_bytes -= io.out_left;
	return stream->state == STATE_BAD ? LB_INFLATE_BAD : stream->state == STATE_END ? LB_INFLATE_END : LB_INFLATE_MORE;
}
