/* The safe boot that Ctrl-F asks for while a program runs (see console.h). */
#ifndef LB_IO_RESCUE_H
#define LB_IO_RESCUE_H

/* Hard reset into a safe boot: open files are closed first, unless the program does not let that happen within half a
 * second. Returns; also from interrupts. */
void lb_rescue_start(void);

#endif
