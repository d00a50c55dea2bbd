#include "firmware/io/rescue.h"

#include <string.h>

#include "core/hw/periph.h"
#include "firmware/io/alarms.h"
#include "firmware/io/bootinfo.h"
#include "py/runtime.h"

enum { PATIENCE_US = 500000 };

static const char notice[] = "\r\nCtrl-F: hard reset into safe boot\r\n";

/* Between two instructions of the program, where its files can be closed. The notice goes round the streams of
 * os.dupterm, which are the program's. */
static void reset(mp_sched_node_t *unused)
{
	(void)unused;
	lb_periph_serial_write(0, notice, strlen(notice));
	lb_bootinfo_reset(LB_REQUEST_SAFE_BOOT);
}

/* It gave no such moment: native code, a callback that does not end. */
static void reset_anyway(void *unused)
{
	(void)unused;
	lb_periph_serial_write(0, notice, strlen(notice));
	lb_bootinfo_reset_now(LB_REQUEST_SAFE_BOOT);
}

void lb_rescue_start(void)
{
	static mp_sched_node_t node;

	mp_sched_schedule_node(&node, reset);
	lb_periph_alarm(LB_ALARM_RESCUE, PATIENCE_US, reset_anyway, NULL);
}
