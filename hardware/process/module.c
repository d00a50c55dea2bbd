#include "hardware/process/module.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/bytes.h"
#include "core/handoff/handoff_text.h"
#include "hardware/model/pins.h"
#include "hardware/process/log.h"
#include "hardware/process/names.h"

/* A crash loop resets ten times a second, and leaves the host's CPU to others. */
enum { FAULT_PAUSE_MS = 100 };
/* What the real-time clock shows at power-on: 2000-01-01. */
#define RTC_START_US (946684800u * UINT64_C(1000000))

static void start(struct lb_module *module, enum lb_cause cause);
static void on_fault_timer(uv_timer_t *timer);
static void note_sampled(struct lb_module *module);

static void set_phase(struct lb_module *module, enum lb_phase phase)
{
	char room[LB_WORDS_BYTES];
	const char *name = lb_handoff_text_phase(phase, room);

	module->phase = phase;
	module->uartport.in_loader = phase == LB_PHASE_LOADER;
	lb_log("phase %s", name);
	if (!lb_events_wanted(&module->events, LB_EVENT_PHASE))
		return;
	cJSON *event = lb_events_new(&module->events, LB_EVENT_PHASE);
	cJSON_AddStringToObject(event, "phase", name);
	cJSON_AddNumberToObject(event, "boot", (double)module->boots);
	lb_events_emit(&module->events, LB_EVENT_PHASE, event);
}

/* --- stopping --- */

static void count_torn(struct lb_module *module)
{
	uint64_t under_way = lb_registers_get64(&module->registers, WIRE_REG_FLASH_TORN);

	if (under_way == 0)
		return;
	lb_registers_put64(&module->registers, WIRE_REG_FLASH_TORN, 0);
	module->torn++;
	lb_log("a flash operation was cut");
}

/* Whatever the module does, it does no more; the power state is the caller's to set. The UARTs come after the CPU:
 * what it had written is on the line. */
static void halt(struct lb_module *module)
{
	lb_wdtimer_set(&module->watchdog, 0);
	lb_sleep_cancel(&module->sleep);
	uv_timer_stop(&module->fault_timer);
	lb_cpu_kill(&module->cpu);
	note_sampled(module); /* what waited for this CPU's look at a pin is not for the next one */
	lb_radiolink_off(&module->wifi);
	lb_visitor_forget(&module->visitor);
	for (int i = 0; i < LB_UARTHUB_COUNT; i++)
		lb_uarthub_disconnect_cpu(&module->uart[i]);
	count_torn(module);
}

static void restart(struct lb_module *module, enum lb_cause cause)
{
	halt(module);
	start(module, cause);
}

static const enum wire_fd UART_FDS[LB_UARTHUB_COUNT] = {WIRE_FD_UART0, WIRE_FD_UART1, WIRE_FD_UART2};

/* The reset line is low; the CPU that comes when it rises is started for this cause. */
static void hold(struct lb_module *module, enum lb_cause cause)
{
	halt(module);
	module->power = LB_POWER_HELD;
	module->cause = cause;
	lb_log("held in reset");
	lb_rgbled_set(&module->led, LB_LED_OFF, 0);
	lb_nets_reset(&module->nets);
	set_phase(module, LB_PHASE_GATE);
}

static void fall_asleep(struct lb_module *module, uint64_t sleep_ms, uint32_t high_mask, uint32_t low_mask)
{
	halt(module);
	module->power = LB_POWER_ASLEEP;
	lb_log("deep sleep, %" PRIu64 " ms, pins high %06" PRIx32 " low %06" PRIx32, sleep_ms, high_mask, low_mask);
	lb_rgbled_set(&module->led, LB_LED_OFF, 0);
	lb_nets_sleep(&module->nets);
	set_phase(module, LB_PHASE_SLEEP);
	lb_sleep_start(&module->sleep, sleep_ms, high_mask, low_mask);
}

/* --- the board's pull on G23 --- */

static void report_outside(struct lb_module *module, unsigned pin)
{
	uint8_t message[] = {WIRE_PIN_CHANGED, (uint8_t)pin, lb_nets_level(&module->nets, pin)};

	lb_cpu_send(&module->cpu, message, sizeof(message));
	lb_sleep_poll(&module->sleep);
}

/* Silicon latches G23 as the reset line rises. Our CPU is a process that looks a moment later, so the pull stays for it
 * until it said its first word. */
static void pull_boot_pin(struct lb_module *module)
{
	if (!module->boot_low && module->power == LB_POWER_RUNNING && !module->sampled)
		return;
	if (lb_nets_pull_low(&module->nets, LB_PIN_LOADER, module->boot_low))
		report_outside(module, LB_PIN_LOADER);
}

static void note_sampled(struct lb_module *module)
{
	if (module->sampled)
		return;
	module->sampled = true;
	pull_boot_pin(module);
}

/* --- what the CPU says and does --- */

/* Messages that change something for as long as this CPU lives; the last words of a dead one are not among them. */
static void on_order(struct lb_module *module, const uint8_t *message, size_t size_bytes)
{
	if (message[0] == WIRE_WATCHDOG && size_bytes >= 5)
		lb_wdtimer_set(&module->watchdog, lb_load32le(message + 1));
	else if (message[0] == WIRE_RESET)
		restart(module, LB_CAUSE_SOFTWARE);
	else if (message[0] == WIRE_SLEEP && size_bytes >= 17)
		fall_asleep(module, lb_load64le(message + 1), lb_load32le(message + 9), lb_load32le(message + 13));
	else if (message[0] == WIRE_RADIO)
		lb_radiolink_update(&module->wifi);
	else if (message[0] == WIRE_SCAN)
		lb_radiolink_scan(&module->wifi);
	else if (message[0] == WIRE_CARD)
		lb_cardslot_answer(&module->card);
	else if (message[0] == WIRE_RESOLVE)
		lb_behind_resolve(&module->behind);
	else if (message[0] == WIRE_BUS && size_bytes >= 7)
		lb_devices_transfer(&module->devices, message);
	else if (message[0] == WIRE_LINE && size_bytes >= 7)
		lb_devices_change(&module->devices, message);
	else if (message[0] == WIRE_ROUTE && size_bytes >= 8)
		lb_behind_route(&module->behind, message[1], lb_load32le(message + 2), lb_load16le(message + 6));
	else if (message[0] == WIRE_SERVES && size_bytes >= 6)
		lb_visitor_add(&module->visitor, message[1], lb_load16le(message + 2), lb_load16le(message + 4));
}

static void note_pin(struct lb_module *module, unsigned pin)
{
	lb_nets_update(&module->nets, pin);
	lb_devices_see(&module->devices, lb_nets_level(&module->nets, pin));
}

/* The gate was told at the reset already. */
static void on_phase(struct lb_module *module, uint8_t phase)
{
	if (phase >= LB_PHASE_GATE && phase <= LB_PHASE_REPL && phase != module->phase)
		set_phase(module, phase);
}

static void on_message(void *ctx, const uint8_t *message, size_t size_bytes)
{
	struct lb_module *module = ctx;

	note_sampled(module);
	if (message[0] == WIRE_LED && size_bytes >= 6)
		lb_rgbled_set(&module->led, message[1], lb_load32le(message + 2));
	else if (message[0] == WIRE_PHASE && size_bytes >= 2)
		on_phase(module, message[1]);
	else if (message[0] == WIRE_PIN && size_bytes >= 2 && message[1] < LB_PIN_COUNT)
		note_pin(module, message[1]);
	else if (module->cpu.pid != 0)
		on_order(module, message, size_bytes);
}

/* Then a CPU is started again. */
static void start_later(struct lb_module *module)
{
	module->power = LB_POWER_FAULTED;
	uv_update_time(module->loop);
	uv_timer_start(&module->fault_timer, on_fault_timer, lb_clock_host_ms(&module->clock, FAULT_PAUSE_MS), 0);
}

static void fault(struct lb_module *module)
{
	halt(module);
	lb_rgbled_set(&module->led, LB_LED_OFF, 0);
	lb_nets_reset(&module->nets);
	set_phase(module, LB_PHASE_GATE);
	start_later(module);
}

static void on_death(void *ctx, int wait_status)
{
	struct lb_module *module = ctx;

	if (WIFSIGNALED(wait_status))
		lb_log("the CPU died: signal %d (%s)", WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
	else
		lb_log("the CPU ended with status %d", WEXITSTATUS(wait_status));
	fault(module);
}

static void on_fault_timer(uv_timer_t *timer)
{
	restart(timer->data, LB_CAUSE_FAULT);
}

static void on_bite(void *ctx)
{
	restart(ctx, LB_CAUSE_WATCHDOG);
}

static void on_wake(void *ctx, uint32_t pin, uint64_t left_ms)
{
	struct lb_module *module = ctx;

	lb_registers_put(&module->registers, WIRE_REG_WAKE_PIN, pin);
	lb_registers_put64(&module->registers, WIRE_REG_SLEEP_LEFT_MS, left_ms);
	start(module, LB_CAUSE_DEEP_SLEEP);
}

/* --- starting --- */

/* What each reset sets; after a deep sleep what woke the module stays to be read. */
static void set_registers(struct lb_module *module, enum lb_cause cause)
{
	struct lb_registers *registers = &module->registers;

	lb_registers_put(registers, WIRE_REG_MAGIC, WIRE_MAGIC);
	lb_registers_put(registers, WIRE_REG_VERSION, WIRE_VERSION);
	lb_registers_put(registers, WIRE_REG_CLOCK, module->clock.factor);
	lb_registers_put(registers, WIRE_REG_CAUSE, cause);
	lb_registers_put64(registers, WIRE_REG_RESET_NS, module->clock.reset_ns);
	lb_registers_put64(registers, WIRE_REG_FED_NS, module->clock.reset_ns);
	memcpy(registers->page + WIRE_REG_UNIQUE_ID, module->unique_id, LB_UNIQUE_ID_BYTES);
	if (cause != LB_CAUSE_DEEP_SLEEP) {
		lb_registers_put(registers, WIRE_REG_WAKE_PIN, WIRE_NO_PIN);
		lb_registers_put64(registers, WIRE_REG_SLEEP_LEFT_MS, 0);
	}
}

/* The CPU's ends of the UARTs are closed here in any case: else its death would not be seen on them. */
static int start_cpu(struct lb_module *module)
{
	int fds[WIRE_FD_END], result = 0;

	for (int i = 0; i < WIRE_FD_END; i++)
		fds[i] = -1;
	fds[WIRE_FD_FLASH] = module->flash.flash_fd;
	fds[WIRE_FD_RETAINED] = module->registers.retained_fd;
	fds[WIRE_FD_REGISTERS] = module->registers.page_fd;
	fds[WIRE_FD_LOCK] = module->folder.lock_fd;
	fds[WIRE_FD_TRACE] = module->trace_fd;
	fds[WIRE_FD_KEYS] = module->trust.fd;
	for (int i = 0; i < LB_UARTHUB_COUNT && result == 0; i++) {
		fds[UART_FDS[i]] = lb_uarthub_connect_cpu(&module->uart[i]);
		if (fds[UART_FDS[i]] < 0)
			result = fds[UART_FDS[i]];
	}
	if (result == 0)
		result = lb_cpu_start(&module->cpu, fds);
	for (int i = 0; i < LB_UARTHUB_COUNT; i++)
		if (fds[UART_FDS[i]] >= 0)
			close(fds[UART_FDS[i]]);
	return result;
}

/* One reset: first LED, nets and registers are as it leaves them, then a CPU runs. */
static void start(struct lb_module *module, enum lb_cause cause)
{
	char room[LB_WORDS_BYTES];

	if (!lb_flashwatch_renew(&module->flash)) {
		start_later(module);
		return;
	}
	module->power = LB_POWER_RUNNING;
	module->cause = cause;
	module->sampled = false;
	module->boots++;
	module->clock.reset_ns = lb_clock_host_ns();
	lb_log("reset, cause %s, boot %" PRIu64, lb_handoff_text_cause(cause, room), module->boots);
	lb_rgbled_set(&module->led, LB_LED_OFF, 0);
	lb_nets_reset(&module->nets);
	set_registers(module, cause);
	set_phase(module, LB_PHASE_GATE);
	int result = start_cpu(module);
	if (result != 0) {
		lb_log("cannot start the CPU: %s", strerror(-result));
		fault(module);
	}
}

/* RAM that had no power holds anything, and nobody shall rely on what. */
static void scramble(uint8_t *memory, size_t size_bytes)
{
	while (size_bytes != 0) {
		ssize_t got = getrandom(memory, size_bytes, 0);
		if (got < 0)
			return;
		memory += got;
		size_bytes -= (size_t)got;
	}
}

void lb_module_power_on(struct lb_module *module)
{
	if (module->power != LB_POWER_OFF)
		return;
	scramble(module->registers.retained, LB_RETAINED_BYTES);
	lb_registers_put64(&module->registers, WIRE_REG_RTC_ZERO_NS, lb_clock_host_ns());
	lb_registers_put64(&module->registers, WIRE_REG_RTC_BASE_US,
	                   module->rtc_of_host ? lb_clock_host_date_us() : RTC_START_US);
	if (module->reset_low)
		hold(module, LB_CAUSE_POWER_ON);
	else
		start(module, LB_CAUSE_POWER_ON);
}

void lb_module_power_off(struct lb_module *module)
{
	if (module->power == LB_POWER_OFF)
		return;
	halt(module);
	module->power = LB_POWER_OFF;
	lb_log("power off");
	scramble(module->registers.retained, LB_RETAINED_BYTES);
	lb_rgbled_set(&module->led, LB_LED_OFF, 0);
	lb_nets_power_off(&module->nets);
	lb_bootlines_power_off(&module->uartport.lines);
	set_phase(module, LB_PHASE_OFF);
}

bool lb_module_press_reset(struct lb_module *module)
{
	if (module->power == LB_POWER_OFF)
		return false;
	if (module->power != LB_POWER_HELD)
		restart(module, LB_CAUSE_SWITCH);
	return true;
}

/* What the serial port's lines do to the module. */
static void on_pull(void *ctx, bool reset_low, bool boot_low)
{
	struct lb_module *module = ctx;

	module->boot_low = boot_low;
	pull_boot_pin(module);
	if (module->reset_low == reset_low)
		return;
	module->reset_low = reset_low;
	if (module->power == LB_POWER_HELD)
		start(module, module->cause);
	else if (module->power != LB_POWER_OFF)
		hold(module, LB_CAUSE_SWITCH);
}

void lb_module_drive_pin(struct lb_module *module, unsigned pin, uint32_t drive)
{
	if (lb_nets_drive(&module->nets, pin, drive))
		report_outside(module, pin);
}

void lb_module_apply_volts(struct lb_module *module, unsigned pin, uint32_t millivolts)
{
	if (lb_nets_apply_volts(&module->nets, pin, millivolts))
		report_outside(module, pin);
}

/* --- the whole --- */

/* Parts know each other by pointers set here, and report upwards by calls set here. */
static void connect_parts(struct lb_module *module)
{
	module->events.clock = &module->clock;
	module->led.events = &module->events;
	module->nets.events = &module->events;
	module->nets.registers = &module->registers;
	module->wifi.clock = &module->clock;
	module->wifi.registers = &module->registers;
	module->wifi.cpu = &module->cpu;
	module->behind.registers = &module->registers;
	module->behind.cpu = &module->cpu;
	module->behind.air = &module->wifi.air;
	module->visitor.air = &module->wifi.air;
	module->visitor.clock = &module->clock;
	module->visitor.registers = &module->registers;
	module->card.registers = &module->registers;
	module->card.cpu = &module->cpu;
	module->watchdog.clock = &module->clock;
	module->watchdog.registers = &module->registers;
	module->watchdog.on_bite = on_bite;
	module->watchdog.ctx = module;
	module->sleep.clock = &module->clock;
	module->sleep.nets = &module->nets;
	module->sleep.on_wake = on_wake;
	module->sleep.ctx = module;
	module->uartport.uart = &module->uart[0];
	module->uartport.lines.on_pull = on_pull;
	module->uartport.lines.ctx = module;
	module->cpu.on_message = on_message;
	module->cpu.on_death = on_death;
	module->cpu.ctx = module;
}

/* Whatever fails here fails before the CPU has run for the first time. */
int lb_module_open(struct lb_module *module, const struct lb_module_setup *setup)
{
	memset(module, 0, sizeof(*module));
	module->loop = setup->loop;
	module->folder = setup->folder;
	module->trace_fd = setup->trace_fd;
	module->trust = setup->trust;
	memcpy(module->unique_id, setup->unique_id, sizeof(module->unique_id));
	module->clock.factor = setup->clock_factor;
	module->rtc_of_host = setup->rtc_of_host;
	module->clock.reset_ns = lb_clock_host_ns();
	module->cpu.bootloader = setup->bootloader;
	connect_parts(module);

	int result = lb_registers_open(&module->registers);
	if (result == 0)
		result = lb_cpu_init(&module->cpu, module->loop);
	if (result == 0)
		result = lb_ports_open(&module->ports);
	if (result != 0) {
		lb_log_report("cannot set up the module: %s", strerror(-result));
		return -1;
	}
	lb_registers_put(&module->registers, WIRE_REG_TELNET_PORT, module->ports.number[LB_PORTS_TELNET]);
	lb_registers_put(&module->registers, WIRE_REG_FTP_PORT, module->ports.number[LB_PORTS_FTP]);
	lb_registers_put(&module->registers, WIRE_REG_BIND, setup->binds ? setup->bind_ip + 1 : 0);
	lb_flashwatch_open(&module->flash, module->loop, &module->folder, setup->flash_fd);
	lb_cardslot_init(&module->card);
	lb_radiolink_init(&module->wifi, module->loop);
	module->wifi.air = setup->air;
	lb_behind_init(&module->behind, module->loop);
	lb_visitor_init(&module->visitor, module->loop);
	lb_wdtimer_init(&module->watchdog, module->loop);
	lb_sleep_init(&module->sleep, module->loop);
	uv_timer_init(module->loop, &module->fault_timer);
	module->fault_timer.data = module;
	lb_uartport_init(&module->uartport, module->loop);
	for (unsigned i = 0; i < LB_UARTHUB_COUNT; i++)
		if (lb_uarthub_open(&module->uart[i], i, module->loop, &module->folder, &module->events) != 0)
			return -1;
	module->devices = setup->devices;
	module->devices.registers = &module->registers;
	module->devices.cpu = &module->cpu;
	lb_devices_connect(&module->devices, module->uart, &module->clock);
	if (lb_uartport_listen(&module->uartport, &setup->uartport) == 0)
		return 0;
	lb_module_close(module);
	return -1;
}

void lb_module_close(struct lb_module *module)
{
	lb_module_power_off(module);
	lb_uartport_close(&module->uartport);
	lb_devices_close(&module->devices);
	for (int i = 0; i < LB_UARTHUB_COUNT; i++)
		lb_uarthub_close(&module->uart[i]);
	lb_cpu_close(&module->cpu);
	lb_flashwatch_close(&module->flash);
	lb_cardslot_eject(&module->card);
	lb_ports_close(&module->ports);
	lb_visitor_close(&module->visitor);
	lb_behind_close(&module->behind);
	lb_radiolink_close(&module->wifi);
	lb_wdtimer_close(&module->watchdog);
	lb_sleep_close(&module->sleep);
	uv_close((uv_handle_t *)&module->fault_timer, NULL);
}
