/* A module that one thread loads is waited for by the others that import it: they would see a half of it. MicroPython's
 * import calls the functions below by names of its own (see Makefile). */
#include "core/hw/periph.h"
#include "core/hw/thread.h"
#include "firmware/io/gil.h"
#include "firmware/threads/threads.h"
#include "py/mpstate.h"
#include "py/obj.h"
#include "py/objmodule.h"
#include "py/runtime.h"

/* A module whose own code takes longer is a program that runs, and no module that one has to wait for; nor do two
 * threads whose modules import each other wait for each other any longer. */
enum { LOADS = 32, LOAD_MS = 5000, US_PER_MS = 1000 };

/* Those on their way; with more of them at a time, nobody waits for the rest. */
static struct load {
	qstr name; /* MP_QSTRnull: there is none here */
	unsigned thread;
	uint64_t start_us;
} loads[LOADS];

static struct load *load_of(qstr name)
{
	for (unsigned i = 0; i < LOADS; i++)
		if (loads[i].name == name)
			return &loads[i];
	return NULL;
}

static void end_load(qstr name)
{
	struct load *load = load_of(name);

	if (load == NULL)
		return;
	load->name = MP_QSTRnull;
	lb_threads_wake(load);
}

/* Where no other thread runs nobody would end it. */
static void await_load(qstr name)
{
	for (;;) {
		struct load *load = load_of(name);

		if (load == NULL || load->thread == lb_threads_self() || !lb_gil_may_change())
			return;
		const uint64_t spent_ms = (lb_periph_micros() - load->start_us) / US_PER_MS;

		if (spent_ms >= LOAD_MS)
			return;
		lb_threads_await(load, (uint32_t)(LOAD_MS - spent_ms));
		mp_handle_pending(true);
	}
}

/* Each module is looked up before it is loaded, and removed where its loading fails. */
mp_map_elem_t *lb_imports_lookup(mp_map_t *map, mp_obj_t name, mp_map_lookup_kind_t kind);
mp_map_elem_t *lb_imports_lookup(mp_map_t *map, mp_obj_t name, mp_map_lookup_kind_t kind)
{
	if (map == &MP_STATE_VM(mp_loaded_modules_dict).map && mp_obj_is_qstr(name)) {
		if (kind == MP_MAP_LOOKUP)
			await_load(MP_OBJ_QSTR_VALUE(name));
		else
			end_load(MP_OBJ_QSTR_VALUE(name));
	}
	return mp_map_lookup(map, name, kind);
}

mp_obj_t lb_imports_start(qstr name);
mp_obj_t lb_imports_start(qstr name)
{
	const mp_obj_t module = mp_obj_new_module(name);
	struct load *free = load_of(MP_QSTRnull);

	if (free != NULL)
		*free = (struct load){name, lb_threads_self(), lb_periph_micros()};
	return module;
}

/* The innermost of this thread's is at its end. */
void lb_imports_end(bool run);
void lb_imports_end(bool run)
{
	struct load *last = NULL;

	for (unsigned i = 0; i < LOADS; i++)
		if (loads[i].name != MP_QSTRnull && loads[i].thread == lb_threads_self() &&
		    (last == NULL || loads[i].start_us >= last->start_us))
			last = &loads[i];
	if (!run && last != NULL)
		end_load(last->name);
	nlr_pop_jump_callback(run);
}
