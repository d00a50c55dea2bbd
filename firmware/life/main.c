/* The firmware: start-up, and one turn of the loop for each life of the VM. */
#include "core/hw/colours.h"
#include "core/hw/periph.h"
#include "firmware/life/guard.h"
#include "firmware/life/lineedit.h"
#include "firmware/io/led.h"
#include "firmware/io/irq.h"
#include "firmware/net/servers.h"
#include "firmware/net/nic.h"
#include "firmware/update/updater.h"
#include "extmod/modmachine.h"
#include "py/builtin.h"
#include "py/cstack.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "firmware/life/repair.h"
#include "firmware/life/repl.h"
#include "firmware/life/scripts.h"
#include "firmware/io/bootinfo.h"
#include "firmware/store/settings.h"
#include "shared/runtime/pyexec.h"
#include "firmware/store/storage.h"
#include "firmware/io/timers.h"
#include "firmware/life/trialrun.h"
#include "firmware/io/uart.h"
#include "firmware/threads/threads.h"
#include "firmware/io/watchdog.h"

enum vm_end { VM_RESET, VM_EXITED_BY_SCRIPT, VM_UNUSABLE };

enum { WINDOW_MS = 100, WIDE_WINDOW_MS = 1000, EARLY_EXITS = 3 };

/* Once, after a hard reset. In a safe boot what is stored about heartbeat and watchdog is ignored. */
static void start_hardware(void)
{
	const bool safe = lb_bootinfo_is_safe();

	lb_guard_init();
	lb_trialrun_init();
	lb_uart_init();
	lb_irq_init();
	lb_led_init(safe || lb_settings_get(LB_SETTING_HEARTBEAT_ON_BOOT) != 0,
	            safe ? LB_COLOURS_SAFE : LB_COLOURS_HEARTBEAT);
	if (!safe && lb_settings_get(LB_SETTING_WDT_ON_BOOT) != 0)
		lb_watchdog_arm(lb_settings_get(LB_SETTING_WDT_ON_BOOT_TIMEOUT));
	lb_servers_init(safe);
}

/* In a safe boot no file of the user's is imported: one that is named like a built-in module would run in its place, at
 * the first word of whoever comes to the rescue. */
static void set_path(void)
{
	if (lb_bootinfo_is_safe()) {
		mp_obj_list_remove(mp_sys_path, MP_OBJ_NEW_QSTR(MP_QSTR_));
		return;
	}
	mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(MP_QSTR__slash_flash));
	mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(MP_QSTR__slash_flash_slash_lib));
}

/* Pycom's start-up leaves these among the names of scripts and prompt, and its clients use them without an import. */
static void set_names(void)
{
	extern const mp_obj_module_t mp_module_os;

	mp_store_global(MP_QSTR_os, MP_OBJ_FROM_PTR(&mp_module_os));
	mp_store_global(MP_QSTR_UART, MP_OBJ_FROM_PTR(&machine_uart_type));
}

/* The trial comes last: it may schedule, which needs the VM. */
static void start_vm(void)
{
	size_t heap_bytes;
	uint8_t *heap = lb_periph_heap(&heap_bytes);

	lb_periph_phase(LB_PHASE_SCRIPT);
	mp_hal_set_interrupt_char(-1);
	gc_init(heap, heap + heap_bytes);
	MP_STATE_VM(m_tracked_head) = NULL; /* what a library had of the heap of the VM before went with that */
	mp_init();
	set_path();
	set_names();
	lb_uart_default_terminal();
	lb_lineedit_init();
	lb_nic_start();
	lb_servers_vm_starts();
	lb_trialrun_vm_starts();
}

/* sys.exit() is the soft reset of a program that restarts itself every hour, say. One that does so at once, time and
 * again, leaves its owner hardly a moment: he is given more of it, and told so once, as long as a VM can print. */
static void announce_wide_window(void)
{
	if (lb_scripts_early_exits() == EARLY_EXITS)
		mp_hal_stdout_tx_str("The scripts end in sys.exit() soon after their start, again and again. Before each run "
		                     "there is now a second in which Ctrl-C stops them.\r\n");
}

/* A thread that goes on would go on in a VM that is gone. Nothing of Python's is touched here: that thread may have the
 * interpreter's lock. What kept scripts from running keeps them from running after this reset too. */
static void end_threads(enum vm_end end)
{
	static const char text[] = "A thread of the script has not ended within 2 s: hard reset.\r\n";

	if (lb_threads_end())
		return;
	lb_uart_write(0, text, sizeof(text) - 1);
	lb_bootinfo_reset(end == VM_UNUSABLE || lb_bootinfo_is_safe() ? LB_REQUEST_SAFE_BOOT : LB_REQUEST_NONE);
}

/* What a soft reset ends: callbacks, sockets, open files. Pins, LED, watchdog and UART settings stay as they are. */
static void stop_vm(enum vm_end end)
{
	mp_hal_stdout_tx_str("MPY: soft reboot\r\n");
	if (end == VM_EXITED_BY_SCRIPT)
		announce_wide_window();
	end_threads(end);
	lb_trialrun_vm_stops(end == VM_EXITED_BY_SCRIPT);
	lb_irq_forget_pins();
	lb_uart_detach();
	lb_timers_stop();
	lb_updater_stop();
	lb_servers_vm_stops();
	gc_sweep_all();
	lb_nic_stop();
	mp_deinit();
	lb_bootinfo_note_soft_reset();
}

/* A script that ends in sys.exit() runs again and again: a moment between two runs in which Ctrl-C, also one received
 * before, keeps the scripts from running. The user's watchdog, which nothing feeds now, does not cut it short. */
static bool interrupted_between_runs(void)
{
	const mp_uint_t start_ms = mp_hal_ticks_ms();
	const mp_uint_t limit_ms = lb_scripts_early_exits() >= EARLY_EXITS ? WIDE_WINDOW_MS : WINDOW_MS;

	lb_watchdog_hold((uint32_t)limit_ms);
	for (;;) {
		const mp_uint_t waited_ms = mp_hal_ticks_ms() - start_ms;

		if (lb_uart_interrupt_waiting() || lb_servers_interrupt_waiting())
			return true;
		if (waited_ms >= limit_ms)
			return false;
		lb_periph_wait_ms((uint32_t)(limit_ms - waited_ms));
	}
}

static void announce(bool mounted)
{
	if (lb_bootinfo_is_safe())
		mp_printf(MP_PYTHON_PRINTER, "Safe boot: %s. boot.py and main.py were not run.\n", lb_bootinfo_safe_reason());
	lb_trialrun_announce();
	lb_storage_explain(mounted);
	if (mounted && lb_bootinfo_is_safe())
		mp_print_str(MP_PYTHON_PRINTER, "Modules in /flash are not imported, unless you add it: "
		                                "import sys; sys.path.extend(['/flash', '/flash/lib'])\n");
}

/* One life of the VM, up to a soft reset. */
static enum vm_end run_vm(bool skip_scripts)
{
	const bool mounted = lb_storage_start();
	enum lb_scripts_end end = LB_SCRIPTS_BADLY;

	if (!mounted)
		lb_trialrun_failed();
	else if (!skip_scripts && !lb_bootinfo_is_safe())
		end = lb_scripts_run();
	if (end == LB_SCRIPTS_EXITED)
		return VM_EXITED_BY_SCRIPT;
	lb_trialrun_repl_reached(end == LB_SCRIPTS_WELL && lb_repair_has_memory());
	announce(mounted);
	lb_periph_phase(LB_PHASE_REPL);
	return lb_repl_run() == LB_REPL_UNUSABLE ? VM_UNUSABLE : VM_RESET;
}

/* Hardware first: a VM that never starts is to leave LED and watchdog in order. Then one VM after another. */
int main(void)
{
	bool skip_scripts = false;

	mp_cstack_init_with_sp_here(LB_STACK_BYTES);
	lb_periph_init();
	lb_bootinfo_init();
	lb_updater_init();
	lb_settings_init();
	start_hardware();
	for (;;) {
		start_vm();
		const enum vm_end end = run_vm(skip_scripts);

		stop_vm(end);
		skip_scripts = end == VM_UNUSABLE || (end == VM_EXITED_BY_SCRIPT && interrupted_between_runs());
	}
}
