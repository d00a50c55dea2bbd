#include "host/commands/image_judge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "crypto/providers.h"
#include "host/image/board_kinds.h"
#include "host/image/key.h"

enum lb_exit lb_image_judge_explain_key(const char *path, int error)
{
	switch (error) {
	case LB_ERR_FORMAT: return lb_args_failed("%s holds no key in PEM: lifeboat image keygen makes one", path);
	case LB_ERR_UNSUPPORTED:
		return lb_args_failed("%s holds a key of another kind: it must be Ed25519 or ECDSA P-256", path);
	case LB_KEY_ENCRYPTED:
		return lb_args_failed("%s is locked with a passphrase: openssl pkey -in %s -out KEY unlocks it", path, path);
	case LB_KEY_PUBLIC_ONLY: return lb_args_failed("%s holds a public key: signing needs the private one", path);
	case LB_ERR_IO:
		if (errno == EEXIST)
			return lb_args_failed("%s is there already, and a key is never replaced: name another file", path);
		return lb_args_failed("%s: %s", path, strerror(errno));
	default: return lb_args_failed("no place for a key: neither XDG_DATA_HOME nor HOME is set");
	}
}

enum lb_exit lb_image_judge_board(const char *text, bool *given, uint8_t id[LB_BOARD_ID_BYTES])
{
	*given = text != NULL && strcmp(text, "none") != 0;
	if (*given && !lb_board_kinds_parse(text, id))
		return lb_args_wrong(
			"--board-id takes a UUID (32 hexadecimal digits), a board's name (virtual) or none, not '%s'", text);
	return LB_EXIT_DONE;
}

enum lb_exit lb_image_judge_start(const struct lb_args *args, const char *board, struct lb_image_judge *judge)
{
	char path[LB_KEY_PATH_BYTES];

	memset(judge, 0, sizeof(*judge));
	if (lb_image_judge_board(board, &judge->has_board, judge->board_id) != LB_EXIT_DONE)
		return LB_EXIT_USAGE;
	if (args->many_count > LB_HANDOFF_KEYS_MAX)
		return lb_args_wrong("--key can be given %d times at most", (int)LB_HANDOFF_KEYS_MAX);
	for (size_t i = 0; i < args->many_count; i++) {
		int result = lb_key_load_public(args->many[i].text, &judge->keys[i]);

		if (result != LB_OK)
			return lb_image_judge_explain_key(args->many[i].text, result);
		judge->key_count++;
	}
	if (judge->key_count == 0 && lb_key_default_path(path) == LB_OK)
		judge->key_count = lb_key_load_public(path, &judge->keys[0]) == LB_OK;
	return LB_EXIT_DONE;
}

enum lb_image_verdict lb_image_judge_source(const struct lb_image_judge *judge, const struct lb_image_source *source,
                                            struct lb_image_info *info)
{
	/* Where no board is asked for, the image's own answer counts. */
	struct lb_image_trust trust = {
		&lb_crypto_both,
		judge->keys,
		judge->key_count,
		judge->has_board ? judge->board_id : info->board_id,
	};
	struct lb_image_info verified;
	enum lb_image_verdict verdict = lb_image_inspect(source, info);

	if (verdict != LB_IMAGE_GOOD)
		return verdict;
	verdict = lb_image_verify(source, &trust, &verified);
	/* Nobody to ask about signatures. */
	bool unasked = verdict == LB_IMAGE_NO_SIGNATURE || verdict == LB_IMAGE_WRONG_KEY;
	return judge->key_count == 0 && unasked ? LB_IMAGE_GOOD : verdict;
}

void lb_image_judge_names(const struct lb_image_judge *judge, char names[LB_IMAGE_JUDGE_NAMES_BYTES])
{
	names[0] = '\0';
	for (size_t i = 0, used = 0; i < judge->key_count; i++) {
		used += (size_t)snprintf(names + used, LB_IMAGE_JUDGE_NAMES_BYTES - used, "%s%08x", i > 0 ? " or " : "",
		                         lb_image_key_id(judge->keys[i].hash));
	}
}

enum lb_image_verdict lb_image_judge_unsigned(enum lb_image_verdict verdict, const struct lb_image_info *info)
{
	if (verdict != LB_IMAGE_GOOD || info->key_type != LB_KEY_NONE)
		return verdict;
	return info->other_signature ? LB_IMAGE_OTHER_SIGNATURE : LB_IMAGE_NO_SIGNATURE;
}

const char *lb_image_judge_text(enum lb_image_verdict verdict)
{
	return verdict == LB_IMAGE_TOO_LONG ? "the file ends before the image does" : lb_image_verdict_text(verdict);
}
