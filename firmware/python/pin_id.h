/* The numbers that a program may give to machine.Pin. */
#ifndef LB_PIN_ID_H
#define LB_PIN_ID_H

/* The pin of that number; -1 when there is none. */
int lb_pin_id_find(long number);

#endif
