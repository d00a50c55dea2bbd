/* What radio and sockets ask of each other. */
#ifndef LB_PERIPH_RADIO_LINK_H
#define LB_PERIPH_RADIO_LINK_H

#include <stdbool.h>

/* Is there an access point or a connected station? */
bool lb_radio_carries(void);
/* The radio carries nothing any more: ends all connections, and closes all ports that listen. */
void lb_net_cut_all(void);

#endif
