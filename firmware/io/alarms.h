/* Who uses which of the board's one-shot alarms (lb_periph_alarm). */
#ifndef LB_IO_ALARMS_H
#define LB_IO_ALARMS_H

enum lb_alarm_id {
	LB_ALARM_LED = 0,
	LB_ALARM_NETWORK = 1,
	LB_ALARM_TIMERS = 2, /* of machine.Timer, all of them */
	LB_ALARM_TRIAL = 3,
	LB_ALARM_NTP = 4,
	LB_ALARM_UART = 5, /* to 7: a line of UART 0, 1, 2 is idle */
	LB_ALARM_RESCUE = 8,
};

#endif
