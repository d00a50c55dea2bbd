/* How MicroPython is configured for Lifeboat. What differs between boards comes as -D from boards' .mk files. */
#include <alloca.h>
#include <stdint.h>

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

/* --- names --- */
#define MICROPY_PY_SYS_PLATFORM LB_PLATFORM
#define MICROPY_HW_BOARD_NAME LB_BOARD_TITLE
#define MICROPY_HW_MCU_NAME LB_CPU_NAME
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "lifeboat"

/* --- memory and machine code --- */
#define MICROPY_ENABLE_GC (1)
#define MICROPY_ALLOC_PATH_MAX (256)
#define MICROPY_STACK_CHECK_MARGIN (1024)
#define MICROPY_TRACKED_ALLOC (1) /* what Mbed TLS has of the heap */
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#define MICROPY_PERSISTENT_CODE_LOAD (1)
#define MICROPY_OPT_COMPUTED_GOTO (1)
/* MICROPY_EMIT_X64 and the like, MPZ_DIG_SIZE and MICROPY_GCREGS_SETJMP belong to the CPU: see cpu.mk. */

/* --- language --- */
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_DOUBLE)
#define MICROPY_SCHEDULER_DEPTH (8)
#define MICROPY_SCHEDULER_STATIC_NODES (1)
#define MICROPY_USE_INTERNAL_ERRNO (1)
#define MICROPY_USE_INTERNAL_PRINTF (0)
#define MICROPY_EPOCH_IS_1970 (1)

extern const struct _mp_obj_type_t lb_timeout_error_type;
#define MICROPY_PORT_EXTRA_BUILTINS {MP_ROM_QSTR(MP_QSTR_TimeoutError), MP_ROM_PTR(&lb_timeout_error_type)},

/* --- console --- */
#define MICROPY_PY_BUILTINS_HELP_TEXT lb_help_text
/* Room that the raw-paste protocol may count on; the receive rings are larger. Half of it is sent as two bytes, neither
 * of which may be 0: Python's telnetlib drops those. */
#define MICROPY_REPL_STDIN_BUFFER_MAX (2050)
#define MICROPY_PY_OS_DUPTERM (2) /* slot 0: uart0; slot 1: the user's */
#define MICROPY_PY_OS_DUPTERM_BUILTIN_STREAM (1)
#define MICROPY_PY_OS_DUPTERM_STREAM_DETACHED_ATTACHED (1)
#define MICROPY_BOARD_AFTER_PYTHON_EXEC(kind, flags, value, ret) lb_script_after_exec(value, ret)
/* In a callback, where pending exceptions wait for its end: see python/callback.h. */
#define MICROPY_VM_HOOK_LOOP            \
	if (MP_STATE_VM(sched_state) < 0) { \
		lb_callback_jump();             \
	}

/* In a thread that is not the main one, which has what is scheduled. */
#define MICROPY_SCHED_HOOK_SCHEDULED lb_gil_wake_main()
/* MICROPY_PY_THREAD belongs to the board: see its board.mk. */

/* --- files --- */
#define MICROPY_VFS (1)
#define MICROPY_READER_VFS (1)
#define MICROPY_FATFS_ENABLE_LFN (1)
#define MICROPY_FATFS_RPATH (2)
#define MICROPY_FATFS_MAX_SS (4096)
#define MICROPY_FATFS_LFN_CODE_PAGE 437

/* --- modules --- */
#define MICROPY_PY_OS_INCLUDEFILE "glue/os.h"
#define MICROPY_PY_OS_SYNC (1)
#define MICROPY_PY_OS_UNAME (1)
#define MICROPY_PY_OS_URANDOM (1)
#define MICROPY_PY_RANDOM_SEED_INIT_FUNC (lb_random_seed())
#define MICROPY_PY_TIME_TIME_TIME_NS (1)
#define MICROPY_PY_TIME_INCLUDEFILE "glue/time.h"
#define MICROPY_PY_NETWORK (1)
#define MICROPY_PY_SOCKET (1)
#define MICROPY_PY_SOCKET_EXTENDED_STATE (1) /* settimeout() also before connect() */
#define MICROPY_PY_SOCKET_LISTEN_BACKLOG_DEFAULT (8)
#define MICROPY_PORT_NETWORK_INTERFACES
#define MICROPY_PY_NETWORK_MODULE_GLOBALS_INCLUDEFILE "glue/network_globals.h"
#define MICROPY_PY_DEFLATE_COMPRESS (1)
#define MICROPY_PY_MACHINE (1)
#define MICROPY_PY_MACHINE_INCLUDEFILE "glue/machine.h"
#define MICROPY_PY_MACHINE_RESET (1)
#define MICROPY_PY_MACHINE_BARE_METAL_FUNCS (1)
#define MICROPY_PY_MACHINE_BOOTLOADER (1)
#define MICROPY_PY_MACHINE_PIN_BASE (1)
#define MICROPY_PY_MACHINE_PULSE (1)
#define MICROPY_PY_MACHINE_UART (1)
#define MICROPY_PY_MACHINE_UART_INCLUDEFILE "glue/machine_uart.h"
#define MICROPY_PY_MACHINE_UART_IRQ (1)
#define MICROPY_PY_MACHINE_TIMER (1)
#define MICROPY_PY_PENDSV_ENTER const uint32_t timers_state = lb_periph_irq_save()
#define MICROPY_PY_PENDSV_EXIT lb_periph_irq_restore(timers_state)
#define MICROPY_PY_MACHINE_PWM (1)
#define MICROPY_PY_MACHINE_PWM_INCLUDEFILE "glue/machine_pwm.h"
#define MICROPY_PY_MACHINE_ADC (1)
#define MICROPY_PY_MACHINE_ADC_INCLUDEFILE "glue/machine_adc.h"
#define MICROPY_PY_MACHINE_ADC_READ_UV (1)
#define MICROPY_PY_MACHINE_I2C (1)
#define MICROPY_PY_MACHINE_SOFTI2C (1)
#define MICROPY_PY_MACHINE_SPI (1)
#define MICROPY_PY_MACHINE_SOFTSPI (1)

#define MP_STATE_PORT MP_STATE_VM

typedef intptr_t mp_int_t;
typedef uintptr_t mp_uint_t;
typedef long mp_off_t;

unsigned long lb_random_seed(void);
void lb_callback_jump(void);
void lb_gil_wake_main(void);
void lb_script_after_exec(void *exception, int *result);
