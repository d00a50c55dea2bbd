#include "hardware/model/autoreset.h"

bool lb_autoreset_set(struct lb_autoreset *circuit, bool dtr, bool rts)
{
	bool both = dtr && rts;

	circuit->dtr = dtr;
	circuit->rts = rts;
	circuit->boot_low = dtr && !rts;
	circuit->reset_low = (rts && !dtr) || (both && circuit->reset_low);
	return both && circuit->reset_low;
}

void lb_autoreset_settle(struct lb_autoreset *circuit)
{
	circuit->reset_low = circuit->rts && !circuit->dtr;
}
