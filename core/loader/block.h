/* A data block: may it be used, and the moving of its bytes into the session, in steps. */
#ifndef LB_LOADER_BLOCK_H
#define LB_LOADER_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/loader/frame.h"
#include "core/loader/session.h"

enum lb_block_fate { LB_FATE_OPEN = 0, LB_FATE_WRITE, LB_FATE_AGAIN, LB_FATE_REFUSE };

/* The block in the frame. The caller owns it; its fields are this module's own. */
struct lb_block {
	uint8_t fate;      /* once it is decided */
	uint8_t objection; /* to it */
};

bool lb_block_is(uint8_t op);
/* The frame has no room for the rest of the block. True: what is kept waits to be moved, by lb_block_step. */
bool lb_block_part(struct lb_block *block, const struct lb_frame *frame, const struct lb_loader_session *session);
/* The whole frame is there. LB_ANSWER_NONE: lb_block_step will answer. */
enum lb_answer lb_block_complete(struct lb_block *block, const struct lb_frame *frame,
                                 struct lb_loader_session *session);
/* One step of the moving of what is kept, of a whole frame or a part. LB_ANSWER_NONE: there is more to do. */
enum lb_answer lb_block_step(struct lb_block *block, struct lb_frame *frame, bool whole,
                             struct lb_loader_session *session);
/* What came of the frame is not to be trusted: if some of it was written already, that is the answer from now on. */
void lb_block_cut(const struct lb_block *block, const struct lb_frame *frame, struct lb_loader_session *session,
                  enum lb_answer answer);

#endif
