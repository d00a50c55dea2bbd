/* The hardware process of one virtual module: everything of it that outlives its CPU.
 *
 *   hardware --dir DIR --bootloader PROGRAM [--image FILE] [--clock N] [--reflash] [--card FILE] [--ready-fd N]
 *            [--air FILE] [--pin PIN=VALUE] [--uart N=FILE] [--i2c N:ADDR=FILE] [--spi N=FILE]
 *            [--onewire PIN=FILE] [--parent-fd N] [--port N [--listen ADDR] [--takeover]] [--files-fd N]
 *            [--trace FILE] [--rtc host] [--bind ADDR] [--keys-fd N]
 *
 *   --dir DIR            the module's folder; made if it is not there
 *   --bootloader PROGRAM what the CPU runs after a reset
 *   --image FILE         what a new flash.bin gets in its factory slot; without it, nothing
 *   --clock N            the module's clock runs N times faster than the host's, 1 to 20
 *   --reflash            writes the image into the factory slot of an existing flash.bin too
 *   --card FILE          is in the SD card slot from the start; made, empty, if it is not there
 *   --air FILE           in the place of the folder's air.json; "absent": there are no networks
 *   --pin PIN=VALUE      is driven from outside from the start: high, low, 1.2V; again for another pin
 *   --uart N=FILE        a simulated device is on UART N; again for another one; as
 *   --i2c N:ADDR=FILE    on I2C bus N, at this address, and
 *   --spi N=FILE         on SPI bus N, and
 *   --onewire PIN=FILE   on a pin
 *   --port N             uart0 is on this TCP port too (RFC 2217); 0: on any that is free
 *   --listen ADDR        of the host, for that port; without it, 127.0.0.1
 *   --takeover           a client of another host may take that port over from one that is silent, too
 *   --ready-fd N         the line "ready", or "ready URL" with where the port is, is written here, and the descriptor
 *                        closed, when the control socket listens and the CPU was started; closed without it, the
 *                        start failed
 *   --files-fd N         the fs partition of flash.bin becomes what is in the file of this descriptor, before anything
 *                        runs
 *   --keys-fd N          what a module that is made now, or anew by --reflash, trusts besides its bootloader's own keys
 *                        (trustfile.h)
 *   --trace FILE         is handed to the CPU, for a firmware made for `lifeboat check`
 *   --rtc host           the real-time clock is right from power-on; without it, or with "unset", it begins in 2000
 *   --bind ADDR          scripts' ports are on this IPv4 address of the host; without it, on 127.0.0.1
 *   --parent-fd N        at end of file on this descriptor the module ends, as by SIGTERM, unless a byte came
 *                        on it before: then it goes on without whoever started it
 *
 * It runs until `stop` on the control socket, SIGTERM, SIGINT or SIGHUP, then takes the module's power away and removes
 * what it put into the folder for others to open. Exit codes: 0 ended so; 1 failed, and one line on standard error says
 * why; 2 wrong usage.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "core/base/assert.h"
#include "hardware/process/airfile.h"
#include "hardware/process/control.h"
#include "hardware/process/flashfile.h"
#include "hardware/process/folder.h"
#include "hardware/process/log.h"
#include "hardware/process/module.h"
#include "hardware/process/requests.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, FILES_MIN = 128, FILES_WANTED = 256 };

struct options {
	const char *dir;
	const char *bootloader;
	const char *image;
	const char *card;
	const char *air;
	const char *trace;
	unsigned clock_factor;
	bool rtc_of_host;
	const char *bind;
	bool reflash;
	struct lb_uartport_setup uartport;
	int ready_fd;
	int parent_fd;
	int files_fd;
	int keys_fd;
	const char *pins[LB_PIN_COUNT]; /* what drives each from outside; NULL: nothing */
	size_t device_count;
	struct {
		enum lb_device_kind kind;
		const char *text;
	} devices[LB_DEVICES_MAX];
};

/* What ends the process, each with its handle. */
struct endings {
	uv_signal_t terminate, interrupt, hang_up;
	uv_poll_t parent;
	bool has_parent;
};

void lb_assert_failed(unsigned place)
{
	lb_log_report("assertion %u (docs/assertions.md)", place);
	abort();
}

static int usage(const char *what, const char *value)
{
	fprintf(stderr, "lifeboat: %s%s\n", what, value);
	return EXIT_USAGE;
}

static int parse_number(const char *text, int least, int most)
{
	char *end;
	long number = strtol(text, &end, 10);

	return *text != '\0' && *end == '\0' && number >= least && number <= most ? (int)number : -1;
}

/* "P13=1.2V": the pin is found here, its value where a hand's is. */
static bool add_pin(struct options *options, const char *text)
{
	const char *equals = strchr(text, '=');
	char name[8] = "";

	if (equals != NULL && (size_t)(equals - text) < sizeof(name))
		memcpy(name, text, (size_t)(equals - text));
	const int pin = lb_pinout_find(name);
	if (pin >= 0 && lb_requests_is_level(equals + 1)) {
		options->pins[pin] = equals + 1;
		return true;
	}
	usage("a pin takes high, low, or 0V to 3.6V with up to three decimals, as in P13=1.2V, not ", text);
	return false;
}

static bool add_device(struct options *options, enum lb_device_kind kind, const char *text)
{
	if (options->device_count == LB_DEVICES_MAX) {
		usage("one device too many: ", text);
		return false;
	}
	options->devices[options->device_count].kind = kind;
	options->devices[options->device_count++].text = text;
	return true;
}

enum { DEVICE = 256 }; /* and the kind of it */

static const struct option OPTIONS[] = {
	{"dir", required_argument, NULL, 'd'},
	{"bootloader", required_argument, NULL, 'b'},
	{"image", required_argument, NULL, 'i'},
	{"clock", required_argument, NULL, 'c'},
	{"reflash", no_argument, NULL, 'r'},
	{"card", required_argument, NULL, 's'},
	{"ready-fd", required_argument, NULL, 'R'},
	{"parent-fd", required_argument, NULL, 'P'},
	{"port", required_argument, NULL, 'p'},
	{"listen", required_argument, NULL, 'l'},
	{"takeover", no_argument, NULL, 'T'},
	{"files-fd", required_argument, NULL, 'f'},
	{"trace", required_argument, NULL, 't'},
	{"air", required_argument, NULL, 'a'},
	{"pin", required_argument, NULL, 'o'},
	{"uart", required_argument, NULL, DEVICE + LB_DEVICE_UART},
	{"i2c", required_argument, NULL, DEVICE + LB_DEVICE_I2C},
	{"spi", required_argument, NULL, DEVICE + LB_DEVICE_SPI},
	{"onewire", required_argument, NULL, DEVICE + LB_DEVICE_WIRE},
	{"rtc", required_argument, NULL, 'C'},
	{"bind", required_argument, NULL, 'B'},
	{"keys-fd", required_argument, NULL, 'k'},
	{NULL, 0, NULL, 0},
};

/* Numbers are checked where they are read, since the host passes on what the user typed. */
static int parse_options(int argc, char **argv, struct options *options)
{
	int option, number = 0;

	while ((option = getopt_long(argc, argv, "", OPTIONS, NULL)) >= 0) {
		if (option == 'c')
			number = parse_number(optarg, 1, LB_CLOCK_FACTOR_MAX);
		else if (option == 'R' || option == 'P' || option == 'f' || option == 'k')
			number = parse_number(optarg, STDERR_FILENO + 1, 1 << 20);
		else if (option == 'p')
			number = parse_number(optarg, 0, UINT16_MAX);
		if (option == '?' || (option == 'o' && !add_pin(options, optarg)) ||
		    (option >= DEVICE && !add_device(options, (enum lb_device_kind)(option - DEVICE), optarg)))
			return EXIT_USAGE;
		if (number < 0)
			return usage("not a clock factor from 1 to 20, a port up to 65535 or a file descriptor: ", optarg);
		switch (option) {
		case 'd': options->dir = optarg; break;
		case 'b': options->bootloader = optarg; break;
		case 'i': options->image = optarg; break;
		case 's': options->card = optarg; break;
		case 'c': options->clock_factor = (unsigned)number; break;
		case 'r': options->reflash = true; break;
		case 'f': options->files_fd = number; break;
		case 'k': options->keys_fd = number; break;
		case 'T': options->uartport.takeover = true; break;
		case 't': options->trace = optarg; break;
		case 'a': options->air = optarg; break;
		case 'p': options->uartport.port = number; break;
		case 'C': options->rtc_of_host = strcmp(optarg, "host") == 0; break;
		case 'B': options->bind = optarg; break;
		case 'l': options->uartport.address = optarg; break;
		case 'R': options->ready_fd = number; break;
		case 'P': options->parent_fd = number; break;
		}
	}
	if (optind != argc)
		return usage("unknown argument ", argv[optind]);
	if (options->dir == NULL || options->bootloader == NULL)
		return usage("hardware needs --dir and --bootloader", "");
	if (options->reflash && options->image == NULL)
		return usage("--reflash needs --image", "");
	return EXIT_DONE;
}

/* --- endings --- */

static void on_signal(uv_signal_t *handle, int signal_number)
{
	lb_log("ends by signal %d", signal_number);
	uv_stop(handle->loop);
}

static void on_parent(uv_poll_t *poll, int status, int events)
{
	char byte;

	(void)events;
	if (status == 0 && read(*(int *)poll->data, &byte, 1) > 0) {
		lb_log("goes on without the process that started it");
		uv_poll_stop(poll);
		return;
	}
	lb_log("ends with the process that started it");
	uv_stop(poll->loop);
}

static void on_stop(void *ctx)
{
	lb_log("ends by request");
	uv_stop(ctx);
}

static void watch_signal(uv_loop_t *loop, uv_signal_t *handle, int signal_number)
{
	uv_signal_init(loop, handle);
	uv_signal_start(handle, on_signal, signal_number);
}

static void watch_endings(uv_loop_t *loop, struct endings *endings, struct options *options)
{
	watch_signal(loop, &endings->terminate, SIGTERM);
	watch_signal(loop, &endings->interrupt, SIGINT);
	watch_signal(loop, &endings->hang_up, SIGHUP);
	endings->has_parent = options->parent_fd >= 0 && uv_poll_init(loop, &endings->parent, options->parent_fd) == 0;
	if (!endings->has_parent)
		return;
	endings->parent.data = &options->parent_fd;
	uv_poll_start(&endings->parent, UV_READABLE, on_parent);
}

static void forget_endings(struct endings *endings)
{
	uv_close((uv_handle_t *)&endings->terminate, NULL);
	uv_close((uv_handle_t *)&endings->interrupt, NULL);
	uv_close((uv_handle_t *)&endings->hang_up, NULL);
	if (endings->has_parent)
		uv_close((uv_handle_t *)&endings->parent, NULL);
}

static void report_ready(int ready_fd, const char *url)
{
	char line[LB_UARTPORT_URL_BYTES + 16];

	if (ready_fd < 0)
		return;
	int size = snprintf(line, sizeof(line), "ready%s%s\n", url[0] != '\0' ? " " : "", url);
	ssize_t written = write(ready_fd, line, (size_t)size);
	(void)written; /* whoever wanted to know and is gone is no reason to stop */
	close(ready_fd);
}

/* --- the run --- */

/* The CPU's descriptors go aside to high numbers before it starts (cpu.c): too low a limit would kill each CPU at once.
 * A limit that may be raised is. */
static bool allow_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= FILES_WANTED)
		return true;
	limit.rlim_cur = limit.rlim_max < FILES_WANTED ? limit.rlim_max : FILES_WANTED;
	if (limit.rlim_cur >= FILES_MIN && setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return true;
	lb_log_report("only %llu open files are allowed here, and a module needs %d: raise the limit with ulimit -n",
	              (unsigned long long)limit.rlim_max, FILES_MIN);
	return false;
}

static int read_devices(const struct options *options, struct lb_devices *devices)
{
	for (size_t i = 0; i < options->device_count; i++)
		if (!lb_devices_read(devices, options->devices[i].kind, options->devices[i].text))
			return -1;
	return 0;
}

/* The address has to be one of this host's: a script would be told EADDRNOTAVAIL, and nobody why. */
static int read_bind(const char *text, struct lb_module_setup *setup)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	int fd, result = -1;

	if (text == NULL)
		return 0;
	fd = inet_pton(AF_INET, text, &address.sin_addr) == 1 ? socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
	if (fd >= 0) {
		result = bind(fd, (const struct sockaddr *)&address, sizeof(address));
		close(fd);
	}
	if (result != 0)
		lb_log_report("--bind: %s is no IPv4 address of this host", text);
	setup->binds = true;
	setup->bind_ip = ntohl(address.sin_addr.s_addr);
	return result;
}

/* What may fail because of the user comes before anything is made in the folder. */
static int prepare(const struct options *options, struct lb_module_setup *setup)
{
	if (!allow_files())
		return -1;
	if (access(options->bootloader, X_OK) != 0) {
		lb_log_report("the bootloader %s is missing: build it first", options->bootloader);
		return -1;
	}
	setup->clock_factor = options->clock_factor;
	setup->rtc_of_host = options->rtc_of_host;
	setup->bootloader = options->bootloader;
	setup->uartport = options->uartport;
	if (lb_folder_open(&setup->folder, options->dir) != 0)
		return -1;
	if (lb_airfile_read(&setup->folder, options->air, &setup->air) != 0)
		return -1;
	if (read_devices(options, &setup->devices) != 0 || read_bind(options->bind, setup) != 0)
		return -1;
	setup->trace_fd = options->trace != NULL ? open(options->trace, O_RDWR | O_CLOEXEC) : -1;
	if (options->trace != NULL && setup->trace_fd < 0) {
		lb_log_report("cannot open %s: %s", options->trace, strerror(errno));
		return -1;
	}
	/* Before flash.bin, so that no module lacks them that was made. */
	if (!lb_trustfile_open(&setup->trust, &setup->folder, options->keys_fd,
	                       options->reflash || !lb_flashfile_exists(&setup->folder)))
		return -1;
	setup->flash_fd = lb_flashfile_open(&setup->folder, options->image, options->reflash, options->files_fd);
	if (setup->flash_fd < 0)
		return -1;
	return lb_folder_unique_id(&setup->folder, setup->unique_id);
}

static int insert_card(struct lb_module *module, const char *path)
{
	char reason[LB_CARDSLOT_REASON_BYTES];

	if (path == NULL || lb_cardslot_insert(&module->card, path, reason))
		return 0;
	lb_log_report("%s", reason);
	lb_module_close(module);
	return -1;
}

/* Handles are closed in the loop's next round. One that is not is a mistake of ours, told in the log; a module that is
 * told to end must end all the same. */
static void finish(uv_loop_t *loop)
{
	for (int rounds = 0; rounds < 3; rounds++)
		uv_run(loop, UV_RUN_NOWAIT);
	if (uv_loop_alive(loop))
		lb_log("ends with something still open");
}

/* In this order because each part may use those before it; at the end the other way round. */
static int run(struct options *options, uv_loop_t *loop)
{
	static struct lb_module module;
	static struct lb_control control;
	struct endings endings;
	struct lb_module_setup setup = {.loop = loop};

	if (prepare(options, &setup) != 0)
		return EXIT_FAILED;
	lb_log("begins, process %d, clock %u", (int)getpid(), options->clock_factor);
	if (lb_module_open(&module, &setup) != 0 || insert_card(&module, options->card) != 0 ||
	    lb_control_open(&control, &module) != 0)
		return EXIT_FAILED;
	control.on_stop = on_stop;
	control.ctx = loop;
	watch_endings(loop, &endings, options);
	for (unsigned pin = 0; pin < LB_PIN_COUNT; pin++)
		if (options->pins[pin] != NULL)
			lb_requests_drive(&module, pin, options->pins[pin]);
	lb_module_power_on(&module);
	report_ready(options->ready_fd, module.uartport.url);
	uv_run(loop, UV_RUN_DEFAULT);

	lb_module_power_off(&module); /* while watchers can still hear of it */
	lb_control_close(&control);
	lb_module_close(&module);
	forget_endings(&endings);
	finish(loop);
	return EXIT_DONE;
}

static void keep_from_cpu(int fd)
{
	if (fd >= 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Settings of the process before its first file: what it makes is the user's alone. */
int main(int argc, char **argv)
{
	uv_loop_t loop;
	struct options options = {
		.clock_factor = 1, .uartport = {.port = -1}, .ready_fd = -1, .parent_fd = -1, .files_fd = -1, .keys_fd = -1};
	int result = parse_options(argc, argv, &options);

	if (result != EXIT_DONE)
		return result;
	keep_from_cpu(options.ready_fd);
	keep_from_cpu(options.parent_fd);
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	if (uv_loop_init(&loop) != 0) {
		lb_log_report("no event loop: too many open files?");
		return EXIT_FAILED;
	}
	result = run(&options, &loop);
	uv_loop_close(&loop);
	return result;
}
