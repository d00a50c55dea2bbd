/* SHA-256 by the SHA extensions of x86, which CPUs have since about 2017: each is asked. */
#include "crypto/blocks.h"

#include <cpuid.h>
#include <immintrin.h>
#include <stdbool.h>

#define SHA_CODE __attribute__((target("sha,sse4.1"))) static inline

enum { EXTENSIONS_LEAF = 7, EXTENSIONS_EBX_SHA = 1 << 29 };

/* The hash's words as the instructions want them: a, b, e, f and c, d, g, h. */
struct halves {
	__m128i abef;
	__m128i cdgh;
};

/* FIPS 180-4, 4.2.2. */
static const uint32_t CONSTANTS[64] = {
	0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
	0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
	0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
	0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
	0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
	0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
	0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
	0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
};

/* To ask is slow, above all in a virtual machine, so it is done once. */
static bool has_instructions(void)
{
	static enum { NOT_ASKED, NO, YES } answer;
	unsigned eax, ebx, ecx, edx;

	if (answer == NOT_ASKED) {
		bool sse41 = __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_SSE4_1) != 0;
		bool sha =
			__get_cpuid_count(EXTENSIONS_LEAF, 0, &eax, &ebx, &ecx, &edx) != 0 && (ebx & EXTENSIONS_EBX_SHA) != 0;
		answer = sse41 && sha ? YES : NO;
	}
	return answer == YES;
}

SHA_CODE struct halves load(const uint32_t words[8])
{
	__m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)words), 0xB1);
	__m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(words + 4)), 0x1B);

	return (struct halves){_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xF0)};
}

SHA_CODE void store(uint32_t words[8], struct halves halves)
{
	__m128i feba = _mm_shuffle_epi32(halves.abef, 0x1B);
	__m128i dchg = _mm_shuffle_epi32(halves.cdgh, 0xB1);

	_mm_storeu_si128((__m128i *)words, _mm_blend_epi16(feba, dchg, 0xF0));
	_mm_storeu_si128((__m128i *)(words + 4), _mm_alignr_epi8(dchg, feba, 8));
}

/* Four words of the message, which is big-endian. */
SHA_CODE __m128i message(const uint8_t *data)
{
	const __m128i order = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);

	return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)data), order);
}

SHA_CODE struct halves four_rounds(struct halves halves, __m128i words, const uint32_t *constants)
{
	__m128i sums = _mm_add_epi32(words, _mm_loadu_si128((const __m128i *)(const void *)constants));

	halves.cdgh = _mm_sha256rnds2_epu32(halves.cdgh, halves.abef, sums);
	halves.abef = _mm_sha256rnds2_epu32(halves.abef, halves.cdgh, _mm_shuffle_epi32(sums, 0x0E));
	return halves;
}

/* The four words that follow these sixteen. */
SHA_CODE __m128i next_words(__m128i w0, __m128i w4, __m128i w8, __m128i w12)
{
	return _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w0, w4), _mm_alignr_epi8(w12, w8, 4)), w12);
}

/* What the last four of the next_words make nobody needs; to know that would cost more than they do. */
SHA_CODE struct halves hash_block(struct halves halves, const uint8_t *data)
{
	const struct halves before = halves;
	__m128i w0 = message(data), w4 = message(data + 16), w8 = message(data + 32), w12 = message(data + 48);

	for (const uint32_t *constants = CONSTANTS; constants < CONSTANTS + 64; constants += 16) {
		halves = four_rounds(halves, w0, constants);
		w0 = next_words(w0, w4, w8, w12);
		halves = four_rounds(halves, w4, constants + 4);
		w4 = next_words(w4, w8, w12, w0);
		halves = four_rounds(halves, w8, constants + 8);
		w8 = next_words(w8, w12, w0, w4);
		halves = four_rounds(halves, w12, constants + 12);
		w12 = next_words(w12, w0, w4, w8);
	}
	halves.abef = _mm_add_epi32(halves.abef, before.abef);
	halves.cdgh = _mm_add_epi32(halves.cdgh, before.cdgh);
	return halves;
}

SHA_CODE void hash(uint32_t words[8], const uint8_t *data, size_t block_count)
{
	struct halves halves = load(words);

	for (; block_count != 0; block_count--, data += LB_SHA256_BLOCK_BYTES)
		halves = hash_block(halves, data);
	store(words, halves);
}

size_t lb_blocks_hash(uint32_t words[8], const uint8_t *data, size_t block_count)
{
	if (!has_instructions())
		return 0;
	hash(words, data, block_count);
	return block_count;
}
