#include "core/base/error.h"

const char *lb_error_text(int error)
{
	switch (error) {
	case LB_OK: return "ok";
	case LB_ERR_IO: return "input/output error";
	case LB_ERR_BOUNDS: return "out of bounds";
	case LB_ERR_ALIGN: return "not aligned";
	case LB_ERR_NOT_ERASED: return "flash not erased";
	case LB_ERR_FORMAT: return "not of the expected format";
	case LB_ERR_VERSION: return "a newer format than this version knows";
	case LB_ERR_CHECKSUM: return "checksum does not match";
	case LB_ERR_NOT_FOUND: return "not found";
	case LB_ERR_UNSUPPORTED: return "not supported here";
	case LB_ERR_BUSY: return "another change is under way";
	default: return "unknown error";
	}
}
