/* What blocks are being sent for: a range of flash, as it is or as a zlib stream, or RAM that is not there. Everything
 * that changes flash goes through here, so that the owner knows of a slot before it changes.
 */
#ifndef LB_LOADER_SESSION_H
#define LB_LOADER_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/loader/reply.h"
#include "core/loader/setup.h"
#include "core/loader/writer.h"

enum lb_session_mode { LB_SESSION_NONE = 0, LB_SESSION_PLAIN, LB_SESSION_DEFLATE, LB_SESSION_RAM };

/* The caller owns it. setup is for everybody to read; the rest changes by the functions alone, but for changing. */
struct lb_loader_session {
	struct lb_loader_setup setup;
	struct lb_writer writer;
	uint8_t mode;
	uint8_t broken; /* what went wrong, and is answered until a new session starts; 0: nothing */
	bool ended;     /* the zlib stream is complete */
	bool reported;  /* the owner knows which slots change */
	bool changing;  /* flash was written or erased since the caller cleared it */
	uint32_t blocks;
	uint32_t block_bytes;
	uint32_t next; /* number of the block that comes next */
};

/* Blocks of another kind than the session's are refused; after an end, all are. */
void lb_loader_session_start(struct lb_loader_session *session, enum lb_session_mode mode, uint32_t blocks,
                             uint32_t block_bytes);
void lb_loader_session_end(struct lb_loader_session *session);
/* The range of flash that is to be written or erased. It lies inside the device. */
void lb_loader_session_start_range(struct lb_loader_session *session, uint32_t offset, uint32_t size_bytes);

/* Is there a sector to be erased before more blocks come? */
bool lb_loader_session_wants_erase(const struct lb_loader_session *session);
/* Erases the next one; a failure breaks the session. */
void lb_loader_session_erase_ahead(struct lb_loader_session *session);
/* Erases the range's next sector, whatever the mode. LB_ANSWER_NONE: there may be more. */
enum lb_answer lb_loader_session_erase(struct lb_loader_session *session);

/* Moves a block's bytes on, at most until a page is full. in_bytes: what is there, and on return what was used. more:
 * call again. */
enum lb_answer lb_loader_session_add(struct lb_loader_session *session, const uint8_t *in, uint32_t *in_bytes,
                                     bool *more);
/* All of a block was added. */
enum lb_answer lb_loader_session_end_block(struct lb_loader_session *session);
/* No more blocks will come: is all there? */
enum lb_answer lb_loader_session_complete(struct lb_loader_session *session);

#endif
