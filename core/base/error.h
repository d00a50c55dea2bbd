/* Expected failures, as negative numbers; LB_OK is 0 and positive results are counts.
 *
 * A programmer's mistake is never one of these: it is an assertion (assert.h).
 * The numbers are stable, because they reach users in texts and logs.
 */
#ifndef LB_BASE_ERROR_H
#define LB_BASE_ERROR_H

enum lb_error {
	LB_OK = 0,
	LB_ERR_IO = -1,         /* the medium failed */
	LB_ERR_BOUNDS = -2,     /* outside the device, the partition, the slot or the buffer */
	LB_ERR_ALIGN = -3,      /* not a multiple of the program unit or of the sector */
	LB_ERR_NOT_ERASED = -4, /* programming flash that was not erased before */
	LB_ERR_FORMAT = -5,     /* no magic, or fields that contradict each other */
	LB_ERR_VERSION = -6,    /* a format newer than this code */
	LB_ERR_CHECKSUM = -7,   /* a CRC or hash that does not match */
	LB_ERR_NOT_FOUND = -8,
	LB_ERR_UNSUPPORTED = -9, /* well-formed, but not for this board or build */
	LB_ERR_BUSY = -10,       /* asked for in the middle of another change */
};

/* One short lower-case phrase for a message, such as "out of bounds"; never NULL. */
const char *lb_error_text(int error);

#endif
