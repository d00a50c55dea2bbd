/* The module's log: a text file in its folder, one line an event, with the host's local time.
 *
 * There is one log a process. Before lb_log_open, and when the file cannot be written, lines go nowhere.
 */
#ifndef HARDWARE_PROCESS_LOG_H
#define HARDWARE_PROCESS_LOG_H

enum { LB_LOG_MOVE_BYTES = 1024 * 1024 }; /* a log longer than this is moved to log.old, over the one before */

/* Opens `log` in the folder for appending. 0, or a negative errno. */
int lb_log_open(int folder_fd);
__attribute__((format(printf, 1, 2))) void lb_log(const char *format, ...);
/* The same line for the person who started us: on standard error, after "lifeboat: ", and in the log. */
__attribute__((format(printf, 1, 2))) void lb_log_report(const char *format, ...);
/* For the CPU's standard error: what it says when it crashes belongs here too. -1 when there is no log. */
int lb_log_fd(void);

#endif
